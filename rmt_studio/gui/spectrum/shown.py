"""What the plots show: one layer on one scale, and the part of it that is in view (no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.spectra import BulkFit

_FARTHEST_CUT = 4.0  # times the upper edge: a cut farther out does not stretch the first view


@dataclass(frozen=True)
class Shown:
    """One layer on one scale.

    Attributes:
        layer: spectrum and fit.
        scale: of the axis that carries the eigenvalues.
        log_density: whether densities are drawn on a logarithmic axis.
    """

    layer: LayerAnalysis
    scale: Scale
    log_density: bool = False

    @property
    def fit(self) -> BulkFit:
        """The bulk fit of the layer."""
        return self.layer.fit

    @cached_property
    def eigenvalues(self) -> NDArray[np.float64]:
        """The eigenvalues that took part in the fit, descending: all that are not zero."""
        return self.layer.spectrum.eigenvalues[: self.fit.dimension]

    @cached_property
    def positions(self) -> NDArray[np.float64]:
        """Their places on the axis, descending."""
        return self.scale.position(self.eigenvalues)

    @property
    def spikes(self) -> int:
        """How many of them, from the first, lie above the Tracy-Widom threshold."""
        return self.fit.spikes

    def place(self, eigenvalue: float) -> float:
        """Return the place of one eigenvalue on the axis."""
        return float(self.scale.position(eigenvalue))


def typical(shown: Shown) -> float:
    """Return the size of what an axis of eigenvalues shows; all plots label their axis by it."""
    return float(shown.scale.value(1.25 * shown.fit.upper_edge))


def first_view(shown: Shown, cut: Cut | None) -> tuple[float, float]:
    """Return the part of the axis that shows the bulk, a margin and a cut that is not far off.

    On a linear axis it begins at 0. Far spikes are left to the right of it, because a view that
    held them would squeeze the bulk into a corner.
    """
    values, edge = shown.eigenvalues, shown.fit.upper_edge
    widest = 30.0 if shown.scale.log else 1.5
    right = float(np.clip(1.05 * values[0], 1.25 * edge, widest * edge))
    if cut is not None and cut.active and cut.multiple <= _FARTHEST_CUT:
        right = max(right, 1.06 * cut.eigenvalue)
    left = _leftmost(values, shown.fit.lower_edge, edge) if shown.scale.log else 0.0
    return shown.place(left), shown.place(right)


def _leftmost(values: NDArray[np.float64], lower: float, upper: float) -> float:
    """Return where a logarithmic view begins: below the bulk, but not decades below."""
    nearly_all = 0.7 * float(np.percentile(values, 2))
    below_edge = 0.8 * lower if lower > 1e-2 * upper else np.inf
    return max(0.9 * float(values[-1]), min(nearly_all, below_edge))


@dataclass(frozen=True)
class OutOfView:
    """What a view does not hold.

    Attributes:
        left: how many eigenvalues lie to its left.
        right: how many lie to its right.
        largest: the largest of those, in units of the scale's quantity.
        cut: -1 or 1 where the cut lies to the left or to the right, else 0.
        clipped: the density of a bar that rises out of the view, or 0.
    """

    left: int = 0
    right: int = 0
    largest: float = 0.0
    cut: int = 0
    clipped: float = 0.0


def out_of_view(shown: Shown, cut: Cut | None, low: float, high: float) -> OutOfView:
    """Return what lies outside the part ``[low, high]`` of the axis."""
    right = int(np.count_nonzero(shown.positions > high))
    left = int(np.count_nonzero(shown.positions < low))
    largest = float(shown.scale.value(shown.eigenvalues[0]))
    place = shown.place(cut.eigenvalue) if cut is not None and cut.active else low
    return OutOfView(left, right, largest, cut=int(place > high) - int(place < low))
