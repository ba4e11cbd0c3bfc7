"""The random part of the weights over training, with and without an L2 penalty.

Source: Berlyand, Bourdais, Owhadi & Shmalo (2025): at a point where the regularised loss is nearly
stationary in the direction that shrinks the random part ``R``, that part is small,
``||R||_F^2 <= (B + epsilon)/(2 lambda)``. Here, for all pruned layers at once and the training
pictures as the finite set: with ``epsilon = max(0, <grad L, R>)``, the slope by which the loss
would fall along ``W - h R``, and ``B`` a bound on ``|<grad CE, R>|`` from operator norms,
``2 lambda ||R||_F^2 = <grad L, R> - <grad CE, R> <= epsilon + B`` at every point of the training
where ``<S, R>_F = 0``. For one picture ``|<p - e, dz>|`` is at most
``min(2 |dz|_inf, |p - e|_2 |dz|_2)``, and ``dz`` is bounded as in
`rmt_studio.studies.lab.certificate`, with nothing pruned.

Beside it what the penalty would do alone to a part that no gradient acts on: each step of momentum
SGD shrinks it, in the long run by ``1 - 2 lambda lr/(1 - momentum)``.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy, one_hot

from rmt_studio.studies.lab import checkpoints
from rmt_studio.studies.lab.certificate import Lipschitz
from rmt_studio.studies.lab.edge import EdgeSplit, split_at_edge
from rmt_studio.studies.lab.experiment import Findings, Lab, Pulse, Run
from rmt_studio.studies.lab.network import FullyConnected, fresh_network, score
from rmt_studio.studies.lab.rows import Beside, Column, LabRow, Panel, Verdict
from rmt_studio.studies.lab.statistics import Mean, trend
from rmt_studio.studies.lab.training import batches_of, learning_rate, train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies.lab.settings import RandomnessSettings

NO_PENALTY, PENALTY = "no penalty", "L2"
TOTALS = Panel(
    "epochs",
    "Randomness over training, all pruned layers together",
    Column("epoch", "Epoch"),
    (
        Column("frobenius", "Frobenius norm of the part under the edge"),
        Column("variance", "Fitted variance of the bulk's entries", log=True),
        Column("spikes", "Spikes"),
        Column("decay", "Frobenius norm by the penalty alone", theory_of="frobenius"),
        Column("frobenius_bound", "Bound on the Frobenius norm", "", True, "frobenius"),
        Column("slope", "Slope of the loss along the random part", "nats"),
        Column("train_loss", "Training cross-entropy", "nats", log=True),
        Column("test_accuracy", "Test accuracy", "%"),
    ),
)
LAYERS = Panel(
    "layers",
    "Randomness over training, layer by layer",
    Column("epoch", "Epoch"),
    (
        Column("frobenius", "Frobenius norm of the part under the edge"),
        Column("variance", "Fitted variance of the bulk's entries", log=True),
        Column("spikes", "Spikes"),
        Column("edge", "Edge, as a singular value"),
        Column("under", "Singular values under the edge"),
    ),
)
PANELS = (TOTALS, LAYERS)
_PICTURES_AT_ONCE = 2500


def runs(settings: RandomnessSettings) -> list[Run]:
    """Return training with and without the penalty, seed by seed."""
    return [Run(name, seed) for seed in settings.every_seed for name in (NO_PENALTY, PENALTY)]


def carry_out(lab: Lab, run: Run) -> None:
    """Train, and measure before the first epoch and after each."""
    settings = lab.settings
    l2 = settings.l2 if run.name == PENALTY else 0.0
    network = fresh_network(lab.widths, run.seed, lab.device)
    pulse = Pulse(lab.progress)
    begun: list[float] = []

    def measure(epoch: int, _loss: float = 0.0) -> None:
        checkpoints.keep(network, lab.checkpoints, epoch)
        pulse.beat()
        splits = [split_at_edge(one, settings.bulk_method) for one in network.matrices[:-1]]
        for place, split in enumerate(splits):
            series = f"{run.name}, layers.{place}"
            lab.emit(LabRow(LAYERS.key, series, epoch, of_layer(split), run.seed))
        values = totals(splits)
        begun.append(values["frobenius"])
        values["decay"] = begun[0] * decayed(settings, l2, len(lab.data.train), epoch)
        values |= _stationarity(lab, network, splits, l2, pulse)
        values["test_accuracy"] = (
            100 * score(network, lab.data.test, lab.data.test_labels, pulse.beat).accuracy
        )
        lab.emit(LabRow(TOTALS.key, run.name, epoch, values, run.seed))

    measure(0)
    train(
        network,
        lab.data,
        settings,
        l1=0.0,
        l2=l2,
        seed=run.seed,
        after_epoch=measure,
        progress=pulse,
    )


def of_layer(split: EdgeSplit) -> dict[str, float]:
    """Return the row of one matrix."""
    return {
        "frobenius": split.frobenius,
        "variance": split.fit.variance,
        "spikes": float(split.fit.spikes),
        "edge": split.fit.singular_value_edge,
        "under": float(split.under),
    }


def totals(splits: Sequence[EdgeSplit]) -> dict[str, float]:
    """Return the row of all matrices: the variance is the mean over their entries."""
    entries = [split.weight.numel() for split in splits]
    noise = sum(n * split.fit.variance for n, split in zip(entries, splits, strict=True))
    return {
        "frobenius": math.hypot(*(split.frobenius for split in splits)),
        "variance": noise / sum(entries),
        "spikes": float(sum(split.fit.spikes for split in splits)),
    }


def decayed(settings: RandomnessSettings, l2: float, pictures: int, epochs: int) -> float:
    """Return the factor by which the penalty alone shrinks a weight in so many epochs.

    Momentum SGD on the quadratic ``l2 w^2``, step by step, from rest.
    """
    weight, speed = 1.0, 0.0
    for epoch in range(epochs):
        for _ in range(batches_of(settings, pictures)):
            speed = settings.momentum * speed + 2 * l2 * weight
            weight -= learning_rate(settings, epoch) * speed
    return weight


def _stationarity(
    lab: Lab, network: FullyConnected, splits: Sequence[EdgeSplit], l2: float, pulse: Pulse
) -> dict[str, float]:
    """Return the training loss, its slope along the random part and what they bound."""
    removed = [split.removed(1.0) for split in splits]
    loss, along, budget = _slopes(lab, network, removed, splits, pulse)
    size = sum(part.square().sum().item() for part in removed)
    slope = along + 2 * l2 * size
    values = {"train_loss": loss, "slope": slope}
    if l2:
        values["frobenius_bound"] = math.sqrt((budget + max(0.0, slope)) / (2 * l2))
    return values


def _slopes(
    lab: Lab,
    network: FullyConnected,
    removed: Sequence[torch.Tensor],
    splits: Sequence[EdgeSplit],
    pulse: Pulse,
) -> tuple[float, float, float]:
    """Return the cross-entropy, ``<grad CE, R>``, and the bound on its size."""
    weights = [matrix.detach().double() for matrix in network.matrices]
    last = torch.linalg.matrix_norm(weights[-1], 2).item()
    stretch = Lipschitz.of(weights, [*(split.values[-1].item() for split in splits), last])
    matrices = network.matrices[:-1]
    loss = along = budget = 0.0
    n = len(lab.data.train)
    for first in range(0, n, _PICTURES_AT_ONCE):
        pulse.beat()
        part = slice(first, first + _PICTURES_AT_ONCE)
        labels = lab.data.train_labels[part]
        passed = network.inputs_and_logits(lab.data.train[part])
        total = cross_entropy(passed[-1], labels, reduction="sum")
        gradients = torch.autograd.grad(total, matrices)
        loss += total.item()
        along += sum(
            (gradient.double() * one).sum().item()
            for gradient, one in zip(gradients, removed, strict=True)
        )
        budget += _budget([one.detach() for one in passed], labels, removed, stretch)
    return loss / n, along / n, budget / n


def _budget(
    passed: list[torch.Tensor],
    labels: torch.Tensor,
    removed: Sequence[torch.Tensor],
    stretch: Lipschitz,
) -> float:
    euclidean = maximum = torch.zeros((), dtype=torch.float64, device=labels.device)
    for place, part in enumerate(removed):
        effect = passed[place] @ part.to(passed[place].dtype).T
        euclidean = euclidean + stretch.euclidean[place] * effect.norm(dim=1).double()
        maximum = maximum + stretch.maximum[place] * effect.abs().amax(1).double()
    logits = passed[-1].double()
    slope = (logits.softmax(1) - one_hot(labels, logits.shape[1])).norm(dim=1)
    return torch.minimum(2 * maximum, slope * euclidean).sum().item()


def findings(settings: RandomnessSettings, rows: Sequence[LabRow]) -> Findings:
    """Test that the random part falls, more so with the penalty, and its bound."""
    whole = [row for row in rows if row.panel == TOTALS.key]
    first = {(row.series, row.seed): row for row in whole if row.x == 0}
    last = {(row.series, row.seed): row for row in whole if row.x == settings.epochs}
    beside = tuple(
        _change(name, key, first, last)
        for name in (NO_PENALTY, PENALTY)
        for key in ("frobenius", "variance", "spikes")
    )
    verdicts = [_falls(name, key, whole) for name in (NO_PENALTY, PENALTY)
                for key in ("frobenius", "variance")]  # fmt: skip
    return Findings(beside, (*verdicts, _penalty_helps(last), _bounded(whole)))


def _change(name: str, key: str, first: dict[Any, LabRow], last: dict[Any, LabRow]) -> Beside:
    """Return a quantity at the end in percent of its beginning, or the spikes themselves."""
    title = TOTALS.column(key).title
    ends = [(one.values[key], first[place].values[key]) for place, one in last.items()
            if place[0] == name]  # fmt: skip
    if key == "spikes":
        ours = Mean.of([end for end, _ in ends])
        quantity, unit = f"{name}: {title.lower()} after training", ""
    else:
        ours = Mean.of([100 * end / begin for end, begin in ends])
        quantity, unit = f"{name}: {title.lower()}, of its initial value", "%"
    return Beside(quantity, unit, None, ours.value, ours.error, ours.n)


def _falls(name: str, key: str, rows: Sequence[LabRow]) -> Verdict:
    """Test from epoch to epoch, and by a rank test over all epochs of all seeds."""
    chosen = [row for row in rows if row.series == name]
    steps = _steps(chosen, key)
    order = trend([row.x for row in chosen], [row.values[key] for row in chosen], falling=True)
    return Verdict(
        f"{name}: {TOTALS.column(key).title.lower()} falls from epoch to epoch",
        sum(step < 0 for step in steps),
        len(steps),
        -max(steps),
        p_value=order.p_value,
        note=f"Kendall's tau with the epoch {order.tau:+.2f}",
    )


def _steps(rows: Sequence[LabRow], key: str) -> list[float]:
    by_seed = [[row.values[key] for row in rows if row.seed == seed]
               for seed in sorted({row.seed for row in rows})]  # fmt: skip
    return [after - before for one in by_seed for before, after in pairwise(one)]


def _penalty_helps(last: dict[Any, LabRow]) -> Verdict:
    gains = [
        one.values["frobenius"] - last[PENALTY, seed].values["frobenius"]
        for (name, seed), one in last.items()
        if name == NO_PENALTY
    ]
    return Verdict(
        "the part under the edge ends smaller with the penalty than without, same seed",
        sum(gain > 0 for gain in gains),
        len(gains),
        min(gains),
    )


def _bounded(rows: Sequence[LabRow]) -> Verdict:
    gaps = [
        row.values["frobenius_bound"] - row.values["frobenius"]
        for row in rows
        if "frobenius_bound" in row.values
    ]
    ratios = [row.values["frobenius_bound"] / row.values["frobenius"] for row in rows
              if "frobenius_bound" in row.values]  # fmt: skip
    return Verdict(
        "||R||_F^2 <= (B + epsilon)/(2 lambda) at every epoch",
        sum(gap >= 0 for gap in gaps),
        len(gaps),
        min(gaps),
        note=f"the bound is {min(ratios):.3g} to {max(ratios):.3g} times the norm",
    )
