"""What the plots show: one layer on one scale, and the part of it that is in view (no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.gui.spectrum.overlays import RankBand, rank_band
from rmt_studio.gui.spectrum.reference import Reference, reference_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.overlays import Other
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.spectra import BulkFit
    from rmt_studio.spectra.nulls import NullSpectra

_MOST = 0.9
_FARTHEST_CUT = 4.0  # times the upper edge: a cut farther out does not stretch the first view


@dataclass(frozen=True, eq=False)
class Shown:
    """One layer on one scale, and what is laid over it.

    Attributes:
        layer: spectrum and fit.
        scale: of the axis that carries the eigenvalues.
        log_other: whether the axis that carries no eigenvalues is logarithmic, where a plot has
            the choice: that of densities, that of ranks.
        null: spectra without structure, whose band is drawn.
        other: a second spectrum, drawn as a line.
    """

    layer: LayerAnalysis
    scale: Scale
    log_other: bool = False
    null: NullSpectra | None = None
    other: Other | None = None

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
        """How many of them, from the first, lie above the Tracy-Widom threshold of their law."""
        return self.fit.spikes if self.lawful else 0

    @property
    def lawful(self) -> bool:
        """Whether the Marchenko-Pastur law applies, so that the fit is drawn.

        Elsewhere the fit is a ruler for the axes, and only a null can be compared with.
        """
        return self.layer.view.marchenko_pastur

    @property
    def edge(self) -> float | None:
        """Where noise ends: the upper edge of the law, or that of a product of two noises.

        None where neither is known, as for a whitened matrix.
        """
        return self.fit.upper_edge if self.lawful else self.layer.product_edge

    @cached_property
    def ruler(self) -> float:
        """The eigenvalue by which axes are laid out: where the bulk, or what stands for it, ends.

        The upper edge of the law. Without a law the largest of the null, or the place under which
        nine in ten eigenvalues lie, and the edge of a product of noises if that lies farther out.
        """
        if self.lawful:
            return self.fit.upper_edge
        most = float(np.quantile(self.eigenvalues, _MOST))
        reach = most if self.null is None else float(self.null.median[0])
        return max(reach, self.edge or 0.0)

    @property
    def edge_place(self) -> float:
        """The place of `edge` on the axis; that of `ruler` where there is none."""
        return self.place(self.ruler if self.edge is None else self.edge)

    @cached_property
    def reference(self) -> Reference | None:
        """What the spectrum is held against; None where there is neither law nor null."""
        return reference_of(self.fit, self.null, lawful=self.lawful)

    @cached_property
    def band(self) -> RankBand | None:
        """The band of the null on the axis."""
        return rank_band(self.null, self.scale) if self.null is not None else None

    @property
    def other_edge(self) -> float | None:
        """The place of the other spectrum's upper edge; None where it has none to speak of.

        A matrix that lost singular values has no noise law: what its fit says is left out.
        """
        if self.other is None or not self.lawful or self.other.layer.fit.zeros > self.fit.zeros:
            return None
        return self.place(self.other.layer.fit.upper_edge)

    def same_picture(self, before: Shown | None) -> bool:
        """Return whether a plot that drew ``before`` need not draw this."""
        if before is None or (before.scale, before.log_other) != (self.scale, self.log_other):
            return False
        first, second = (x.other and x.other.layer for x in (before, self))
        return before.layer is self.layer and before.null is self.null and first is second

    def same_axis(self, before: Shown | None) -> bool:
        """Return whether a view that was chosen for ``before`` suits this as well."""
        if before is None or before.layer is not self.layer or before.scale != self.scale:
            return False
        return self.lawful or before.null is self.null

    def place(self, eigenvalue: float) -> float:
        """Return the place of one eigenvalue on the axis."""
        return float(self.scale.position(eigenvalue))


def typical(shown: Shown) -> float:
    """Return the size of what an axis of eigenvalues shows; all plots label their axis by it."""
    return float(shown.scale.value(1.25 * shown.ruler))


def first_view(shown: Shown, cut: Cut | None) -> tuple[float, float]:
    """Return the part of the axis that shows the bulk, a margin and a cut that is not far off.

    On a linear axis it begins at 0. Far spikes are left to the right of it, because a view that
    held them would squeeze the bulk into a corner.
    """
    values, edge = shown.eigenvalues, shown.ruler
    widest = 30.0 if shown.scale.log else 1.5
    right = float(np.clip(1.05 * values[0], 1.25 * edge, widest * edge))
    if cut is not None and cut.active and cut.multiple <= _FARTHEST_CUT:
        right = max(right, 1.06 * cut.eigenvalue)
    lower = shown.fit.lower_edge if shown.lawful else 0.0
    left = _leftmost(values, lower, edge) if shown.scale.log else 0.0
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
