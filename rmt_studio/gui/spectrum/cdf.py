"""The empirical distribution function over the law's, and below it how far the two are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, law_names
from rmt_studio.gui.spectrum.legend import BAR, DASHES, LINE, Mark
from rmt_studio.gui.spectrum.overlay_items import OverlayItems
from rmt_studio.gui.spectrum.scales import law_curve
from rmt_studio.gui.spectrum.shading import Shading
from rmt_studio.gui.spectrum.shown import OutOfView, first_view, out_of_view, typical
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.steps import empirical_steps, null_steps, other_steps, residual_steps
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.overlays import Curve
    from rmt_studio.gui.spectrum.shown import Shown


_NOISE = "95 % band of pure noise"


class CdfPlot(SpectrumPlot):
    """Above: the empirical steps and the law's curve. Below: their difference and the null's band.

    The band is the 95 % quantile of the Kolmogorov distance of pure noise: a difference that
    leaves it is more than chance.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("cdf_plot", self.tr("Cumulative distribution"), parent)
        self._above = self._add_plot()
        self._below = self._add_plot_below(self._above)
        self._bulk, self._spikes = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._law = pg.PlotCurveItem(antialias=True)
        self._residual = pg.PlotCurveItem()
        self._band, self._zero = Shading(self._below, "law", 0.14, _NOISE), edge_line(0)
        self._edges = [edge_line() for _ in range(2)]
        self._overlays = OverlayItems(self._above), OverlayItems(self._below)
        for item in (self._bulk, self._spikes, self._law, self._edges[0]):
            self._above.addItem(item, ignoreBounds=True)
        for item in (self._zero, self._residual, self._edges[1]):
            self._below.addItem(item, ignoreBounds=True)
        self._cuts = [self._add_line(self._above, label=0.4, grip=0.7), self._add_line(self._below)]
        self._add_mark(self._above)
        self._add_mark(self._below)
        self.saving.name_items(
            {
                self._bulk: "empirical cumulative distribution, all but spikes",
                self._spikes: "empirical cumulative distribution, spikes",
                self._law: "fitted Marchenko-Pastur cumulative distribution",
                self._residual: "empirical less fitted",
                **dict.fromkeys(self._edges, "upper edge of the Marchenko-Pastur law"),
                **self._overlays[0].names,
                **self._overlays[1].names,
            }
        )
        self._box = self._above.getViewBox()
        self.recolor()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        self._bulk.setPen(pg.mkPen(colors.text, width=1))
        self._spikes.setPen(pg.mkPen(colors.spike, width=2.5))
        self._law.setPen(pg.mkPen(colors.law, width=2, style=Qt.PenStyle.DashLine))
        self._residual.setPen(pg.mkPen(colors.text, width=1))
        self._band.recolor()
        recolor_edge(self._zero, Qt.PenStyle.SolidLine)
        for line in self._edges:
            recolor_edge(line, Qt.PenStyle.DotLine)
        for overlay in self._overlays:
            overlay.recolor()

    def out_of_view(self) -> OutOfView | None:
        low, high = self._box.viewRange()[0]
        return self._shown and out_of_view(self._shown, self._cut, low, high)

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        spectrum = Mark(LINE, "text", self.tr("spectrum"), self.tr("spectrum"))
        if not shown.lawful:
            return (spectrum,)
        return (
            spectrum,
            Mark(LINE, "spike", self.tr("spikes"), self.tr("spikes")),
            Mark(DASHES, "law", *law_names(shown.fit)),
            Mark(BAR, "band", self.tr("95 % of pure noise"), self.tr("noise 95 %")),
        )

    def _draw(self, shown: Shown) -> None:
        ascending = shown.eigenvalues[::-1]
        values, shares = empirical_steps(ascending)
        x, y = _with_level_ends(shown.scale.position(values), shares, shares[0])
        first_spike = 1 + 2 * (ascending.size - shown.spikes)
        y = _heights(shown, y)
        self._bulk.setData(x[: first_spike + 1], y[: first_spike + 1])
        self._spikes.setData(x[first_spike:], y[first_spike:])
        self._draw_law(shown)
        for line in self._edges:
            line.setValue(shown.edge_place)
            line.setVisible(shown.edge is not None)
        self._describe_axes(shown)
        self._draw_overlays(shown)
        self._draw_residual(shown, ascending)

    def _draw_law(self, shown: Shown) -> None:
        self._law.setVisible(shown.lawful)
        if shown.lawful:
            positions, _density = law_curve(shown.fit.law, shown.scale)
            shares = shown.fit.bulk_share * shown.fit.law.cdf(shown.scale.eigenvalue(positions))
            x, y = _with_level_ends(positions, shares, 0.0)
            self._law.setData(x, _heights(shown, y))

    def _draw_overlays(self, shown: Shown) -> None:
        """Draw null and other spectrum above, and below how far they are from the reference."""
        for overlay in self._overlays:
            overlay.clear()
        curves = null_steps(shown), other_steps(shown)
        for overlay, moved in zip(self._overlays, (_raised, _less_reference), strict=True):
            null, other = ([moved(shown, curve) for curve in each] for each in curves)
            if null:
                overlay.draw_null(*null)
            if other:
                overlay.draw_other(other[0], shown.other_edge)

    def _draw_residual(self, shown: Shown, ascending: np.ndarray) -> None:
        """Show the lower plot where there is something to subtract."""
        there = shown.reference is not None
        self._show_below(there)
        axis_of(self._above, "bottom").setStyle(showValues=not there)
        largest = 0.0
        if shown.reference is not None:
            values, residual = residual_steps(ascending, shown.reference)
            self._residual.setData(shown.scale.position(values), residual)
            largest = float(np.abs(residual).max())
        self._fit_heights(shown, largest)

    def _describe_axes(self, shown: Shown) -> None:
        high, alone = typical(shown), shown.reference is None
        caption = axis_caption(shown.scale)
        for plot, text in ((self._above, caption if alone else ""), (self._below, caption)):
            axis_of(plot, "bottom").describe(text, high, log=shown.scale.log)
        axis_of(self._above, "left").describe(self.tr("share below"), log=shown.log_other)
        axis_of(self._below, "left").describe(self.tr("difference"))

    def _fit_heights(self, shown: Shown, largest: float) -> None:
        null = shown.fit.ks_null_95 * shown.fit.bulk_share if shown.lawful else 0.0
        reach = 1.12 * max(largest, 1.3 * null, 1e-6)
        low, high = (np.log10(_least(shown)), 0.06) if shown.log_other else (-0.02, 1.03)
        self._above.getViewBox().setYRange(low, high, padding=0)
        self._below.getViewBox().setYRange(-reach, reach, padding=0)
        self._band.setVisible(shown.lawful)
        self._band.cover(low=-null, high=null)

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        if cut is not None:
            place = shown.place(cut.eigenvalue)
            self._cuts[0].show_cut(place, cut, text)
            self._cuts[1].show_cut(place, cut, "")

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        low, high = first_view(shown, cut)
        self._box.setXRange(low - 0.015 * (high - low), high, padding=0)


def _raised(shown: Shown, curve: Curve) -> Curve:
    return curve[0], _heights(shown, curve[1])


def _heights(shown: Shown, shares: np.ndarray) -> np.ndarray:
    """Return where shares stand; on a logarithmic axis none under half of one value's share."""
    return np.log10(np.maximum(shares, _least(shown))) if shown.log_other else shares


def _least(shown: Shown) -> float:
    return 0.5 / shown.eigenvalues.size


def _less_reference(shown: Shown, curve: Curve) -> Curve:
    """Return a distribution function less the one that the spectrum is held against."""
    x, y = curve
    if shown.reference is None:
        return curve
    return x, y - shown.reference.cdf(shown.scale.eigenvalue(x))


def _with_level_ends(places: np.ndarray, shares: np.ndarray, least: float) -> Curve:
    """Return a distribution function drawn on level far to the left and right (where it is 1)."""
    reach = 100 * float(np.ptp(places)) or 1.0
    ends = places[0] - reach, places[-1] + reach
    return np.concatenate([ends[:1], places, ends[1:]]), np.concatenate([[least], shares, [1.0]])
