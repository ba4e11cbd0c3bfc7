"""The upper tail on logarithmic axes, with the fitted power law, and Hill's exponents below it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, edge_caption
from rmt_studio.gui.spectrum.legend import DASHES, DOT, Mark
from rmt_studio.gui.spectrum.overlay_items import OverlayItems
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.tail_curves import (
    hill_curve,
    null_survival,
    power_law_line,
    survival,
)
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.spectrum_plot import Point
    from rmt_studio.spectra import PowerLawTail

_DOT = 4.0  # pixels
_LEAST_ALPHA_REACH = 2.0  # above and below the fitted exponent
_SHARE_OF_VIEW = 0.75  # of the eigenvalues, that the first view holds at the least


class TailPlot(SpectrumPlot):
    """Above: the share of eigenvalues from each up. Below: the exponent of a tail beginning there.

    A power law is a straight line above and a level stretch below. The axis of eigenvalues is
    logarithmic whatever the other plots use.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tail_plot", self.tr("Upper tail"), parent)
        self._above = self._add_plot(zoom_y=True)
        self._below = self._add_plot_below(self._above, zoom_y=True)
        self._bulk, self._spikes = (pg.ScatterPlotItem(size=_DOT) for _ in range(2))
        self._law = pg.PlotCurveItem(antialias=True)
        self._hill, self._alpha = pg.PlotCurveItem(), edge_line(0)
        self._upper = edge_line(text="λ₊", place=0.06, left=True), edge_line()
        self._start = edge_line(text="xmin", place=0.18), edge_line()
        self._overlay = OverlayItems(self._above)
        for item in (self._upper[0], self._start[0], self._bulk, self._spikes, self._law):
            self._above.addItem(item, ignoreBounds=True)
        for item in (self._upper[1], self._start[1], self._alpha, self._hill):
            self._below.addItem(item, ignoreBounds=True)
        self._cuts = [self._add_line(self._above, label=0.9, grip=0.7), self._add_line(self._below)]
        self._add_mark(self._above, ring=True)
        self._add_mark(self._below)
        self.saving.name_items(
            {
                self._bulk: "share of eigenvalues from each up, all but spikes",
                self._spikes: "share of eigenvalues from each up, spikes",
                self._law: "fitted power law",
                self._hill: "Hill estimate of the exponent",
                self._alpha: "fitted exponent alpha",
                **dict.fromkeys(self._upper, "upper edge of the Marchenko-Pastur law"),
                **dict.fromkeys(self._start, "xmin, where the power law begins"),
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
        self._law.setPen(pg.mkPen(colors.law, width=2, style=Qt.PenStyle.DashLine))
        self._hill.setPen(pg.mkPen(colors.text, width=1))
        self._alpha.setPen(pg.mkPen(colors.law, width=1, style=Qt.PenStyle.DashLine))
        for line in (*self._upper, *self._start):
            recolor_edge(line, Qt.PenStyle.DotLine)
        self._overlay.recolor()

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        tail = shown.layer.tail
        bulk = self.tr("bulk") if shown.lawful else self.tr("spectrum")
        spikes = Mark(DOT, "spike", self.tr("spikes"), self.tr("spikes"))
        marks = (Mark(DOT, "muted", bulk, bulk), *((spikes,) if shown.spikes else ()))
        if tail is None:
            return marks
        return (*marks, Mark(DASHES, "law", *_tail_texts(tail)))

    # --- drawing -------------------------------------------------------------------------------

    def show_layer(self, shown: Shown, cut: Cut | None, text: str) -> None:
        """Draw a layer; the axis of its eigenvalues is logarithmic."""
        super().show_layer(replace(shown, scale=replace(shown.scale, log=True)), cut, text)

    def _draw(self, shown: Shown) -> None:
        places, shares = survival(shown.positions, shown.positions.size)
        spikes = shown.spikes
        self._bulk.setData(places[spikes:], shares[spikes:])
        self._spikes.setData(places[:spikes], shares[:spikes])
        self._hill.setData(*hill_curve(shown.eigenvalues, shown.scale))
        self._draw_edge(shown)
        self._draw_law(shown)
        self._draw_overlay(shown)
        caption = axis_caption(shown.scale)
        for plot, text in ((self._above, ""), (self._below, caption)):
            axis_of(plot, "bottom").describe(text, log=True)
        axis_of(self._above, "left").describe(
            self.tr("share at or above"), log=True, short=self.tr("share")
        )
        axis_of(self._below, "left").describe(self.tr("exponent α"), short="α")

    def _draw_edge(self, shown: Shown) -> None:
        for line in self._upper:
            line.setValue(shown.edge_place)
            line.setVisible(shown.edge is not None)
        self._upper[0].label.setFormat(edge_caption(shown.scale, "₊"))

    def _draw_law(self, shown: Shown) -> None:
        tail = shown.layer.tail
        for item in (self._law, self._alpha, *self._start):
            item.setVisible(tail is not None)
        if tail is not None:
            largest = float(shown.eigenvalues[0])
            self._law.setData(*power_law_line(tail, largest, shown.positions.size, shown.scale))
            self._alpha.setValue(tail.alpha)
            for line in self._start:
                line.setValue(shown.place(tail.xmin))

    def _draw_overlay(self, shown: Shown) -> None:
        self._overlay.clear()
        null = null_survival(shown)
        if null:
            self._overlay.draw_null(*null)
        if shown.other is not None:
            places = shown.scale.position(shown.other.eigenvalues)
            curve = survival(places, max(places.size, shown.positions.size))
            self._overlay.draw_other(curve, shown.other_edge)

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        if cut is not None and cut.eigenvalue > 0:
            place = shown.place(cut.eigenvalue)
            self._cuts[0].show_cut(place, cut, text)
            self._cuts[1].show_cut(place, cut, "")

    def _picked_places(self, shown: Shown, rank: int) -> tuple[Point, ...]:
        place = float(shown.positions[rank])
        return (place, float(np.log10((rank + 1) / shown.positions.size))), (place, 0.0)

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        tail = shown.layer.tail
        high, left = shown.positions[0], np.quantile(shown.positions, 1 - _SHARE_OF_VIEW)
        if tail is not None:
            left = min(left, shown.place(tail.xmin))
        margin = 0.04 * (high - left) or 0.1
        lowest = -np.log10(shown.positions.size)
        self._above.getViewBox().setRange(
            xRange=(left - margin, high + 2 * margin), yRange=(lowest * 1.06, 0.1), padding=0
        )
        middle = tail.alpha if tail is not None else 1 + _LEAST_ALPHA_REACH
        reach = max(_LEAST_ALPHA_REACH, 0.75 * (middle - 1))
        self._below.getViewBox().setYRange(max(1.0, middle - reach), middle + reach, padding=0)


def _tail_texts(tail: PowerLawTail) -> tuple[str, str]:
    """Return the fitted exponent with its error and its distance, long and short."""
    exponent = f"α = {tail.alpha:.2f} ± {tail.standard_error:.2f}"
    return f"power law {exponent}, D = {tail.distance:.3f}, {tail.count} values", exponent
