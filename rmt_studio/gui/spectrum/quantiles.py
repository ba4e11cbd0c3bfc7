"""Each eigenvalue against where noise would have put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, edge_caption
from rmt_studio.gui.spectrum.legend import DOT, LINE, Mark
from rmt_studio.gui.spectrum.shown import OutOfView, first_view, out_of_view, typical
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.steps import expected_quantiles
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown

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
        for item in (self._identity, self._upper, self._bulk, self._spikes):
            self._plot.addItem(item, ignoreBounds=True)
        self._line = self._add_line(self._plot, 0, label=0.02, grip=0.8)
        self.recolor()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        self._bulk.setPen(pg.mkPen(colors.muted, width=1))
        self._bulk.setBrush(colors.bulk)
        self._spikes.setPen(pg.mkPen(None))
        self._spikes.setBrush(colors.spike)
        self._identity.setPen(pg.mkPen(colors.law, width=2))
        recolor_edge(self._upper, Qt.PenStyle.DotLine)

    def out_of_view(self) -> OutOfView | None:
        low, high = self._box.viewRange()[1]
        return self._shown and out_of_view(self._shown, self._cut, low, high)

    def marks(self) -> tuple[Mark, ...]:
        return (
            Mark(DOT, "muted", self.tr("bulk"), self.tr("bulk")),
            Mark(DOT, "spike", self.tr("spikes"), self.tr("spikes")),
            Mark(LINE, "law", self.tr("where the law puts them"), self.tr("the law")),
        )

    def _draw(self, shown: Shown) -> None:
        scale, fit = shown.scale, shown.fit
        expected = scale.position(expected_quantiles(fit.law, shown.eigenvalues.size, fit.deflated))
        spikes = shown.spikes
        self._bulk.setData(expected[spikes:], shown.positions[spikes:])
        self._spikes.setData(expected[:spikes], shown.positions[:spikes])
        ends = _far_ends(*first_view(shown, None))
        self._identity.setData(ends, ends)
        self._upper.setValue(shown.place(fit.upper_edge))
        self._upper.label.setFormat(edge_caption(scale, "₊"))
        caption, high = axis_caption(scale), typical(shown)
        law = self.tr("quantile of the law, {quantity}").format(quantity=caption)
        axis_of(self._plot, "bottom").describe(law, high, log=scale.log)
        axis_of(self._plot, "left").describe(caption, high, log=scale.log)

    def _draw_cut(self, shown: Shown, cut: Cut, text: str) -> None:
        self._line.show_cut(shown.place(cut.eigenvalue), cut, text)

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        low, high = first_view(shown, cut)
        margin = 0.02 * (high - low)
        right = shown.place(shown.fit.upper_edge)
        right += 0.06 * (right - low)
        self._box.setRange(xRange=(low - margin, right), yRange=(low - margin, high), padding=0)


def _far_ends(low: float, high: float) -> np.ndarray:
    """Return two places between which a line passes through every view a person may choose."""
    reach = 50 * (high - low)
    return np.array([low - reach, high + reach])
