"""Top-1 against the share removed, while the rows of a study come in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QColor

from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.spectrum.axes import Axis
from rmt_studio.gui.studies.curves import Picture, Spot
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

    from rmt_studio.gui.results.series import Look

_SYMBOL, _RING, _END_LABEL = 10, 17, 14  # px
_ROOM_LEFT, _ROOM_RIGHT = 0.06, 0.2  # of the range; at the right for the names of the levels
_ROOM_BELOW, _ROOM_ABOVE = 0.07, 0.12
_ALL = 100 + 1e-6  # per cent
_LEAST_HEIGHT = 4.0  # per cent
_LABEL_SIZE = 8.5  # pt


@dataclass(frozen=True)
class _Items:
    """The graphics of one curve."""

    bars: pg.ErrorBarItem
    line: pg.PlotCurveItem
    marks: pg.ScatterPlotItem


@dataclass(frozen=True)
class Wording:
    """What a plot of accuracies calls its parts.

    Attributes:
        title: of the plot, for screen readers.
        below: of the axis below it.
        least: of the solid level; takes a number.
        least_numbers: of the same, in a table of numbers.
        tip: of a point; takes its label, top-1 and both ends of the interval.
        width: the least that the axis below spans.
    """

    title: str
    below: str
    least: str
    least_numbers: str
    tip: str
    width: float


class _PerCentAxis(Axis):
    """The room above 100 % is for a label; no number stands there."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        levels = super().tickValues(minVal, maxVal, size)
        return [(step, [tick for tick in ticks if tick <= _ALL]) for step, ticks in levels]


class TrialPlot(pg.PlotWidget):
    """Points with 95 % intervals, a line for each method, the dense model as a level.

    Args:
        wording: what its parts are called; that of a study by default.

    Signals:
        row_picked (int): a point was clicked; its place in the study.
    """

    row_picked = Signal(int)

    def __init__(self, wording: Wording | None = None, parent: QWidget | None = None) -> None:
        self._words = wording or shares_removed()
        self._below, self._beside = Axis("bottom"), _PerCentAxis("left", grid=True)
        axes = {"bottom": self._below, "left": self._beside}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setObjectName("trial_plot")
        self.setAccessibleName(self._words.title)
        self.setMinimumSize(320, 180)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.saving = PlotMenu(self)
        # pyqtgraph puts its grid where Qt has a method
        grid: QGraphicsGridLayout = self.plotItem.layout  # pyright: ignore
        grid.setContentsMargins(0, 6, _END_LABEL, 0)
        for axis in (self._below, self._beside):
            axis.setZValue(-1)  # under the view: grid lines must not cross points and labels
        self._picture = Picture()
        self._items: list[_Items] = []
        self._picked: int | None = None
        self._described = False
        self._bracket = pg.LinearRegionItem(movable=False)
        self._dense, self._least = _Level((1, 1)), _Level((1, 0))
        self._ring = pg.ScatterPlotItem(size=_RING)
        self.getViewBox().addItem(self._bracket, ignoreBounds=True)
        for item in (*self._dense.items, *self._least.items, self._ring):
            self.getViewBox().addItem(item, ignoreBounds=True)
        levels = {self._dense.line: "dense model", self._least.line: self._words.least_numbers}
        self.saving.name_items(levels)
        theme().changed.connect(self.recolor)
        self.show_picture(Picture())

    @property
    def picture(self) -> Picture:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: Picture) -> None:
        """Draw these curves and levels."""
        if picture == self._picture and self._described:
            return
        self._described = True
        self._picture = picture
        while len(self._items) < len(picture.curves):
            self._items.append(self._make())
        for place, items in enumerate(self._items):
            spots = picture.curves[place].spots if place < len(picture.curves) else ()
            _draw(items, spots)
        for items, curve in zip(self._items, picture.curves, strict=False):
            self.saving.name_items({items.bars: curve.name})
        self._below.describe(self._words.below)
        self._beside.describe(self.tr("top-1 (%)"))
        self._set_view()
        self._bracket.setVisible(picture.bracket is not None)
        if picture.bracket is not None:
            self._bracket.setRegion(picture.bracket)
        right = self.getViewBox().viewRange()[0][1]
        self._dense.show(picture.dense, right, self.tr("dense {0:.1f}"))
        self._least.show(picture.least, right, self._words.least)
        self.setAccessibleDescription(picture.spoken(self._words.least))
        self.highlight(self._picked)
        self.recolor()

    def highlight(self, row: int | None) -> None:
        """Put a ring around the point of a row."""
        self._picked = row
        spots = (spot for curve in self._picture.curves for spot in curve.spots)
        found = next((spot for spot in spots if spot.row == row), None)
        self._ring.setData(pos=[(found.x, found.y)] if found else [])

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.setBackground(colors.panel)
        for items, curve in zip(self._items, self._picture.curves, strict=False):
            _color(items, curve.look)
        self._dense.color(colors.muted, Qt.PenStyle.DashLine)
        self._least.color(colors.threshold, Qt.PenStyle.SolidLine)
        self._ring.setPen(pg.mkPen(colors.text, width=1.5))
        self._ring.setBrush(None)
        self._bracket.setBrush(pg.mkBrush(QColor(colors.selection)))
        for line in self._bracket.lines:
            line.setPen(pg.mkPen(None))
        self._below.recolor()
        self._beside.recolor()

    def _make(self) -> _Items:
        # without the cache of pixels the marks stay sharp in a larger picture
        marks = pg.ScatterPlotItem(
            size=_SYMBOL,
            antialias=True,
            useCache=False,
            hoverable=True,
            tip=partial(_tip, self._words.tip),
        )
        items = _Items(pg.ErrorBarItem(beam=0.0), pg.PlotCurveItem(antialias=True), marks)
        marks.sigClicked.connect(self._clicked)
        for item in (items.bars, items.line, items.marks):
            self.getViewBox().addItem(item, ignoreBounds=True)
        return items

    def _set_view(self) -> None:
        spots = [spot for curve in self._picture.curves for spot in curve.spots]
        levels = [v for v in (self._picture.dense, self._picture.least) if v is not None]
        ys = [end for spot in spots for end in (spot.low, spot.high)] + levels
        xs = [spot.x for spot in spots]
        xs += [*(self._picture.bracket or ()), *(self._picture.reach or ())]
        self.getViewBox().setRange(
            xRange=_widened(xs or [0.0, 100.0], self._words.width, _ROOM_LEFT, _ROOM_RIGHT),
            yRange=_widened(ys or [0.0, 100.0], _LEAST_HEIGHT, _ROOM_BELOW, _ROOM_ABOVE),
            padding=0,
        )

    def _clicked(self, _marks: object, spots: list[pg.SpotItem], _event: object) -> None:
        if len(spots):
            self.row_picked.emit(spots[0].data().row)


class _Level:
    """A horizontal line with its name at the right end."""

    def __init__(self, anchor: tuple[int, int]) -> None:
        self.line, self._name = pg.InfiniteLine(angle=0), pg.TextItem(anchor=anchor)
        self._name.setFont(number_font(_LABEL_SIZE))
        self.items = (self.line, self._name)

    def show(self, value: float | None, end: float, text: str) -> None:
        for item in self.items:
            item.setVisible(value is not None)
        if value is not None:
            self.line.setValue(value)
            self._name.setText(text.format(value))
            self._name.setPos(end, value)

    def color(self, color: str, style: Qt.PenStyle) -> None:
        self.line.setPen(pg.mkPen(color, style=style))
        self._name.setColor(color)


def _draw(items: _Items, spots: tuple[Spot, ...]) -> None:
    x, y, low, high = np.array([(s.x, s.y, s.low, s.high) for s in spots]).reshape(-1, 4).T
    items.bars.setData(x=x, y=y, bottom=np.maximum(0, y - low), top=np.maximum(0, high - y))
    items.marks.setData(x=x, y=y, data=list(spots))
    items.line.setData(x=x, y=y)


def _color(items: _Items, look: Look) -> None:
    colors = theme().colors
    color = getattr(colors, look.color)
    items.bars.setOpts(pen=pg.mkPen(color, width=1))
    items.line.setPen(pg.mkPen(color, width=1.5, style=look.line))
    items.marks.setSymbol(look.symbol)
    items.marks.setBrush(color)
    items.marks.setPen(pg.mkPen(colors.panel, width=1))


def _widened(values: list[float], least: float, below: float, above: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    width = max(high - low, least)
    short = (width - (high - low)) / 2
    return low - short - below * width, high + short + above * width


def _tip(words: str, x: float, y: float, data: Spot) -> str:
    del x, y
    return words.format(data.label, data.y, data.low, data.high)


def shares_removed() -> Wording:
    """Return what the plot of a study calls its parts."""
    return Wording(
        title=_tr("Top-1 against the share removed"),
        below=_tr("share removed of the attention and MLP matrices (%)"),
        least=_tr("at least {0:.1f}"),
        least_numbers="least top-1 allowed",
        tip=_tr("{0}\ntop-1 {1:.1f} % ({2:.1f} to {3:.1f})\nclick to open its rules"),
        width=10.0,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrialPlot", text)
