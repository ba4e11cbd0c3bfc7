"""Bars of an empirical spectral density: how wide, where, how high (numpy only, no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST, MOST = 20, 120  # bars across the view
_TOWERS = 3.0


@dataclass(frozen=True)
class Bars:
    """Bars that hold at least one value.

    Attributes:
        left: left ends, ascending, shape ``(m,)``.
        width: of each bar, in units of the axis.
        height: densities; together with the other bars of the histogram their area is 1.
    """

    left: NDArray[np.float64]
    width: float
    height: NDArray[np.float64]

    def reaches(self, low: float, high: float) -> NDArray[np.bool_]:
        """Return which bars have a part in ``[low, high]``, shape ``(m,)``."""
        return (self.left < high) & (self.left + self.width > low)


def natural_width(positions: NDArray[np.float64]) -> float:
    """Return the bar width that suits a spectrum: ``IQR / sqrt(p)``, 0 where all values agree.

    Freedman & Diaconis (1981) balance the bias of wide bars against the Poisson noise of narrow
    ones and find ``2 IQR p^(-1/3)`` for independent values. Eigenvalues repel each other: the
    count in a bar fluctuates by about one whatever its width, so the same balance gives
    ``p^(-1/2)``, and the finer bars show no more noise.
    """
    low, high = np.percentile(positions, [25, 75])
    return float((high - low) / np.sqrt(positions.size))


def view_width(natural: float, span: float) -> float:
    """Return the bar width for a view of length ``span``: 20 to 120 bars across it.

    It changes in steps of sqrt(2), so that bars keep still while a view is moved or zoomed a bit.
    """
    if natural <= 0:
        return span / MOST
    wanted = min(max(natural, span / MOST), span / FEWEST)
    steps = 2 * np.log2(wanted / natural)
    steps = np.ceil(steps - 1e-9) if wanted > natural else np.floor(steps + 1e-9)
    return float(natural * 2.0 ** (steps / 2))


def width_from_origin(width: float, anchor: float) -> float:
    """Return the next larger width of which a whole number fits between 0 and ``anchor``."""
    return anchor / np.floor(anchor / width) if 0 < width <= anchor else width


def bars(positions: NDArray[np.float64], total: int, width: float, anchor: float) -> Bars:
    """Return the bars of ``positions`` on the grid ``anchor + k width``.

    Args:
        positions: places on the axis, all on one side of ``anchor``, shape ``(m,)``.
        total: how many values the whole histogram has; its area is 1.
        width: of a bar.
        anchor: an end that no bar straddles.
    """
    steps = np.floor((positions - anchor) / width)
    if positions.size and positions[0] < anchor:
        steps = np.minimum(steps, -1)  # rounding must not carry a value over the anchor
    index, counts = np.unique(steps, return_counts=True)
    return Bars(anchor + index * width, width, counts / (total * width))


def sensible_top(heights: NDArray[np.float64], fallback: float) -> tuple[float, float]:
    """Return the height that a view of bars should hold, and that of a clipped bar or 0.

    Where the matrix is square or lacks rank, one bar at 0 towers over all others and would press
    them flat. Such a bar, more than three times the second, is clipped; its height is returned so
    that it can be told.
    """
    if heights.size == 0:
        return fallback, 0.0
    highest = float(heights.max())
    if heights.size < 3:
        return highest, 0.0
    second = float(np.sort(heights)[-2])
    return (1.5 * second, highest) if highest > _TOWERS * second else (highest, 0.0)
