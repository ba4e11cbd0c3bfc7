"""Eigenvalues or singular values by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import axis_caption, edge_caption
from rmt_studio.gui.spectrum.legend import DOT, UPRIGHT, Mark
from rmt_studio.gui.spectrum.overlay_items import OverlayItems
from rmt_studio.gui.spectrum.shown import typical
from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.spectrum_plot import Point

_DOT = 5.0  # pixels


class ScreePlot(SpectrumPlot):
    """The spectrum in order of size, with the edge, the cut and the rank that the cut leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("scree_plot", self.tr("Scree"), parent)
        self._plot = self._add_plot(zoom_y=True)
        self._box = self._plot.getViewBox()
        self._bulk, self._spikes = (pg.ScatterPlotItem(size=_DOT, antialias=True) for _ in range(2))
        self._upper = edge_line(0, text="λ₊", place=0.3)
        self._lower = edge_line(0, text="λ₋", place=0.3)
        self._rank = pg.InfiniteLine(angle=90)
        self._overlay = OverlayItems(self._plot, edge_angle=0)
        for item in (self._upper, self._lower, self._rank, self._bulk, self._spikes):
            self._plot.addItem(item, ignoreBounds=True)
        self._line = self._add_line(self._plot, 0, label=0.98, grip=0.5)
        self._add_mark(self._plot, 0, ring=True)
        self.saving.name_items(
            {
                self._bulk: "eigenvalues by rank, all but spikes",
                self._spikes: "eigenvalues by rank, spikes",
                self._upper: "upper edge of the Marchenko-Pastur law",
                self._lower: "lower edge of the Marchenko-Pastur law",
                self._rank: "rank that the rule leaves",
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
        self._rank.setPen(pg.mkPen(colors.threshold, width=1, style=Qt.PenStyle.DotLine))
        for line in (self._upper, self._lower):
            recolor_edge(line, Qt.PenStyle.DotLine)
        self._overlay.recolor()

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        if not shown.lawful:
            return (Mark(DOT, "muted", self.tr("spectrum"), self.tr("spectrum")),)
        rank = Mark(UPRIGHT, "threshold", self.tr("rank that the cut leaves"), self.tr("rank kept"))
        return (
            Mark(DOT, "muted", self.tr("bulk"), self.tr("bulk")),
            Mark(DOT, "spike", self.tr("spikes"), self.tr("spikes")),
            *((rank,) if self._cut is not None else ()),
        )

    def _draw(self, shown: Shown) -> None:
        scale = shown.scale
        lower_edge = shown.fit.lower_edge if shown.lawful else 0.0
        rank, spikes = _places(shown, np.arange(1.0, shown.positions.size + 1)), shown.spikes
        self._bulk.setData(rank[spikes:], shown.positions[spikes:])
        self._spikes.setData(rank[:spikes], shown.positions[:spikes])
        edges = ((self._lower, lower_edge, "₋"), (self._upper, shown.edge or 0.0, "₊"))
        for line, edge, sign in edges:
            line.setVisible(edge > 0)
            line.setValue(shown.place(edge) if edge > 0 else 0.0)
            line.label.setFormat(edge_caption(scale, sign))
        axis_of(self._plot, "left").describe(axis_caption(scale), typical(shown), log=scale.log)
        axis_of(self._plot, "bottom").describe(self.tr("rank"), log=shown.log_other)
        self._draw_overlay(shown)

    def _draw_overlay(self, shown: Shown) -> None:
        """Draw null and other spectrum over their ranks."""
        self._overlay.clear()
        if shown.band is not None:
            ranks = _places(shown, np.arange(1.0, shown.band.middle.size + 1))
            sides = (shown.band.middle, shown.band.lower, shown.band.upper)
            self._overlay.draw_null(*((ranks, side) for side in sides))
        if shown.other is not None:
            places = shown.scale.position(shown.other.eigenvalues)
            ranks = _places(shown, np.arange(1.0, places.size + 1))
            self._overlay.draw_other((ranks, places), shown.other_edge)

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        self._rank.setVisible(cut is not None and cut.active)
        if cut is not None:
            self._line.show_cut(shown.place(cut.eigenvalue), cut, text)
        if cut is not None and cut.rank is not None:
            self._rank.setValue(float(_places(shown, np.array(cut.rank + 0.5))))

    def _same_axes(self, shown: Shown, before: Shown | None) -> bool:
        same = before is not None and before.log_other == shown.log_other
        return same and super()._same_axes(shown, before)

    def _picked_places(self, shown: Shown, rank: int) -> tuple[Point, ...]:
        return ((float(_places(shown, np.array(rank + 1.0))), float(shown.positions[rank])),)

    def _nearest(self, shown: Shown, x: float, y: float) -> int:
        _ = y
        rank = 10.0 ** min(x, 9.0) if shown.log_other else x
        return int(np.clip(round(rank) - 1, 0, shown.positions.size - 1))

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        count = shown.positions.size
        low, high = float(shown.positions[-1]), float(shown.positions[0])
        low = low if shown.scale.log else 0.0
        margin = 0.05 * (high - low)
        first, last = (float(end) for end in _places(shown, np.array([0.5, count + 0.5])))
        beside = 0.02 * (last - first)
        across = (first - beside, last + beside)
        self._box.setRange(xRange=across, yRange=(low - margin, high + margin), padding=0)


def _places(shown: Shown, ranks: np.ndarray) -> np.ndarray:
    """Return where ranks stand on their axis (any shape)."""
    return np.log10(ranks) if shown.log_other else ranks
