"""The curves of an experiment, while its rows come in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontMetricsF

from rmt_studio.gui.lab.picture import LabCurve, LabPicture, Published, placed, spread
from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.spectrum.axes import Axis
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

_SYMBOL, _STAR, _LABEL_GAP, _END_LABEL = 8, 13, 15, 14  # px
_ROOM = 0.04  # of the range, at the ends of the axis below
_STAR_PLACE, _BESIDE = 18, 34  # px from the last point to the stars; and beside their labels
_ROOM_ABOVE = 0.09
_LEAST = 1e-9
_LABEL_SIZE = 8.5  # pt
PUBLISHED_SYMBOL = "star"


@dataclass(frozen=True)
class _Items:
    """The graphics of one curve."""

    bars: pg.ErrorBarItem
    line: pg.PlotCurveItem
    marks: pg.ScatterPlotItem


class _BelowAxis(Axis):
    """Counts of epochs or units have no tick between whole numbers."""

    def __init__(self) -> None:
        self.whole = False
        super().__init__("bottom")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        levels = super().tickValues(minVal, maxVal, size)
        if not self.whole or self.logMode:
            return levels
        return [
            (max(1.0, step), [tick for tick in ticks if abs(tick - round(tick)) < _LEAST])
            for step, ticks in levels
        ]


class LabPlot(pg.PlotWidget):
    """Measured curves, the bounds of theory, and published values at the right end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._below, self._beside = _BelowAxis(), Axis("left", grid=True)
        axes = {"bottom": self._below, "left": self._beside}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setObjectName("lab_plot")
        self.setAccessibleName(self.tr("Curves of the experiment"))
        self.setMinimumSize(320, 170)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.saving = PlotMenu(self)
        # pyqtgraph puts its grid where Qt has a method
        grid: QGraphicsGridLayout = self.plotItem.layout  # pyright: ignore
        grid.setContentsMargins(0, 6, _END_LABEL, 0)
        for axis in (self._below, self._beside):
            axis.setZValue(-1)  # under the view: grid lines must not cross points
        self._picture = LabPicture()
        self._items: list[_Items] = []
        self._stars = pg.ScatterPlotItem(size=_STAR, antialias=True, useCache=False)
        self._labels: list[pg.TextItem] = []
        self._data = np.array([]), np.array([])
        self.getViewBox().addItem(self._stars, ignoreBounds=True)
        self.saving.name_items({self._stars: "published"})
        theme().changed.connect(self.recolor)
        self._draw(self._picture)
        self.recolor()

    @property
    def picture(self) -> LabPicture:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: LabPicture) -> None:
        """Draw these curves and published values."""
        if picture != self._picture:
            self._draw(picture)

    def _draw(self, picture: LabPicture) -> None:
        before, self._picture = self._picture, picture
        while len(self._items) < len(picture.curves):
            self._items.append(self._make())
        xs, ys = [], []
        for place, items in enumerate(self._items):
            points = placed(picture.curves[place], picture) if place < len(picture.curves) else []
            x, y, low, high = np.array(points).reshape(-1, 4).T
            items.bars.setData(x=x, y=y, bottom=y - low, top=high - y)
            items.line.setData(x=x, y=y)
            items.marks.setData(x=x, y=y)
            xs.append(x)
            ys.append(y)
        for items, curve, old in zip_longest(self._items, picture.curves, before.curves):
            if curve is None:
                continue
            self.saving.name_items({items.bars: curve.name})
            if old is None or (curve.look, curve.role) != (old.look, old.role):
                _color(items, curve)
        self._below.whole = all(x.is_integer() for one in picture.curves for x, _ in one.points)
        reach = [x for one in picture.curves for x, _ in one.points] or [0.0, 1.0]
        self._below.describe(picture.x, log=picture.log_x, within=(min(reach), max(reach)))
        largest = max((float(np.abs(y).max()) for y in ys if y.size), default=1.0)
        self._beside.describe(picture.y, largest, log=picture.log_y)
        for axis in (self._below, self._beside):
            axis.resizeEvent()  # pyqtgraph leaves a new caption where the old one was centred
        self._data = np.concatenate([*xs, []]), np.concatenate([*ys, []])
        self._set_view()
        self._place_published()
        self.setAccessibleDescription(picture.spoken())

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.setBackground(colors.panel)
        for items, curve in zip(self._items, self._picture.curves, strict=False):
            _color(items, curve)
        self._stars.setPen(pg.mkPen(colors.panel, width=1))
        for label in self._labels:
            label.setColor(colors.muted)
        self._place_published()
        self._below.recolor()
        self._beside.recolor()

    def resizeEvent(self, ev: QResizeEvent) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "_labels"):  # pyqtgraph resizes before it is built
            self._set_view()
            self._place_published()

    def _make(self) -> _Items:
        # without the cache of pixels the marks stay sharp in a larger picture
        marks = pg.ScatterPlotItem(
            size=_SYMBOL, antialias=True, useCache=False, hoverable=True, tip=_tip
        )
        items = _Items(pg.ErrorBarItem(beam=0.0), pg.PlotCurveItem(antialias=True), marks)
        for item in (items.bars, items.line, items.marks):
            self.getViewBox().addItem(item, ignoreBounds=True)
        return items

    def _set_view(self) -> None:
        (xs, ys), known = self._data, [one.value for one in self._picture.published]
        ys = np.concatenate([ys, np.log10(known) if self._picture.log_y else known])
        if not ys.size:
            return
        xs = xs if xs.size else np.array([0.0, 1.0])
        self.getViewBox().setRange(
            xRange=_widened(xs, _ROOM, self._room()),
            yRange=_widened(ys, _ROOM_ABOVE, _ROOM_ABOVE),
            padding=0,
        )

    def _room(self) -> float:
        """Return the share of the range that the published values need at the right."""
        metrics = QFontMetricsF(number_font(_LABEL_SIZE))
        texts = [metrics.horizontalAdvance(one.text) for one in self._picture.published]
        if not texts:
            return _ROOM
        needed, width = max(texts) + _BESIDE, max(self.getViewBox().width(), 1.0)
        return _ROOM + min(needed / max(width - needed, 1.0), 1.0)

    def _place_published(self) -> None:
        shown = self._picture.published
        while len(self._labels) < len(shown):
            label = pg.TextItem(anchor=(0, 0.5))
            label.setFont(number_font(_LABEL_SIZE))
            label.setColor(theme().colors.muted)
            self.getViewBox().addItem(label, ignoreBounds=True)
            self._labels.append(label)
        for place, label in enumerate(self._labels):
            label.setVisible(place < len(shown))
        (left, right), (low, high) = self.getViewBox().viewRange()
        unit = (right - left) / max(self.getViewBox().width(), 1.0)
        across = self._data[0]
        star = (float(across.max()) if across.size else left) + _STAR_PLACE * unit
        gap = _LABEL_GAP * self._unit(high - low)
        heights = [self._height(one) for one in shown]
        self._stars.setData(x=[star] * len(shown), y=heights, symbol=PUBLISHED_SYMBOL)
        self._stars.setBrush([pg.mkBrush(getattr(theme().colors, one.look.color)) for one in shown])
        for one, label, y in zip(shown, self._labels, spread(heights, gap), strict=False):
            label.setText(one.text)
            label.setPos(star + _STAR * unit / 2, y)

    def _height(self, one: Published) -> float:
        return float(np.log10(one.value)) if self._picture.log_y else one.value

    def _unit(self, height: float) -> float:
        """Return how much of the axis at the left one pixel is."""
        return height / max(self.getViewBox().height(), 1.0)


def _color(items: _Items, curve: LabCurve) -> None:
    colors = theme().colors
    color = getattr(colors, curve.look.color)
    bound = curve.role == "bound"
    style = Qt.PenStyle.DotLine if bound else curve.look.line
    items.bars.setOpts(pen=pg.mkPen(color, width=1))
    items.line.setPen(pg.mkPen(color, width=1.2 if bound else 1.6, style=style))
    items.marks.setSymbol(curve.look.symbol)
    items.marks.setBrush(color)
    items.marks.setPen(pg.mkPen(colors.panel, width=1))


def _widened(values: np.ndarray, below: float, above: float) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    width = max(high - low, abs(high) * 0.05, _LEAST)
    middle = (low + high) / 2
    return middle - (0.5 + below) * width, middle + (0.5 + above) * width


def _tip(x: float, y: float, data: object) -> str:
    del data
    return QCoreApplication.translate("LabPlot", "{0:.6g}, {1:.6g}").format(x, y)
