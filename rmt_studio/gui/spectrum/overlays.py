"""What is laid over a spectrum: the band of a null and a second spectrum (numpy only, no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.spectra.nulls import NullSpectra

    Curve = tuple[NDArray[np.float64], NDArray[np.float64]]  # x and y

MOST_POINTS = 1024  # of a curve; more than the plot has pixels
LEVEL = 0.95  # of every band
_ZERO = 1e-12  # relative to the largest eigenvalue: 1e-6 on singular values, see `numerical_rank`


@dataclass(frozen=True, eq=False)
class Other:
    """A second spectrum that is compared with the one that is shown.

    Attributes:
        layer: its spectrum and fit.
        label: what a person calls it, such as "pruned".
    """

    layer: LayerAnalysis
    label: str

    @property
    def eigenvalues(self) -> NDArray[np.float64]:
        """Its eigenvalues above zero, descending."""
        return self.layer.spectrum.eigenvalues[: self.layer.fit.dimension]


@dataclass(frozen=True, eq=False)
class RankBand:
    """Where a null puts each rank, the largest first, as places on an axis; each ``(p,)``."""

    lower: NDArray[np.float64]
    middle: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of the spectrum above the middle of each rank's step, ``(k - 1/2) / p``."""
        return (np.arange(self.middle.size) + 0.5) / self.middle.size


@dataclass(frozen=True, eq=False)
class Outline:
    """Bars of several histograms on one grid, with an empty bar on both sides of every gap.

    Attributes:
        left: left ends, ascending, shape ``(m,)``.
        width: of each bar.
        heights: densities, one row per histogram, shape ``(r, m)``.
    """

    left: NDArray[np.float64]
    width: float
    heights: NDArray[np.float64]

    @property
    def corners(self) -> NDArray[np.float64]:
        """The places of the two upper corners of each bar, shape ``(2 m,)``."""
        return np.stack([self.left, self.left + self.width], axis=1).ravel()


def null_values(null: NullSpectra) -> NDArray[np.float64]:
    """Return the replicas' eigenvalues without the ranks that are zero, shape ``(replicas, r)``."""
    lowest, largest = null.eigenvalues.min(axis=0), float(null.eigenvalues.max())
    return null.eigenvalues[:, : max(1, np.count_nonzero(lowest > _ZERO * largest))]


def rank_band(null: NullSpectra, scale: Scale) -> RankBand:
    """Return the 95 % band of a null on a scale, rank by rank."""
    ranks = null_values(null).shape[1]
    lower, upper = null.band(LEVEL)
    places = (scale.position(side[:ranks]) for side in (lower, null.median, upper))
    return RankBand(*(np.maximum(side, _least(side)) for side in places))


def outline(positions: NDArray[np.float64], total: int, width: float, anchor: float) -> Outline:
    """Return the histograms of the rows of ``positions`` on the grid ``anchor + k width``.

    Args:
        positions: places on the axis, shape ``(r, m)``.
        total: how many values make an area of 1.
        width: of a bar.
        anchor: an end of a bar.
    """
    steps = np.floor((positions - anchor) / width).astype(np.int64)
    filled = np.unique(steps)
    index = np.unique(np.concatenate([filled - 1, filled, filled + 1]))
    places = np.searchsorted(index, steps) + index.size * np.arange(len(steps))[:, None]
    counts = np.bincount(places.ravel(), minlength=index.size * len(steps))
    heights = counts.reshape(len(steps), -1) / (total * width)
    return Outline(np.asarray(anchor + index * width, dtype=np.float64), width, heights)


def prediction_band(heights: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return where one more row would lie with 95 % probability, two arrays of shape ``(m,)``.

    ``mean -+ t sd sqrt(1 + 1/r)`` with Student's ``t`` of ``r - 1`` degrees, not below 0: the
    interval of `NullSpectra.band`, here for the height of a bar.
    """
    replicas = len(heights)
    factor = float(stdtrit(replicas - 1, (1 + LEVEL) / 2)) * np.sqrt(1 + 1 / replicas)
    mean, reach = heights.mean(axis=0), factor * heights.std(axis=0, ddof=1)
    return np.maximum(mean - reach, 0.0), mean + reach


def thinned(curve: Curve) -> Curve:
    """Return evenly chosen points of a long curve, both ends among them.

    A curve of many thousand points, tinted or dashed, takes as long to paint as all else together.
    """
    if curve[0].size <= MOST_POINTS:
        return curve
    kept = np.linspace(0, curve[0].size - 1, MOST_POINTS).round().astype(np.int64)
    return curve[0][kept], curve[1][kept]


def _least(places: NDArray[np.float64]) -> float:
    """Return the least finite place, where a logarithmic axis may hold minus infinity."""
    finite = places[np.isfinite(places)]
    return float(finite.min()) if finite.size else 0.0
