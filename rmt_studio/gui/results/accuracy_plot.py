"""Top-1 accuracy against the parameters that are kept, with 95 % error bars."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.results.series import (
    DENSE,
    LOOKS,
    Comparison,
    Look,
    Point,
    Series,
    front_of,
    points_of,
    spoken,
)
from rmt_studio.gui.spectrum.axes import Axis, round_ticks
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

_SYMBOL, _RING = 8, 15  # px
_AXIS_HEIGHT = 36  # px
_END_LABEL = 12  # px, half the width of the last tick's label
_TICK_EVERY = {"left": 32.0, "bottom": 52.0}  # px
_PAD_X, _PAD_BELOW, _PAD_ABOVE = 0.06, 0.1, 0.2  # of the range
_ALL = 100 + 1e-6  # per cent
_LEAST_SPAN_Y = 2.0  # percentage points
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class _Items:
    """The graphics of one look; they live as long as the plot."""

    bars: pg.ErrorBarItem
    line: pg.PlotCurveItem
    marks: pg.ScatterPlotItem


class _SmallAxis(Axis):
    """An axis of a small plot, with a tick every so many pixels."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        low, high = sorted((minVal, maxVal))
        step, ticks = round_ticks(low, high, size / _TICK_EVERY[self.orientation])
        return [(step, ticks.tolist())]


class _PerCentAxis(_SmallAxis):
    """The room above 100 % is for a label; no number stands there."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        levels = super().tickValues(minVal, maxVal, size)
        return [(step, [tick for tick in ticks if tick <= _ALL]) for step, ticks in levels]


class AccuracyPlot(pg.PlotWidget):
    """The dense model at the left, smaller models towards the right.

    Signals:
        run_picked (int): a point was clicked; the place of its run in `Document.runs`.
    """

    run_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._below, self._beside = _SmallAxis("bottom"), _PerCentAxis("left", grid=True)
        self._below.setHeight(_AXIS_HEIGHT)
        axes = {"bottom": self._below, "left": self._beside}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setObjectName("accuracy_plot")
        self.setAccessibleName(self.tr("Accuracy against parameters kept\nclick to open its rules"))
        self.setToolTip(
            self.tr(
                "Top-1 with its 95 % interval; click a point to open the rules of its run.\n"
                "The stepped line is the Pareto front: no run is smaller and as accurate"
            )
        )
        self.setMinimumSize(260, 90)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        # pyqtgraph puts its grid where Qt has a method
        grid: QGraphicsGridLayout = self.plotItem.layout  # pyright: ignore
        grid.setContentsMargins(0, 0, _END_LABEL, 0)
        self.getViewBox().invertX(True)
        self.saving = PlotMenu(self)
        self._points: dict[int, tuple[float, float]] = {}
        self._picked: int | None = None
        self._reference, self._reference_name = pg.InfiniteLine(angle=0), pg.TextItem(anchor=(1, 1))
        self._items = {look: self._make(look) for look in (*LOOKS, DENSE)}
        self._ring = pg.ScatterPlotItem(size=_RING)
        self._front = pg.PlotCurveItem()
        self._front.setZValue(-1)
        for item in (self._front, self._reference, self._ring, self._reference_name):
            self.getViewBox().addItem(item, ignoreBounds=True)
        dense = "dense model"
        self.saving.name_items({self._reference: dense, self._items[DENSE].bars: dense})
        self.saving.name_items({self._front: "Pareto front"})
        theme().changed.connect(self.recolor)
        self.recolor()
        self.show_runs(None)

    def show_runs(self, comparison: Comparison | None) -> None:
        """Draw the runs, or nothing."""
        largest = max((p.parameters for p in points_of(comparison)), default=1)
        divisor, unit = next(((d, u) for d, u in _UNITS if largest >= d), (1.0, ""))
        self._points = {
            p.index: (p.parameters / divisor, 100 * p.top1) for p in points_of(comparison)
        }
        dense = comparison.dense if comparison else None
        for look in LOOKS:
            series = comparison.series if comparison else ()
            names = [one.name for one in series if one.look == look]
            self.saving.name_items({self._items[look].bars: ", ".join(names)})
            self._draw(look, [one for one in series if one.look == look], dense)
        self._draw(DENSE, [Series("dense", DENSE, (dense,))] if dense else [], None)
        caption = self.tr("parameters kept")
        self._below.describe(f"{caption} ({unit})" if unit else caption)
        self._beside.describe(self.tr("top-1 (%)"))
        self._set_view(points_of(comparison))
        self._draw_reference(dense)
        self._draw_front(comparison)
        self.setAccessibleDescription(spoken(comparison))
        self.highlight(self._picked)

    def highlight(self, index: int | None) -> None:
        """Put a ring around the point of a run."""
        self._picked = index
        place = None if index is None else self._points.get(index)
        self._ring.setData(pos=[place] if place else [])

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.setBackground(colors.panel)
        for look, items in self._items.items():
            color = getattr(colors, look.color)
            items.bars.setOpts(pen=pg.mkPen(color, width=1))
            items.line.setPen(pg.mkPen(color, width=1.5, style=look.line))
            items.marks.setBrush(color)
            items.marks.setPen(pg.mkPen(colors.panel, width=1))
        self._reference.setPen(pg.mkPen(colors.muted, style=Qt.PenStyle.DashLine))
        self._reference_name.setColor(colors.muted)
        self._front.setPen(pg.mkPen(colors.bulk, width=5))
        self._ring.setPen(pg.mkPen(colors.text, width=1.5))
        self._ring.setBrush(None)
        self._below.recolor()
        self._beside.recolor()

    def _make(self, look: Look) -> _Items:
        items = _Items(
            pg.ErrorBarItem(beam=0.0),
            pg.PlotCurveItem(antialias=True),
            pg.ScatterPlotItem(
                symbol=look.symbol, size=_SYMBOL, antialias=True, hoverable=True, tip=_tip
            ),
        )
        items.marks.sigClicked.connect(self._clicked)
        for item in (items.bars, items.line, items.marks):
            self.getViewBox().addItem(item, ignoreBounds=True)
        return items

    def _draw(self, look: Look, series: list[Series], start: Point | None) -> None:
        """Draw the series of one look, with a line through each that begins at ``start``."""
        items, points = self._items[look], [point for one in series for point in one.points]
        x, y = self._places(points)
        low, high = (100 * np.array([p.interval[end] for p in points]) for end in (0, 1))
        items.bars.setData(x=x, y=y, bottom=y - low, top=high - y)
        items.marks.setData(x=x, y=y, data=points)
        lines = [(*((start,) if start else ()), *one.points) for one in series]
        joined = [place < len(line) - 1 for line in lines for place in range(len(line))]
        x, y = self._places([point for line in lines for point in line])
        items.line.setData(x=x, y=y, connect=np.array(joined, dtype=bool) if joined else "all")

    def _places(self, points: list[Point]) -> np.ndarray:
        """Return x and y in the units of the axes, shape (2, len(points))."""
        return np.array([self._points[point.index] for point in points]).reshape(-1, 2).T

    def _draw_reference(self, dense: Point | None) -> None:
        self._reference.setVisible(dense is not None)
        self._reference_name.setVisible(dense is not None)
        if dense is not None:
            right = self.getViewBox().viewRange()[0][0]
            self._reference.setValue(100 * dense.top1)
            self._reference_name.setText(self.tr("dense"))
            self._reference_name.setFont(number_font(8))
            self._reference_name.setPos(right, 100 * dense.top1)

    def _draw_front(self, comparison: Comparison | None) -> None:
        """Draw a step from each run on the front to the next smaller one."""
        front = front_of(comparison) if comparison else frozenset()
        places = sorted({self._points[index] for index in front}, reverse=True)
        steps = [(x, y) for x, y in places[:1]]
        for (_, before), (x, y) in pairwise(places):
            steps += [(x, before), (x, y)]
        x, y = np.array(steps).reshape(-1, 2).T
        self._front.setData(x=x, y=y)

    def _set_view(self, points: list[Point]) -> None:
        if not points:
            return
        x = np.array([self._points[point.index][0] for point in points])
        y = 100 * np.array([point.interval for point in points])
        width = max(np.ptp(x), 0.2 * x.max(), 1e-9)
        height = max(np.ptp(y), _LEAST_SPAN_Y)
        middle = (x.max() + x.min()) / 2
        reach = width * (0.5 + _PAD_X)
        self.getViewBox().setRange(
            xRange=(middle - reach, middle + reach),
            yRange=(y.min() - _PAD_BELOW * height, y.max() + _PAD_ABOVE * height),
            padding=0,
        )

    def _clicked(self, _marks: object, spots: list[pg.SpotItem], _event: object) -> None:
        if len(spots):
            self.run_picked.emit(spots[0].data().index)


def _tip(x: float, y: float, data: Point) -> str:
    low, high = (100 * end for end in data.interval)
    kept = count_text(data.parameters)
    return f"{data.label}\n{y:.1f} % ({low:.1f} to {high:.1f})\n{kept} parameters kept"
