"""The part of a plot that is in view: wheel and drag move it, with Shift a drag draws a box."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from rmt_studio.gui.theme import theme

_STRENGTH = 0.15  # of the box that is being drawn


class ZoomBox(pg.ViewBox):
    """A drag with Shift held zooms into the box that it draws; along the axes that zoom at all."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self._boxing = False

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:  # noqa: ANN401
        if ev.isStart():
            shift = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._boxing = shift and ev.button() == Qt.MouseButton.LeftButton and axis is None
        mode = self.state["mouseMode"]
        if self._boxing:
            self.state["mouseMode"] = pg.ViewBox.RectMode
        super().mouseDragEvent(ev, axis)
        self.state["mouseMode"] = mode

    def showAxRect(self, ax: QRectF, **_options: object) -> None:
        """Show a box, along the axes that zoom at all; one without an extent changes nothing."""
        box, (zoom_x, zoom_y) = ax.normalized(), self.mouseEnabled()
        if zoom_x and box.width() > 0:
            self.setXRange(box.left(), box.right(), padding=0)
        if zoom_y and box.height() > 0:
            self.setYRange(box.top(), box.bottom(), padding=0)
        self.sigRangeChangedManually.emit(self.mouseEnabled())

    def recolor(self) -> None:
        """Take the theme's colours."""
        accent = theme().colors.accent
        tint = QColor(accent)
        tint.setAlphaF(_STRENGTH)
        self.rbScaleBox.setPen(pg.mkPen(accent, width=1))
        self.rbScaleBox.setBrush(pg.mkBrush(tint))
