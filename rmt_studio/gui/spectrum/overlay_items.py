"""The graphics of what is laid over a spectrum: the null's band and the other spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.spectrum.band import BAND_STRENGTH, Band
from rmt_studio.gui.spectrum.overlays import thinned
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.gui.spectrum.overlays import Curve

_OVER_STRENGTH = 0.16  # of a band that must not hide the colours under it


class OverlayItems:
    """Band and middle of the null, line and edge of the other spectrum, in one plot.

    Args:
        plot: where they stand.
        edge_angle: of the line at the other spectrum's edge: 90 where eigenvalues run along the
            lower axis, 0 where they run along the left one.
        over: whether the null lies over the spectrum, whose bars would hide it.
    """

    def __init__(self, plot: pg.PlotItem, edge_angle: int = 90, *, over: bool = False) -> None:
        height, strength = (2, _OVER_STRENGTH) if over else (-5, BAND_STRENGTH)
        self.band = Band(plot, height, strength)
        self.middle = pg.PlotCurveItem()
        self.other = pg.PlotCurveItem()
        self.edge = pg.InfiniteLine(angle=edge_angle)
        for item, place in ((self.middle, height + 1), (self.other, 5), (self.edge, 9)):
            item.setZValue(place)
            plot.addItem(item, ignoreBounds=True)
        self.names: dict[pg.GraphicsObject, str] = {
            self.middle: "null, median of the replicas",
            self.other: "other spectrum",
            self.edge: "upper edge of the other spectrum's law",
        }
        self.clear()

    def clear(self) -> None:
        """Draw nothing."""
        self.band.clear()
        for item in (self.middle, self.other, self.edge):
            item.hide()

    def draw_null(self, middle: Curve, one_side: Curve, other_side: Curve) -> None:
        """Draw the null as a line with a band around it; each curve is x and y."""
        self.band.fill(one_side, other_side)
        self.middle.setData(*thinned(middle))
        self.middle.show()

    def draw_other(self, curve: Curve, edge: float | None) -> None:
        """Draw the other spectrum, and its edge unless it has none."""
        self.other.setData(*thinned(curve))
        self.other.show()
        if edge is not None:
            self.edge.setValue(edge)
        self.edge.setVisible(edge is not None)

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.band.recolor()
        self.middle.setPen(pg.mkPen(colors.null, width=1))
        self.other.setPen(pg.mkPen(colors.compared, width=2, style=Qt.PenStyle.DashLine))
        self.edge.setPen(pg.mkPen(colors.compared, width=1, style=Qt.PenStyle.DashLine))
