"""The slider through training: a tick for each checkpoint, play and pause, speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QWidget

from rmt_studio.gui.dialogs.base import button
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.series.keys import is_of_the_timeline
from rmt_studio.gui.series.scrub import SPEEDS
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from rmt_studio.gui.series.scrub import Scrub

_HANDLE = 14  # px, as in style.qss
_TICK, _FEWEST_BETWEEN = 4, 5  # px
_ICON = 16  # px
_NAME_WIDTH = 200  # px


class StepSlider(QSlider):
    """Jumps to where it is pressed; a tick for each checkpoint while there is room for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("series_slider")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(0, 0)
        self.setMinimumHeight(28)

    def paintEvent(self, event: QPaintEvent) -> None:
        steps = self.maximum()
        if steps and (self.width() - _HANDLE) / steps >= _FEWEST_BETWEEN:
            painter = QPainter(self)
            painter.setPen(QColor(theme().colors.muted))
            room, top = self.width() - _HANDLE, self.height() / 2 + 7
            for place in range(steps + 1):
                x = _HANDLE / 2 + round(place * room / steps)
                painter.drawLine(QPointF(x, top), QPointF(x, top + _TICK))
            painter.end()
        super().paintEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_of_the_timeline(event):
            event.ignore()  # the viewer hears it
        else:
            super().keyPressEvent(event)

    def _follow(self, event: QMouseEvent) -> None:
        at = round(event.position().x()) - _HANDLE // 2
        room = self.width() - _HANDLE
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setValue(QStyle.sliderValueFromPosition(0, self.maximum(), at, room, mirrored))


class Timeline(QWidget):
    """Play, slider, the name of the checkpoint, speed."""

    def __init__(self, scrub: Scrub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scrub = scrub
        self.setObjectName("series_timeline")
        self.play = button("", tooltip=self.tr("Play or pause (Space)"))
        self.play.setObjectName("series_play")
        self.play.setCheckable(True)
        self.play.setAutoDefault(False)
        self.play.setFixedWidth(40)
        self.play.setIconSize(QSize(_ICON, _ICON))
        self.slider = StepSlider()
        self.slider.setAccessibleName(self.tr("Checkpoint"))
        self.slider.setToolTip(
            self.tr(
                "Left and Right step through training, Home and End go to its ends, Space plays"
            )
        )
        self.name, self.count = ElidedLabel(least=10), QLabel()
        self.name.setObjectName("series_checkpoint")
        self.name.setProperty("heading", True)
        self.name.setFixedWidth(_NAME_WIDTH)
        self.count.setProperty("muted", True)
        self.count.setFont(number_font())
        self.speed = ChoiceBox(self.tr("Speed"), self.tr("Checkpoints a second while it plays"))
        self.speed.setObjectName("series_speed")
        for speed in SPEEDS:
            self.speed.add(self.tr("{0} / s").format(speed), speed)
        self.speed.setFixedWidth(88)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.name)
        row.addWidget(self.count)
        row.addWidget(self.speed)
        self.play.toggled.connect(scrub.play)
        self.slider.valueChanged.connect(scrub.go)
        self.speed.chosen.connect(scrub.set_speed)
        scrub.step_changed.connect(self.refresh)
        scrub.layer_changed.connect(self.refresh)
        scrub.playing_changed.connect(self._show_playing)
        theme().changed.connect(self._show_playing)
        self._show_playing()
        self.refresh()

    def refresh(self) -> None:
        """Show which checkpoint is on, of how many."""
        scrub = self._scrub
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(scrub.count - 1, 0))
        self.slider.setValue(scrub.place)
        self.slider.blockSignals(blocked)
        self.play.setEnabled(scrub.count > 1)
        self.name.set_text(scrub.checkpoint)
        here = scrub.place + 1 if scrub.count else 0
        self.count.setText(self.tr("{0} of {1}").format(here, scrub.count))

    def _show_playing(self) -> None:
        playing = self._scrub.playing
        blocked = self.play.blockSignals(True)
        self.play.setChecked(playing)
        self.play.blockSignals(blocked)
        self.play.setIcon(_icon(playing=playing))
        self.play.setAccessibleName(self.tr("Pause") if playing else self.tr("Play"))
        self.speed.show_choice(self._scrub.speed)


def _icon(*, playing: bool) -> QIcon:
    """Return two bars while it plays, else a triangle, in the theme's colours."""
    picture = QPixmap(2 * _ICON, 2 * _ICON)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme().colors.text))
    if playing:
        painter.drawRect(QRectF(3, 2, 3.5, 12))
        painter.drawRect(QRectF(9.5, 2, 3.5, 12))
    else:
        painter.drawPolygon(QPolygonF([QPointF(4, 2), QPointF(13.5, 8), QPointF(4, 14)]))
    painter.end()
    return QIcon(picture)
