"""Where the mouse is in a plot, as numbers beside the axes, where they cover no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    import pyqtgraph as pg

    from rmt_studio.gui.spectrum.chart import Chart

_FONT_SIZE = 8.0
_BELOW_AXIS = 3  # px between the axis and the number under it


class Crosshair(QObject):
    """Two hair lines and the values at both axes, in units of the data.

    They are widgets over the view: one that moves repaints the strip it leaves, where lines in the
    scene would have the whole plot painted at each move of the mouse. Pictures that are saved do
    not hold them.
    """

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._upright, self._level = _hair(chart), _hair(chart)
        self.x_value, self.y_value = _tag(chart, "crosshair_x"), _tag(chart, "crosshair_y")
        chart.sceneObj.sigMouseMoved.connect(self._moved)  # pyright: ignore[reportOptionalMemberAccess]
        self.recolor()

    @property
    def text(self) -> str:
        """Both values; empty while the mouse is elsewhere."""
        return f"{self.x_value.text()}, {self.y_value.text()}" if self.x_value.isVisible() else ""

    def hide(self) -> None:
        """Take lines and values away."""
        for widget in (self._upright, self._level, self.x_value, self.y_value):
            widget.hide()

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        for line in (self._upright, self._level):
            line.setStyleSheet(f"background: {colors.muted};")
        for tag in (self.x_value, self.y_value):
            tag.setStyleSheet(f"background: {colors.text}; color: {colors.panel};")

    def _moved(self, place: QPointF) -> None:
        plot = next((plot for plot in self._chart.drawn_plots if _holds(plot, place)), None)
        if plot is None or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self.hide()
        else:
            self._show(plot, place)

    def _show(self, plot: pg.PlotItem, place: QPointF) -> None:
        at = plot.getViewBox().mapSceneToView(place)
        self.x_value.setText(_value(plot, "bottom", at.x()))
        self.y_value.setText(_value(plot, "left", at.y()))
        area, here = _area(self._chart, plot), self._chart.mapFromScene(place)
        lowest = _area(self._chart, self._chart.drawn_plots[-1]).bottom()
        top = _area(self._chart, self._chart.drawn_plots[0]).top()
        self._upright.setGeometry(here.x(), top, 1, lowest - top)
        self._level.setGeometry(area.left(), here.y(), area.width(), 1)
        for tag in (self.x_value, self.y_value):
            tag.adjustSize()
        across = min(
            max(0, here.x() - self.x_value.width() // 2),
            self._chart.width() - self.x_value.width(),
        )
        self.x_value.move(across, lowest + _BELOW_AXIS)
        beside = max(0, area.left() - self.y_value.width() - _BELOW_AXIS)
        self.y_value.move(beside, here.y() - self.y_value.height() // 2)
        for widget in (self._upright, self._level, self.x_value, self.y_value):
            widget.show()


def _value(plot: pg.PlotItem, side: str, place: float) -> str:
    """Return what stands at a place of an axis, in units of the data."""
    axis = axis_of(plot, side)
    value = 10.0 ** float(np.clip(place, -300, 300)) if axis.logMode else place
    return number_text(value).replace("-", "−")


def _area(chart: Chart, plot: pg.PlotItem):  # noqa: ANN202 - a QRect
    return chart.mapFromScene(plot.getViewBox().sceneBoundingRect()).boundingRect()


def _holds(plot: pg.PlotItem, place: QPointF) -> bool:
    return plot.getViewBox().sceneBoundingRect().contains(place)


def _hair(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    line.hide()
    return line


def _tag(parent: QWidget, name: str) -> QLabel:
    tag = QLabel(parent)
    tag.setObjectName(name)
    tag.setFont(number_font(_FONT_SIZE))
    tag.setMargin(1)
    tag.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    tag.hide()
    return tag
