"""The loss as the part under the edge is removed, beside the theorem's bound.

One network for each seed is trained with the L2 penalty. Then, of one matrix alone or of all but
the last at once, the smallest share of the singular values under the edge is removed, from none
to all. What is removed is orthogonal to the rest, so `rmt_studio.studies.lab.certificate` holds
with no cross term: ``L(S) <= L(W) - lambda ||R||_F^2 + bound``, on the training pictures and,
since no independence is used, on the test pictures as well. All of it is computed in float64.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from rmt_studio.studies.course import portion
from rmt_studio.studies.lab.certificate import Certificate, Lipschitz, certify
from rmt_studio.studies.lab.edge import EdgeSplit, split_at_edge
from rmt_studio.studies.lab.experiment import Findings, Lab, Run
from rmt_studio.studies.lab.pruning_while_training import Variant, trained
from rmt_studio.studies.lab.rows import Beside, Column, LabRow, Panel, Verdict
from rmt_studio.studies.lab.statistics import Mean, trend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rmt_studio.studies.lab.network import FullyConnected
    from rmt_studio.studies.lab.settings import RemovalSettings

ALL = "all layers"
ROUNDING = 1e-9
"""Nats: what float64 may round in a mean over pictures."""
_NOTHING = "nothing lies under the edge"
SHARES = Panel(
    "shares",
    "Removing the part under the edge",
    Column("share", "Share of the singular values under the edge removed", "%"),
    (
        Column("train_loss", "Regularised loss, training", "nats"),
        Column("certified_loss", "Bound on it by operator norms", "nats", True, "train_loss"),
        Column("logit_loss", "Bound on it by the measured logits", "nats", False, "train_loss"),
        Column("published_loss", "Bound on it in the published form", "nats", True, "train_loss"),
        Column("train_entropy", "Cross-entropy, training", "nats"),
        Column("train_accuracy", "Accuracy, training", "%"),
        Column("test_loss", "Regularised loss, test", "nats"),
        Column("test_entropy", "Cross-entropy, test", "nats"),
        Column("test_accuracy", "Accuracy, test", "%"),
        Column("removed", "lambda ||R||_F^2", "nats"),
        Column("perturbation", "Perturbation CE(S) - CE(W), training", "nats"),
        Column("perturbation_bound", "Bound on the perturbation", "nats", True, "perturbation"),
        Column("test_margin", "Bound less measured, test", "nats"),
    ),
)
PANELS = (SHARES,)


def runs(settings: RemovalSettings) -> list[Run]:
    """Return one run for each seed."""
    return [Run(ALL, seed) for seed in settings.every_seed]


def carry_out(lab: Lab, run: Run) -> None:
    """Train a network and take its matrices apart."""
    training = Lab(
        lab.data,
        lab.settings,
        lab.device,
        lab.emit,
        portion(lab.progress, 0.0, 0.6, "train"),
        lab.checkpoints,
    )
    penalties = Variant(prunes=False, l1=True, l2=True)
    network = trained(training, run, penalties, emit=False).double()
    measuring = portion(lab.progress, 0.6, 1.0, "remove")
    splits = [split_at_edge(one, lab.settings.bulk_method) for one in network.matrices[:-1]]
    series = {ALL: range(len(splits))} | {
        f"layers.{place}": range(place, place + 1) for place in range(len(splits))
    }
    steps = len(series) * lab.settings.shares
    for place, (name, layers) in enumerate(series.items()):
        for step in range(lab.settings.shares):
            done = place * lab.settings.shares + step
            share = step / (lab.settings.shares - 1)
            here = portion(measuring, done / steps, (done + 1) / steps, name)
            _measure(Lab(lab.data, lab.settings, lab.device, lab.emit, here), network,
                     splits, layers, name, share, run.seed)  # fmt: skip


def _measure(
    lab: Lab,
    network: FullyConnected,
    splits: Sequence[EdgeSplit],
    layers: range,
    name: str,
    share: float,
    seed: int,
) -> None:
    removed = {place: splits[place].removed(share) for place in layers}
    stretch = _stretch(network, splits, removed, share)
    l2 = lab.settings.l2
    whole = l2 * sum(matrix.square().sum().item() for matrix in network.matrices)
    gone = l2 * sum(part.square().sum().item() for part in removed.values())
    train, test = (
        certify(network, removed, stretch, inputs.double(), labels, lab.progress)
        for inputs, labels in (
            (lab.data.train, lab.data.train_labels),
            (lab.data.test, lab.data.test_labels),
        )
    )
    left = l2 * sum(
        (matrix - removed[place]).square().sum().item() if place in removed
        else matrix.square().sum().item()
        for place, matrix in enumerate(network.matrices)
    )  # fmt: skip
    values = row_values(train, test, before=whole, after=left, gone=gone)
    lab.emit(LabRow(SHARES.key, name, 100 * share, values, seed))


def _stretch(
    network: FullyConnected,
    splits: Sequence[EdgeSplit],
    removed: Mapping[int, torch.Tensor],
    share: float,
) -> Lipschitz:
    """Return the stretch of the layers as they are after the removal.

    The largest singular value of what is left is that of the whole, unless nothing is left.
    """
    weights = [
        matrix - removed[place] if place in removed else matrix.detach()
        for place, matrix in enumerate(network.matrices)
    ]
    norms = [
        0.0
        if place in removed and round(share * split.under) == len(split.values)
        else split.values[-1].item()
        for place, split in enumerate(splits)
    ]
    last = torch.linalg.matrix_norm(network.matrices[-1].detach(), 2).item()
    return Lipschitz.of(weights, [*norms, last])


def row_values(
    train: Certificate, test: Certificate, *, before: float, after: float, gone: float
) -> dict[str, float]:
    """Return the columns from what was measured.

    Args:
        train: of the training pictures.
        test: of the test pictures.
        before: the penalty on the dense weights.
        after: the penalty on the pruned weights.
        gone: the penalty on what was removed, ``lambda ||R||_F^2``.
    """
    begun = train.dense + before - gone
    return {
        "train_loss": train.pruned + after,
        "certified_loss": begun + train.by_norms,
        "logit_loss": begun + train.by_logits,
        "published_loss": begun + train.published,
        "train_entropy": train.pruned,
        "train_accuracy": 100 * train.accuracy,
        "test_loss": test.pruned + after,
        "test_entropy": test.pruned,
        "test_accuracy": 100 * test.accuracy,
        "removed": gone,
        "perturbation": train.perturbation,
        "perturbation_bound": train.by_norms,
        "test_margin": test.dense + before - gone + test.by_norms - (test.pruned + after),
    }


def findings(settings: RemovalSettings, rows: Sequence[LabRow]) -> Findings:
    """Test the inequality at every point where something is removed, and the monotone fall."""
    cut = [row for row in rows if row.values["removed"] > 0]
    verdicts = [
        _holds(cut, "certified_loss", "by operator norms"),
        _holds(cut, "published_loss", "in the published form"),
        _in_order(cut),
        _holds_on_test(cut),
    ]
    verdicts += [_falls(rows, "train_loss"), _falls(rows, "test_loss")]
    verdicts.append(_theorem_decides(cut))
    everything = [row for row in rows if row.series == ALL]
    ends = {key: [100 * share for share in (0, 1)] for key in ("train_loss", "test_accuracy")}
    beside = tuple(_at(everything, key, x) for key, places in ends.items() for x in places)
    return Findings(beside, tuple(verdicts))


def _at(rows: Sequence[LabRow], key: str, x: float) -> Beside:
    column = SHARES.column(key)
    ours = Mean.of([row.values[key] for row in rows if row.x == x])
    quantity = f"{column.title.lower()} with {x:.0f} % of the part under the edge removed"
    return Beside(quantity, column.unit, None, ours.value, ours.error, ours.n)


def _holds(rows: Sequence[LabRow], key: str, words: str) -> Verdict:
    gaps = [row.values[key] - row.values["train_loss"] for row in rows]
    return Verdict(
        f"L(S) <= L(W) - lambda ||R||_F^2 + perturbation bound, {words}",
        sum(gap >= -ROUNDING for gap in gaps),
        len(gaps),
        min(gaps, default=None),
        "nats",
        note=f"the largest gap is {max(gaps):.3g} nats" if gaps else _NOTHING,
    )


def _in_order(rows: Sequence[LabRow]) -> Verdict:
    """Test the bound that the measured logits give from both sides.

    From above alone it could hardly fail: it knows how far the logits moved, whatever ``S`` is.
    """
    gaps = [
        min(one["logit_loss"] - one["train_loss"], one["certified_loss"] - one["logit_loss"])
        for one in (row.values for row in rows)
    ]
    return Verdict(
        "L(S) <= its bound by the measured logits <= its bound by operator norms",
        sum(gap >= -ROUNDING for gap in gaps),
        len(gaps),
        min(gaps, default=None),
        "nats",
    )


def _holds_on_test(rows: Sequence[LabRow]) -> Verdict:
    gaps = [row.values["test_margin"] for row in rows]
    return Verdict(
        "the inequality by operator norms on the test pictures",
        sum(gap >= -ROUNDING for gap in gaps),
        len(gaps),
        min(gaps, default=None),
        "nats",
    )


def _falls(rows: Sequence[LabRow], key: str) -> Verdict:
    """Count the steps at which the loss falls, of all layers at once, and test the ranks."""
    chosen = [row for row in rows if row.series == ALL]
    steps = [
        after.values[key] - before.values[key]
        for before, after in pairwise(chosen)
        if before.seed == after.seed
    ]
    order = trend([row.x for row in chosen], [row.values[key] for row in chosen], falling=True)
    return Verdict(
        f"{SHARES.column(key).title.lower()} falls with every further share removed",
        sum(step < 0 for step in steps),
        len(steps),
        -max(steps),
        "nats",
        order.p_value,
        f"Kendall's tau with the share {order.tau:+.2f}",
    )


def _theorem_decides(rows: Sequence[LabRow]) -> Verdict:
    """Count where the bound alone already says that the loss falls."""
    gaps = [row.values["removed"] - row.values["perturbation_bound"] for row in rows]
    return Verdict(
        "the bound is small enough to certify the fall by itself: bound < lambda ||R||_F^2",
        sum(gap > 0 for gap in gaps),
        len(gaps),
        min(gaps, default=None),
        "nats",
        note="sufficient for a fall, not necessary",
    )
