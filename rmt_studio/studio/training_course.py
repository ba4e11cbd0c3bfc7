"""What is known of a fine-tuning while it runs: losses, epochs, and the best model so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.training import EpochReport, StepReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rmt_studio.pruning import PrunedModel
    from rmt_studio.training import Report

MOST_POINTS = 512
"""Of the curve of the loss: twice as many are halved by taking means of two neighbours."""

INTERVAL = 0.1  # seconds between two snapshots
_NOTHING = np.empty(0)


@dataclass(frozen=True, eq=False)
class Best:
    """The model of the best epoch, and what was found of it."""

    model: PrunedModel
    report: EpochReport


@dataclass(frozen=True, eq=False)
class Course:
    """A snapshot; the later one of two holds all that the earlier one did.

    Attributes:
        at: where the losses stand, in epochs, shape (points,).
        losses: means over equal stretches of steps, shape (points,).
        epochs: those that have ended, in order.
        step: the last one; None before the first.
        best: None before an epoch has ended that is better than the start.
    """

    at: np.ndarray = field(default_factory=lambda: _NOTHING)
    losses: np.ndarray = field(default_factory=lambda: _NOTHING)
    epochs: tuple[EpochReport, ...] = ()
    step: StepReport | None = None
    best: Best | None = None


class Recorder:
    """Takes the reports of a fine-tuning in its own thread and tells of snapshots now and then.

    Args:
        tell: called with a `Course`, at most ten times a second, and by `flush`.
        epochs: of the whole course.
    """

    def __init__(self, tell: Callable[[Course], None], epochs: int) -> None:
        self._tell, self._epochs = tell, epochs
        self._curve = _Thinned()
        self._ended: dict[int, EpochReport] = {}
        self._step: StepReport | None = None
        self._best: Best | None = None
        self._told = 0.0

    def go_on(self, ended: Sequence[EpochReport], best: Best | None) -> None:
        """Take up what an earlier run found."""
        self._ended, self._best = {report.epoch: report for report in ended}, best
        self.flush()

    def report(self, report: Report) -> None:
        """Take a report of a step or an epoch."""
        if isinstance(report, StepReport):
            self._step = report
            self._curve.add(report.step / report.steps * self._epochs, report.loss)
        else:
            self._ended[report.epoch] = report
        if time.monotonic() - self._told >= INTERVAL:
            self.flush()

    def better(self, model: PrunedModel, report: EpochReport) -> None:
        """Take a model that is better than those before it."""
        self._best = Best(model, report)

    def flush(self) -> None:
        """Tell what is known."""
        self._told = time.monotonic()
        at, losses = self._curve.arrays()
        ended = tuple(self._ended[epoch] for epoch in sorted(self._ended))
        self._tell(Course(at, losses, ended, self._step, self._best))


class _Thinned:
    """Points in order, thinned to means of equally many neighbours when they become too many."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []
        self._open: list[tuple[float, float]] = []
        self._each = 1

    def add(self, x: float, y: float) -> None:
        self._open.append((x, y))
        if len(self._open) < self._each:
            return
        self._points.append(_mean(self._open))
        self._open = []
        if len(self._points) == 2 * MOST_POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [_mean(pair) for pair in pairs]
            self._each *= 2

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.array(self._points).reshape(-1, 2).T
        return x.copy(), y.copy()


def _mean(
    points: list[tuple[float, float]] | tuple[tuple[float, float], ...],
) -> tuple[float, float]:
    x, y = zip(*points, strict=True)
    return sum(x) / len(x), sum(y) / len(y)
