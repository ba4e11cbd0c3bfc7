"""The empirical spectral density as a histogram, with the fitted Marchenko-Pastur law over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, edge_caption, law_names
from rmt_studio.gui.spectrum.histogram import (
    Bars,
    bars,
    natural_width,
    sensible_top,
    view_width,
    width_from_origin,
)
from rmt_studio.gui.spectrum.legend import BAR, LINE, UPRIGHT, Mark
from rmt_studio.gui.spectrum.overlay_items import OverlayItems
from rmt_studio.gui.spectrum.overlays import Outline, null_values, outline, prediction_band
from rmt_studio.gui.spectrum.scales import law_curve
from rmt_studio.gui.spectrum.shading import Shading
from rmt_studio.gui.spectrum.shown import OutOfView, first_view, out_of_view, typical
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme
from rmt_studio.spectra.bulk_methods import DEFAULT_BETA

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown

_RUG = 0.035  # height of the marks under the base line, as a share of the view
_HEADROOM = 1.10
_LAW_OVER_BARS = 1.8  # what rises more than this over the bars diverges, and is clipped


class DensityPlot(SpectrumPlot):
    """Histogram of area 1 in two colours, law of area 1, edges, spikes, threshold.

    The bars are made for the part in view: zooming in makes finer ones. No bar straddles the
    Tracy-Widom threshold, so each is bulk or spikes and nothing between.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("density_plot", self.tr("Spectral density"), parent)
        self._plot = self._add_plot()
        self._box = self._plot.getViewBox()
        self._bars_of = {
            kind: pg.BarGraphItem(x0=[], width=1, height=[]) for kind in ("bulk", "spikes")
        }
        self._law = pg.PlotCurveItem(antialias=True, connect="finite")
        self._rug = pg.PlotCurveItem(connect="pairs")
        self._lower, self._upper = edge_line(text="λ₋"), edge_line(text="λ₊")
        self._threshold = edge_line()
        self._removed = Shading(self._plot, "threshold", 0.07)
        self._overlay = OverlayItems(self._plot, over=True)
        self._clipped = 0.0
        fixed = (*self._bars_of.values(), self._law, self._rug, self._lower, self._upper)
        for item in (*fixed, self._threshold):
            self._plot.addItem(item, ignoreBounds=True)
        self._line = self._add_line(self._plot)
        self._add_mark(self._plot)
        self.saving.name_items(
            {
                self._bars_of["bulk"]: "empirical spectral density, all but spikes",
                self._bars_of["spikes"]: "empirical spectral density, spikes",
                self._law: "fitted Marchenko-Pastur density",
                self._rug: "spikes, each two ends of a tick",
                self._lower: "lower edge of the Marchenko-Pastur law",
                self._upper: "upper edge of the Marchenko-Pastur law",
                self._threshold: "Tracy-Widom threshold",
                **self._overlay.names,
            }
        )
        self._law_places, self._law_heights = np.empty(0), np.empty(0)
        self._found: tuple[Bars, Bars] | None = None
        self._box.sigXRangeChanged.connect(self._range_changed)
        self.recolor()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        for kind, color in (("bulk", colors.bulk), ("spikes", colors.spike)):
            self._bars_of[kind].setOpts(brush=color, pen=pg.mkPen(colors.panel, width=1))
        self._law.setPen(pg.mkPen(colors.law, width=2))
        self._rug.setPen(pg.mkPen(colors.spike, width=1))
        for line in (self._lower, self._upper):
            recolor_edge(line, Qt.PenStyle.DotLine)
        recolor_edge(self._threshold, Qt.PenStyle.SolidLine)
        self._removed.recolor()
        self._overlay.recolor()

    def out_of_view(self) -> OutOfView | None:
        if self._shown is None:
            return None
        low, high = self._box.viewRange()[0]
        out = out_of_view(self._shown, self._cut, low, high)
        return replace(out, clipped=self._clipped)

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        if not shown.lawful:
            return (Mark(BAR, "bulk", self.tr("spectrum"), self.tr("spectrum")),)
        level = f"{100 * (1 - shown.fit.options.get('beta', DEFAULT_BETA)):.4g} %"
        return (
            Mark(BAR, "bulk", self.tr("bulk"), self.tr("bulk")),
            Mark(BAR, "spike", self.tr("spikes"), self.tr("spikes")),
            Mark(LINE, "law", *law_names(shown.fit)),
            Mark(UPRIGHT, "muted", self.tr("Tracy–Widom ") + level, self.tr("TW ") + level),
        )

    # --- drawing -------------------------------------------------------------------------------

    def _draw(self, shown: Shown) -> None:
        self._found = None
        self._draw_edges(shown)
        self._draw_law(shown)
        self._describe_axes(shown)
        self._range_changed()

    def _draw_edges(self, shown: Shown) -> None:
        place, fit = shown.place, shown.fit
        self._lower.setValue(place(fit.lower_edge) if fit.lower_edge > 0 else 0.0)
        self._upper.setValue(shown.edge_place)
        self._threshold.setValue(place(fit.threshold))
        for line, sign in ((self._lower, "₋"), (self._upper, "₊")):
            line.label.setFormat(edge_caption(shown.scale, sign))
        self._threshold.setVisible(shown.lawful)
        self._upper.setVisible(shown.edge is not None)
        self._lower.setVisible(shown.lawful and fit.lower_edge > 0)

    def _draw_law(self, shown: Shown) -> None:
        self._law.setVisible(shown.lawful)
        if not shown.lawful:
            self._law_places, self._law_heights = np.empty(0), np.empty(0)
            return
        self._law_places, heights = law_curve(shown.fit.law, shown.scale)
        self._law_heights = heights * shown.fit.bulk_share
        least = self._law_heights.max() * 1e-9
        self._law.setData(self._law_places, self._raised(shown, self._law_heights, least))

    def _raised(self, shown: Shown, heights: np.ndarray, least: float) -> np.ndarray:
        """Return where heights stand in the plot; on a logarithmic axis at ``least`` or more."""
        return np.log10(np.maximum(heights, least)) if shown.log_other else heights

    def _describe_axes(self, shown: Shown) -> None:
        bottom, left = axis_of(self._plot, "bottom"), axis_of(self._plot, "left")
        bottom.describe(axis_caption(shown.scale), typical(shown), log=shown.scale.log)
        caption = self.tr("density per decade") if shown.scale.log else self.tr("density")
        low, high = first_view(shown, None)
        left.describe(caption, 2.0 / (high - low), log=shown.log_other)

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        self._removed.setVisible(cut is not None and cut.active)
        if cut is not None:
            place = shown.place(cut.eigenvalue)
            self._line.show_cut(place, cut, text)
            self._removed.cover(right=place)

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        low, high = first_view(shown, cut)
        margin = 0.015 * (high - low)
        self._box.setXRange(low - margin, high, padding=0)

    # --- what follows the view -------------------------------------------------------------------

    def _range_changed(self, *_range: object) -> None:
        if self._shown is None:
            return
        low, high = self._box.viewRange()[0]
        self._draw_bars(self._shown, high - low)
        self._fit_heights(self._shown, low, high)

    def _draw_bars(self, shown: Shown, span: float) -> None:
        anchor, width = _anchor(shown), view_width(natural_width(shown.positions), span)
        if not shown.scale.log:
            width = width_from_origin(width, anchor)
        if self._found is not None and np.isclose(self._found[0].width, width):
            return
        total, spikes = shown.positions.size, shown.spikes
        above, below = shown.positions[:spikes], shown.positions[spikes:]
        self._found = bars(below, total, width, anchor), bars(above, total, width, anchor)
        for kind, found in zip(("bulk", "spikes"), self._found, strict=True):
            floor = self._floor(shown)
            height = np.log10(found.height) - floor if shown.log_other else found.height
            self._bars_of[kind].setOpts(x0=found.left, width=width, y0=floor, height=height)
        self._draw_overlay(shown, width, anchor)

    def _draw_overlay(self, shown: Shown, width: float, anchor: float) -> None:
        """Draw null and other spectrum as outlines on the grid of the bars."""
        self._overlay.clear()
        if shown.null is not None:
            places = shown.scale.position(null_values(shown.null))
            found = outline(places, places.shape[1], width, anchor)
            mean, *sides = found.heights.mean(axis=0), *prediction_band(found.heights)
            self._overlay.draw_null(
                *(self._corners(shown, found, heights) for heights in (mean, *sides))
            )
        if shown.other is not None:
            places = shown.scale.position(shown.other.eigenvalues)[None]
            found = outline(places, shown.positions.size, width, anchor)
            curve = self._corners(shown, found, found.heights[0])
            self._overlay.draw_other(curve, shown.other_edge)

    def _corners(
        self, shown: Shown, found: Outline, heights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the upper corners of an outline's bars; empty ones stand on the floor."""
        raised = self._raised(shown, heights, 10.0 ** self._floor(shown))
        return found.corners, np.repeat(raised, 2)

    def _floor(self, shown: Shown) -> float:
        """Return where bars stand: at 0, or at half a value's height on a logarithmic axis."""
        if not shown.log_other or self._found is None:
            return 0.0
        return float(np.log10(0.5 / (shown.positions.size * self._found[0].width)))

    def _fit_heights(self, shown: Shown, low: float, high: float) -> None:
        """Let the bars in view fill the plot; what towers over all others is clipped."""
        if self._found is None:
            return
        heights = [found.height[found.reaches(low, high)] for found in self._found]
        highest, self._clipped = sensible_top(np.concatenate(heights), 1.0 / (high - low))
        highest = max(highest, self._law_top(low, high, highest))
        floor = self._floor(shown)
        top = np.log10(highest) if shown.log_other else highest
        top = floor + _HEADROOM * (top - floor)
        rug = _RUG * (top - floor)
        self._box.setYRange(floor - rug, top, padding=0)
        spikes = np.repeat(shown.positions[: shown.spikes], 2)
        self._rug.setData(spikes, np.tile([floor - rug, floor - 0.2 * rug], shown.spikes))

    def _law_top(self, low: float, high: float, highest: float) -> float:
        """Return the top of the law in view, 0 where it rises far above the bars."""
        places = self._law_places
        in_view = self._law_heights[(places >= low) & (places <= high)]
        top = float(in_view.max(initial=0.0))
        return top if top <= _LAW_OVER_BARS * highest else 0.0


def _anchor(shown: Shown) -> float:
    """Return a place that no bar straddles: the threshold, or where there is no law the origin."""
    return shown.place(shown.fit.threshold) if shown.lawful or shown.scale.log else 0.0
