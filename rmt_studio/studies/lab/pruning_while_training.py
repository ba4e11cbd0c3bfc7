"""MP-based pruning during training against none, L1, L2 and their combinations.

Source: Berlyand, Bourdais, Owhadi & Shmalo (2025), the experiment on Fashion-MNIST: every few
epochs the smallest of the singular values under the edge go, so that the share `keep_share` of
them stays. The last layer, ten rows, has no bulk to speak of and is left alone. A pruned matrix
stays one matrix: what the gradient brings back under the edge is judged again at the next pruning.

The published accuracies without the combination lie near 80 and 90 % of 90 %. That is what a
network does that has lost two of the ten classes, or one, and the source's formula of the network
puts the activation behind the last layer too: a class whose logit is negative for all pictures
then has no gradient left. The series "none, ReLU on logits" tests this; that the published runs
did so is a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rmt_studio.studies.lab import checkpoints
from rmt_studio.studies.lab.edge import cut, keep_share
from rmt_studio.studies.lab.experiment import Findings, Lab, Pulse, Run
from rmt_studio.studies.lab.network import FullyConnected, fresh_network, penalty, score
from rmt_studio.studies.lab.published import TRAINING
from rmt_studio.studies.lab.rows import Beside, Column, LabRow, Panel, Verdict
from rmt_studio.studies.lab.statistics import Mean
from rmt_studio.studies.lab.training import train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies.lab.settings import NoiseSettings, PruningWhileTrainingSettings

EPOCHS = Panel(
    "epochs",
    "Accuracy while training",
    Column("epoch", "Epoch"),
    (
        Column("test_accuracy", "Test accuracy", "%"),
        Column("train_accuracy", "Training accuracy", "%"),
        Column("test_loss", "Test cross-entropy", "nats", log=True),
        Column("train_loss", "Training cross-entropy", "nats", log=True),
        Column("regularised_loss", "Regularised training loss", "nats", log=True),
        Column("classes", "Classes predicted for any test picture"),
        Column("stored", "Parameters stored after the last pruning", "%"),
    ),
)
PANELS = (EPOCHS,)


class Variant(NamedTuple):
    """Which of the means a series uses."""

    prunes: bool
    l1: bool
    l2: bool
    relu_on_logits: bool = False


VARIANTS: dict[str, Variant] = {
    "none": Variant(False, False, False),
    "L2": Variant(False, False, True),
    "L1 + L2": Variant(False, True, True),
    "MP": Variant(True, False, False),
    "MP + L2": Variant(True, False, True),
    "MP + L1 + L2": Variant(True, True, True),
    "none, ReLU on logits": Variant(False, False, False, relu_on_logits=True),
}


def runs(settings: PruningWhileTrainingSettings) -> list[Run]:
    """Return every variant with every seed, seed by seed."""
    return [Run(name, seed) for seed in settings.every_seed for name in VARIANTS]


def carry_out(lab: Lab, run: Run) -> None:
    """Train one variant."""
    trained(lab, run, VARIANTS[run.name])


def trained(lab: Lab, run: Run, variant: Variant, *, emit: bool = True) -> FullyConnected:
    """Train one variant and return it; a row after each epoch."""
    settings = lab.settings
    network = fresh_network(lab.widths, run.seed, lab.device, relu_on_logits=variant.relu_on_logits)
    l1, l2 = settings.l1 * variant.l1, settings.l2 * variant.l2
    stored = [100.0]
    pulse = Pulse(lab.progress)

    def before(epoch: int) -> None:
        if variant.prunes and epoch and epoch % settings.prune_every == 0:
            stored.append(100 * prune(network, settings, epoch))

    def after(epoch: int, _loss: float) -> None:
        checkpoints.keep(network, lab.checkpoints, epoch)
        if emit:
            values = measured(lab, network, pulse) | {"stored": stored[-1]}
            values["regularised_loss"] = values["train_loss"] + penalty(network, l1, l2)
            lab.emit(LabRow(EPOCHS.key, run.name, epoch, values, run.seed))

    checkpoints.keep(network, lab.checkpoints, 0)
    train(
        network,
        lab.data,
        settings,
        l1=l1,
        l2=l2,
        seed=run.seed,
        before_epoch=before,
        after_epoch=after,
        progress=pulse,
    )
    return network


def prune(
    network: FullyConnected, settings: PruningWhileTrainingSettings | NoiseSettings, epoch: int
) -> float:
    """Cut every matrix but the last; return the share of their parameters that is stored.

    A matrix of rank ``r`` is stored as two factors, ``r (out + in)`` numbers, where that is less.
    """
    keep = keep_share(epoch, settings.keep_span)
    stored = whole = 0
    for matrix in network.matrices[:-1]:
        weight, split = cut(matrix, keep, settings.bulk_method)
        matrix.data.copy_(weight)
        rank = len(split.values) - round((1 - keep) * split.under)
        stored += min(matrix.numel(), rank * sum(matrix.shape))
        whole += matrix.numel()
    return stored / whole


def measured(lab: Lab, network: FullyConnected, pulse: Pulse) -> dict[str, float]:
    """Return accuracy in percent and cross-entropy, of training and test pictures."""
    test = score(network, lab.data.test, lab.data.test_labels, pulse.beat)
    known = score(network, lab.data.train, lab.data.train_labels, pulse.beat)
    return {
        "test_accuracy": 100 * test.accuracy,
        "train_accuracy": 100 * known.accuracy,
        "classes": float(test.predicted),
        "test_loss": test.loss,
        "train_loss": known.loss,
    }


def findings(settings: PruningWhileTrainingSettings, rows: Sequence[LabRow]) -> Findings:
    """Set the last epoch's accuracies beside the published ones, and compare the variants."""
    last = {
        name: [row.values for row in rows if row.series == name and row.x == settings.epochs]
        for name in VARIANTS
    }
    beside = tuple(
        _beside(name, kind, last[name]) for name in VARIANTS for kind in ("test", "train")
    )
    gains = tuple(
        _gain(better, worse, last)
        for better, worse in (("MP", "none"), ("MP + L1 + L2", "L1 + L2"), ("MP + L1 + L2", "none"))
    )
    return Findings(beside, gains)


def _beside(name: str, kind: str, last: list[dict[str, float]]) -> Beside:
    ours = Mean.of([values[f"{kind}_accuracy"] for values in last])
    known = TRAINING.get(name)
    figure = None if known is None else known.test if kind == "test" else known.train
    quantity = f"{name}: {'test' if kind == 'test' else 'training'} accuracy"
    return Beside(quantity, "%", figure, ours.value, ours.error, ours.n, _NOTES.get(name, ""))


_NOTES = {
    "none": "the published baseline is abnormally low for this network; ours is trained alike",
    "none, ReLU on logits": "our test of what may explain the published baselines",
}


def _gain(better: str, worse: str, last: dict[str, list[dict[str, float]]]) -> Verdict:
    """Test on how many seeds one variant has the higher test accuracy."""
    gains = [
        one["test_accuracy"] - other["test_accuracy"]
        for one, other in zip(last[better], last[worse], strict=True)
    ]
    mean = Mean.of(gains)
    error = "" if mean.error is None else f" +- {mean.error:.2f} (standard error)"
    return Verdict(
        f"{better} ends with a higher test accuracy than {worse} of the same seed",
        sum(gain > 0 for gain in gains),
        len(gains),
        min(gains),
        "points",
        note=f"mean difference {mean.value:+.2f}{error} points",
    )
