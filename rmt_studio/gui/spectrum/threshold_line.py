"""The green line: where the rule cuts the spectrum, to be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor

from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from rmt_studio.gui.spectrum.cut import Cut

_GRIP = 9.0  # pixels; also makes the line easy to catch


class ThresholdLine(pg.InfiniteLine):
    """A draggable line on an axis of eigenvalues, with a label that follows it.

    It knows places on its axis only; whoever owns the plot converts.

    Signals:
        grabbed (): a drag begins.
        moved (float): the place it is dragged to.
        released (): the drag is over.
        drag_cancelled (): the right button or Escape was pressed during a drag.
    """

    grabbed = Signal()
    moved = Signal(float)
    released = Signal()
    drag_cancelled = Signal()

    def __init__(self, angle: int = 90, *, label: float = 0.86, grip: float = 0.5) -> None:
        opts = {"position": label, "anchors": _anchors(angle, label)}
        super().__init__(angle=angle, movable=True, label="", labelOpts=opts)
        self._active, self._focused, self._text = False, False, ""
        self.label.setVisible(False)
        self.addMarker("o", grip, _GRIP)
        self.setZValue(30)
        upright = angle == 90
        self.setCursor(Qt.CursorShape.SplitHCursor if upright else Qt.CursorShape.SplitVCursor)
        self.recolor()

    def show_cut(self, place: float, cut: Cut, text: str) -> None:
        """Move to where the rule cuts; without a cut the line is an offer at the edge."""
        if self._text != text:
            self._text = text
            self.label.setFormat(text)
            self.label.setVisible(bool(text))
        if self._active != cut.active:
            self._active = cut.active
            self.recolor()
        self.setValue(place)

    def set_focused(self, focused: bool) -> None:
        """Draw the line stronger while the keyboard moves it."""
        self._focused = focused
        self.recolor()

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        color = QColor(colors.threshold)
        color.setAlphaF(1.0 if self._active else 0.55)
        style = Qt.PenStyle.SolidLine if self._active else Qt.PenStyle.DashLine
        width = 3 if self._focused else 2
        self.setPen(pg.mkPen(color, width=width, style=style))
        self.setHoverPen(pg.mkPen(colors.threshold, width=3))
        self.label.setColor(colors.threshold_text)
        self.label.fill = pg.mkBrush(colors.panel)
        self.label.setFont(number_font(8.5, bold=self._focused))

    def cancel_drag(self) -> bool:
        """End a drag as if it had not been; return whether there was one."""
        was_moving, self.moving = self.moving, False
        if was_moving:
            self.drag_cancelled.emit()
        return was_moving

    def mouseDragEvent(self, ev: object) -> None:
        starts = ev.isStart() and ev.button() == Qt.MouseButton.LeftButton  # pyright: ignore[reportAttributeAccessIssue]
        if starts:
            self.grabbed.emit()
        was_moving = self.moving or starts
        super().mouseDragEvent(ev)
        if was_moving:
            self.moved.emit(float(self.getXPos() if self.angle == 90 else self.getYPos()))
        if was_moving and not self.moving:
            self.released.emit()

    def mouseClickEvent(self, ev: object) -> None:
        was_moving = self.moving
        super().mouseClickEvent(ev)
        if was_moving and not self.moving:
            self.drag_cancelled.emit()


def edge_line(
    angle: int = 90, *, text: str = "", place: float = 0.95, left: bool = False
) -> pg.InfiniteLine:
    """Return a fixed line for an edge of the law.

    The label of a level line sits above it, that of an upright one on the side with more room, or
    always at the left.
    """
    upright = [(1.0, 0.5)] * 2 if left else _anchors(90, place)
    opts = {"position": place, "anchors": upright if angle == 90 else [(0.5, 1.0)] * 2}
    line = pg.InfiniteLine(angle=angle, label=text or None, labelOpts=opts)
    line.setZValue(10)
    return line


def recolor_edge(line: pg.InfiniteLine, style: Qt.PenStyle) -> None:
    """Give an edge line the theme's colours."""
    colors = theme().colors
    line.setPen(pg.mkPen(colors.muted, width=1, style=style))
    if hasattr(line, "label"):
        line.label.setColor(colors.muted)
        line.label.setFont(number_font(8.5))


def _anchors(angle: int, place: float) -> list[tuple[float, float]]:
    """Return where labels sit beside a line: on the side with more room, within the view."""
    if angle == 90:
        return [(0.0, 0.5), (1.0, 0.5)]
    across = 0.0 if place < 0.3 else 1.0 if place > 0.7 else 0.5
    return [(across, 0.0), (across, 1.0)]
