"""Each eigenvalue against where noise would have put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, edge_caption
from rmt_studio.gui.spectrum.legend import DOT, LINE, Mark
from rmt_studio.gui.spectrum.overlay_items import OverlayItems
from rmt_studio.gui.spectrum.shown import OutOfView, first_view, out_of_view, typical
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.spectrum_plot import Point

_DOT = 5.0  # pixels


class QuantilePlot(SpectrumPlot):
    """Empirical quantiles over those of the law: noise lies on the diagonal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("quantile_plot", self.tr("Quantiles against the law"), parent)
        self._plot = self._add_plot(zoom_y=True)
        self._box = self._plot.getViewBox()
        self._bulk, self._spikes = (pg.ScatterPlotItem(size=_DOT, antialias=True) for _ in range(2))
        self._identity = pg.PlotCurveItem(antialias=True)
        self._upper = edge_line(0, text="λ₊", place=0.6)
        self._expected = np.empty(0)
        self._overlay = OverlayItems(self._plot, edge_angle=0)
        for item in (self._identity, self._upper, self._bulk, self._spikes):
            self._plot.addItem(item, ignoreBounds=True)
        self._line = self._add_line(self._plot, 0, label=0.02, grip=0.8)
        self._add_mark(self._plot, 0, ring=True)
        self.saving.name_items(
            {
                self._bulk: "empirical quantiles, all but spikes",
                self._spikes: "empirical quantiles, spikes",
                self._identity: "diagonal, quantiles of the law itself",
                self._upper: "upper edge of the Marchenko-Pastur law",
                **self._overlay.names,
            }
        )
        self.recolor()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        self._bulk.setPen(pg.mkPen(colors.muted, width=1))
        self._bulk.setBrush(colors.bulk)
        self._spikes.setPen(pg.mkPen(None))
        self._spikes.setBrush(colors.spike)
        self._color_identity()
        recolor_edge(self._upper, Qt.PenStyle.DotLine)
        self._overlay.recolor()

    def out_of_view(self) -> OutOfView | None:
        if self._shown is None or self._shown.reference is None:
            return None
        low, high = self._box.viewRange()[1]
        return out_of_view(self._shown, self._cut, low, high)

    def marks(self) -> tuple[Mark, ...]:
        nothing = self._shown is None or self._shown.reference is None
        return () if nothing else super().marks()

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        bulk = self.tr("bulk") if shown.lawful else self.tr("spectrum")
        spikes = Mark(DOT, "spike", self.tr("spikes"), self.tr("spikes"))
        if shown.lawful:
            line = Mark(LINE, "law", self.tr("where the law puts them"), self.tr("the law"))
        else:
            line = Mark(LINE, "muted", self.tr("where the null puts them"), self.tr("equality"))
        return (Mark(DOT, "muted", bulk, bulk), *((spikes,) if shown.spikes else ()), line)

    def _draw(self, shown: Shown) -> None:
        reference, spikes = shown.reference, shown.spikes
        if reference is None:
            self.say(shown.layer.view.why_not + "\n" + self.tr("Choose a null to compare with."))
            return
        self.say("")
        expected = shown.scale.position(reference.quantiles(shown.eigenvalues.size))
        self._expected = expected
        self._bulk.setData(expected[spikes:], shown.positions[spikes:])
        self._spikes.setData(expected[:spikes], shown.positions[:spikes])
        ends = _far_ends(*first_view(shown, None))
        self._identity.setData(ends, ends)
        self._color_identity()
        self._upper.setValue(shown.edge_place)
        self._upper.label.setFormat(edge_caption(shown.scale, "₊"))
        self._upper.setVisible(shown.edge is not None)
        self._describe_axes(shown)
        self._draw_overlay(shown, expected)

    def _draw_overlay(self, shown: Shown, expected: np.ndarray) -> None:
        """Draw the same ranks of the null and of the other spectrum."""
        self._overlay.clear()
        if shown.band is not None:
            sides = (shown.band.middle, shown.band.lower, shown.band.upper)
            count = min(expected.size, shown.band.middle.size)
            self._overlay.draw_null(*((expected[:count], side[:count]) for side in sides))
        if shown.other is not None:
            places = shown.scale.position(shown.other.eigenvalues)[: expected.size]
            self._overlay.draw_other((expected[: places.size], places), shown.other_edge)

    def _color_identity(self) -> None:
        """The diagonal is the law where there is one, else no more than equality."""
        colors, lawful = theme().colors, self._shown is None or self._shown.lawful
        pen = pg.mkPen(colors.law, width=2) if lawful else pg.mkPen(colors.muted, width=1)
        self._identity.setPen(pen)

    def _describe_axes(self, shown: Shown) -> None:
        caption, high, log = axis_caption(shown.scale), typical(shown), shown.scale.log
        expected = self.tr("quantile of the law, {quantity}")
        if not shown.lawful:
            expected = self.tr("median of the null, {quantity}")
        axis_of(self._plot, "bottom").describe(expected.format(quantity=caption), high, log=log)
        axis_of(self._plot, "left").describe(caption, high, log=log)

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        if cut is not None:
            self._line.show_cut(shown.place(cut.eigenvalue), cut, text)

    def _picked_places(self, shown: Shown, rank: int) -> tuple[Point, ...]:
        across = float(self._expected[rank]) if shown.reference is not None else 0.0
        return ((across, float(shown.positions[rank])),)

    def _nearest(self, shown: Shown, x: float, y: float) -> int:
        return super()._nearest(shown, y, x)

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        low, high = first_view(shown, cut)
        margin = 0.02 * (high - low)
        right = shown.place(shown.ruler)
        right += 0.06 * (right - low)
        self._box.setRange(xRange=(low - margin, right), yRange=(low - margin, high), padding=0)


def _far_ends(low: float, high: float) -> np.ndarray:
    """Return two places between which a line passes through every view a person may choose."""
    reach = 50 * (high - low)
    return np.array([low - reach, high + reach])
