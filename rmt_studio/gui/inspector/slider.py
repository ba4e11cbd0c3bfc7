"""A slider for a share of 1, in steps of a thousandth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from rmt_studio.gui.edits import new_gesture
from rmt_studio.gui.inspector.number_field import NO_GESTURE

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

    from rmt_studio.gui.inspector.rules import Shared

_STEPS = 1000
_HANDLE = 14  # px, as in style.qss


class ShareSlider(QSlider):
    """Jumps to where it is pressed and follows the pointer; one press is one gesture.

    Signals:
        edited (float, int): the new share, and the gesture it belongs to.
    """

    edited = Signal(float, int)

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._gesture = NO_GESTURE
        self.setRange(0, _STEPS)
        self.setSingleStep(5)
        self.setPageStep(50)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.valueChanged.connect(self._moved)

    def show_value(self, value: float | Shared) -> None:
        """Show a share; a value that layers do not share leaves the handle where it is."""
        if isinstance(value, int | float):
            blocked = self.blockSignals(True)
            self.setValue(round(value * _STEPS))
            self.blockSignals(blocked)
            self.update()

    def _moved(self, position: int) -> None:
        self.edited.emit(position / _STEPS, self._gesture)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._gesture = new_gesture()
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self._gesture = NO_GESTURE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._gesture = new_gesture()
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self._gesture = NO_GESTURE

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def _follow(self, event: QMouseEvent) -> None:
        at = round(event.position().x()) - _HANDLE // 2
        room = self.width() - _HANDLE
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        value = QStyle.sliderValueFromPosition(0, _STEPS, at, room, mirrored)
        self.setSliderPosition(value)
