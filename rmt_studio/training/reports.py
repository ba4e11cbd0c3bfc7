"""What training tells while it runs; plain values, so that any thread may read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """What validation found: top-1 and cross-entropy."""

    top1: float
    loss: float

    @property
    def rank(self) -> tuple[float, float]:
        """What is higher for a better one: top-1, and among equals a lower loss."""
        return (self.top1, -self.loss)


@dataclass(frozen=True)
class StepReport:
    """One optimiser step.

    Attributes:
        step: steps done by now, 1 for the first.
        steps: of the whole course.
        epoch: the one it belongs to, 1 for the first.
        loss: over the images of the step, penalties included.
        learning_rate: that the step was taken with.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    learning_rate: float


@dataclass(frozen=True)
class EpochReport:
    """One pass over the images, and what validation found after it.

    Attributes:
        epoch: 1 for the first.
        epochs: of the whole course.
        loss: mean over the steps of the epoch.
        validation: top-1 on the validation images; None without them.
        best: whether it is better than the start and every epoch before it: by top-1, and without
            validation, where the start does not count, by the training loss.
        validation_loss: cross-entropy there; None without them.
    """

    epoch: int
    epochs: int
    loss: float
    validation: float | None
    best: bool
    validation_loss: float | None = None

    @property
    def rank(self) -> tuple[float, float]:
        """What is higher for a better epoch, comparable with that of a `Score`."""
        if self.validation is None or self.validation_loss is None:
            return (0.0, -self.loss)
        return Score(self.validation, self.validation_loss).rank

    def record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


Report = StepReport | EpochReport
