"""What an evaluation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from rmt_studio.evaluation.intervals import Interval


class RunningAccuracy(NamedTuple):
    """What is known after ``done`` of ``total`` images."""

    done: int
    total: int
    top1: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What one model did on one set of images. Accuracies and shares are fractions of 1.

    ``top1_interval`` is the 95 % Wilson interval over the images. The next three compare with a
    reference model on the same images and are None without one: the share of equal predictions,
    the difference of top-1, and its paired 95 % interval (`intervals.paired_difference`).
    ``loss`` is the mean cross-entropy in nats. ``predictions``, ``targets``: int64 (n,), in the
    order of ``names``.
    """

    label: str
    images: str
    n: int
    top1: float
    top5: float
    loss: float
    top1_interval: Interval
    agreement: float | None
    top1_difference: float | None
    top1_difference_interval: Interval | None
    seconds: float
    device: str
    parameters: int
    nonzero_parameters: int
    names: tuple[str, ...]
    predictions: np.ndarray
    targets: np.ndarray

    @property
    def correct(self) -> np.ndarray:
        """Whether each image was named rightly, bool (n,)."""
        return self.predictions == self.targets

    def record(self) -> dict[str, Any]:
        """Return everything but the list of images as plain JSON values, at full precision."""
        lists = ("names", "predictions", "targets")
        values = {key: value for key, value in vars(self).items() if key not in lists}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
