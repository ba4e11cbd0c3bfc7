"""The checkpoints that are known so far, and every number of every matrix over them (no Qt)."""

from __future__ import annotations

from bisect import insort
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.analysis import Series
from rmt_studio.analysis.series_axes import SeriesAxes
from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.models.loaded_model import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from rmt_studio.analysis import Entry, SeriesStep, Track
    from rmt_studio.analysis.series_axes import SeriesFrame


class Course:
    """A series that grows while its checkpoints are analysed.

    Attributes:
        folder: where they lie.
        steps: those known, in training order.
        left_out: what is not part of it, each with its reason.
        architecture: of the network, once it is known.
    """

    def __init__(self, folder: Path, left_out: tuple[Entry, ...] = ()) -> None:
        self.folder, self.left_out = folder, left_out
        self.steps: list[SeriesStep] = []
        self.architecture = UNKNOWN
        self._columns: dict[tuple[int, str], NDArray[np.float64]] = {}
        self._tracks: dict[str, Track] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The matrices in the model's order."""
        return self.steps[0].names if self.steps else ()

    @property
    def series(self) -> Series:
        """What is known, as a series."""
        steps = tuple(self.steps)
        return Series(self.folder, self.architecture, self.names, steps, self.left_out)

    def add(self, found: SeriesStep) -> None:
        """Put a checkpoint where it belongs."""
        insort(self.steps, found, key=attrgetter("step"))
        self._tracks.clear()

    def track(self, name: str) -> Track:
        """Return one matrix through the checkpoints known."""
        if name not in self._tracks:
            self._tracks[name] = self.series.track(name)
        return self._tracks[name]

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return a number of every matrix at every step, shape ``(matrices, steps)``, or nan."""
        return np.stack([self._column(step, metric) for step in self.steps], axis=1)

    def _column(self, step: SeriesStep, metric: str) -> NDArray[np.float64]:
        """Return a number of every matrix at one step; each is computed once."""
        key = step.step, metric
        if key not in self._columns:
            value = METRICS[metric].value
            found = (step.layer(name) for name in self.names)
            numbers = [None if layer is None else value(layer) for layer in found]
            column = [np.nan if one is None else one for one in numbers]
            self._columns[key] = np.array(column, dtype=np.float64)
        return self._columns[key]

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The numbers of the checkpoints, shape ``(steps,)``."""
        return np.array([step.step for step in self.steps], dtype=np.float64)


def range_of(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and the largest finite value; (0, 1) where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


TIME_PLOTS = tuple(METRICS)[:4]


class LayerPicture:
    """Axes that stay, and the frame of each step as soon as it was asked for.

    Args:
        track: of a matrix that is not zero throughout.
        log: whether the axis of eigenvalues is logarithmic.
    """

    def __init__(self, track: Track, *, log: bool) -> None:
        self.track, self.log = track, log
        self.axes = SeriesAxes.of(track, log=log)
        self._frames: dict[int, SeriesFrame] = {}

    def frame(self, place: int) -> SeriesFrame | None:
        """Return the step at a place; None where the matrix is zero then."""
        layer = self.track.found[place]
        if layer is None:
            return None
        if place not in self._frames:
            self._frames[place] = self.axes.frame(layer)
        return self._frames[place]
