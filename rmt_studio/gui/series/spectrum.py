"""The spectrum of one matrix at one checkpoint, on axes that stand still while it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.series.keys import is_of_the_timeline
from rmt_studio.gui.spectrum.axes import END_LABEL, Axis
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

    from rmt_studio.analysis.series_axes import SeriesFrame
    from rmt_studio.gui.series.course import LayerPicture

_RUG = 0.035  # height of the marks under the base line, as a share of the view


class SeriesSpectrum(pg.PlotWidget):
    """Bars in two colours, the fitted law, both edges, spikes; the first checkpoint as outline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._below, self._beside = Axis("bottom"), Axis("left", grid=True)
        super().__init__(
            parent, axisItems={"bottom": self._below, "left": self._beside}, enableMenu=False
        )
        self.setObjectName("series_spectrum")
        self.setAccessibleName(self.tr("Spectrum of the matrix at this checkpoint"))
        self.setToolTip(
            self.tr(
                "Left and Right go to the neighbouring checkpoint, Home and End to the ends, Space "
                "plays.\nThe axes are the same at every checkpoint."
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        # pyqtgraph puts its grid where Qt has a method
        grid: QGraphicsGridLayout = self.plotItem.layout  # pyright: ignore
        grid.setContentsMargins(0, 6, END_LABEL, 0)
        self._beside.setWidth(54)
        for axis in (self._below, self._beside):
            axis.setZValue(-1)  # under the view: grid lines must not cross bars and labels
        self.saving = PlotMenu(self)
        self._make_items()
        self._picture: LayerPicture | None = None
        theme().changed.connect(self.recolor)
        self.recolor()

    def _make_items(self) -> None:
        self._spikes, self._bulk, self._ghost = (
            pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=level)
            for level in (0, 0, None)
        )
        self._law = pg.PlotCurveItem(antialias=True)
        self._rug = pg.PlotCurveItem(connect="pairs")
        self._lower, self._upper = edge_line(text="λ₋"), edge_line(text="λ₊")
        self._threshold, self._ghost_edge = edge_line(), edge_line()
        curves = (self._spikes, self._bulk, self._ghost, self._rug, self._law)
        self._lines = (self._ghost_edge, self._lower, self._upper, self._threshold)
        for item in (*curves, *self._lines):
            self.plotItem.addItem(item, ignoreBounds=True)  # pyright: ignore
        self.saving.name_items(
            {
                self._bulk: "empirical spectral density, all but spikes",
                self._spikes: "empirical spectral density",
                self._ghost: "first checkpoint, empirical spectral density",
                self._law: "fitted Marchenko-Pastur density",
                self._rug: "spikes, each two ends of a tick",
                self._lower: "lower edge of the Marchenko-Pastur law",
                self._upper: "upper edge of the Marchenko-Pastur law",
                self._threshold: "Tracy-Widom threshold",
                self._ghost_edge: "first checkpoint, upper edge",
            }
        )

    def show_frame(self, picture: LayerPicture | None, place: int, *, ghost: bool) -> None:
        """Draw a matrix at a checkpoint; the axes are laid out once for each matrix."""
        if picture is not self._picture:
            self._picture = picture
            if picture is not None:
                self._lay_out(picture)
        frame = picture.frame(place) if picture is not None else None
        for item in (self._spikes, self._bulk, self._law, self._rug, *self._lines):
            item.setVisible(frame is not None)
        first = picture.frame(0) if picture is not None and ghost and place > 0 else None
        self._draw_ghost(picture, first)
        if picture is not None and frame is not None:
            self._draw(picture, frame)

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.setBackground(colors.panel)
        for item, color in ((self._spikes, colors.spike), (self._bulk, colors.bulk)):
            item.setPen(pg.mkPen(None))
            item.setBrush(QColor(color))
        dashes = Qt.PenStyle.DashLine
        self._ghost.setPen(pg.mkPen(colors.compared, width=1.5))
        self._law.setPen(pg.mkPen(colors.law, width=2))
        self._rug.setPen(pg.mkPen(colors.spike, width=1))
        for line in (self._lower, self._upper):
            recolor_edge(line, Qt.PenStyle.DotLine)
        recolor_edge(self._threshold, Qt.PenStyle.SolidLine)
        self._ghost_edge.setPen(pg.mkPen(colors.compared, width=1, style=dashes))
        self._below.recolor()
        self._beside.recolor()

    # --- drawing -------------------------------------------------------------------------------

    def _lay_out(self, picture: LayerPicture) -> None:
        axes = picture.axes
        low, high = axes.view
        rug = _RUG * axes.top
        self.getViewBox().setRange(xRange=(low, high), yRange=(-rug, axes.top), padding=0)
        self._below.describe(self.tr("eigenvalue λ = s²/n"), high, log=axes.log)
        caption = self.tr("density per decade") if axes.log else self.tr("density")
        self._beside.describe(caption, axes.top, within=(0.0, np.inf))

    def _draw(self, picture: LayerPicture, frame: SeriesFrame) -> None:
        ends, top = picture.axes.ends, picture.axes.top
        self._spikes.setData(ends, np.minimum(frame.bulk + frame.spikes, 2 * top))
        self._bulk.setData(ends, np.minimum(frame.bulk, 2 * top))
        self._law.setData(frame.law_places, np.minimum(frame.law_heights, 2 * top))
        ticks = np.tile([-_RUG * top, -0.2 * _RUG * top], frame.spike_places.size)
        self._rug.setData(np.repeat(frame.spike_places, 2), ticks)
        self._lower.setVisible(
            bool(np.isfinite(frame.lower)) and frame.lower > picture.axes.view[0]
        )
        self._lower.setValue(frame.lower if np.isfinite(frame.lower) else ends[0])
        self._upper.setValue(frame.upper)
        self._threshold.setValue(frame.threshold)

    def _draw_ghost(self, picture: LayerPicture | None, first: SeriesFrame | None) -> None:
        there = picture is not None and first is not None
        self._ghost.setVisible(there)
        self._ghost_edge.setVisible(there)
        if picture is not None and first is not None:
            heights = np.minimum(first.bulk + first.spikes, 2 * picture.axes.top)
            bars = np.flatnonzero(heights)  # no line along the axis beside them
            first_bar, past_last = (bars[0], bars[-1] + 1) if bars.size else (0, 1)
            ends = picture.axes.ends[first_bar : past_last + 1]
            self._ghost.setData(ends, heights[first_bar:past_last])
            self._ghost_edge.setValue(first.upper)

    # --- Qt ------------------------------------------------------------------------------------

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        if is_of_the_timeline(ev):
            ev.ignore()  # the viewer hears it
        else:
            super().keyPressEvent(ev)
