"""What marks the singular values that are looked at, in every plot alike."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from rmt_studio.gui.theme import theme

Point = tuple[float, float]
_RING = 11.0  # pixels
_OVER = 20  # place in the stack of items: over the data, under the threshold line


class PickMark:
    """A line across the plot, and a ring around the point where there are points; or two of both.

    Args:
        plot: where it stands.
        angle: of the line, 90 where values run along the lower axis, 0 along the left one.
        ring: whether values are drawn as points.
    """

    def __init__(self, plot: pg.PlotItem, angle: int = 90, *, ring: bool = False) -> None:
        self._line, self._end = pg.InfiniteLine(angle=angle), pg.InfiniteLine(angle=angle)
        self._ring = pg.ScatterPlotItem(size=_RING) if ring else None
        rings = (self._ring,) if self._ring is not None else ()
        self.items = (self._line, self._end, *rings)
        for item in self.items:
            item.setZValue(_OVER)
            plot.addItem(item, ignoreBounds=True)
        self.hide()
        self.recolor()

    def show_between(self, first: Point, last: Point) -> None:
        """Mark two places on the axes, or one."""
        for line, place in ((self._line, first), (self._end, last)):
            line.setValue(place[0] if line.angle == 90 else place[1])
        if self._ring is not None:
            self._ring.setData(pos=[first, last])
        for item in self.items:
            item.show()
        self._end.setVisible(first != last)

    def hide(self) -> None:
        """Mark nothing."""
        for item in self.items:
            item.hide()

    def recolor(self) -> None:
        """Take the theme's colours."""
        color = theme().colors.text
        for line in (self._line, self._end):
            line.setPen(pg.mkPen(color, width=1, style=Qt.PenStyle.DashDotLine))
        if self._ring is not None:
            self._ring.setPen(pg.mkPen(color, width=2))
            self._ring.setBrush(pg.mkBrush(None))
