"""Edge, spikes, bulk share and alpha over training, with a line at the checkpoint shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.gui.inspector.figures import THIN, percent_text
from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.series.course import TIME_PLOTS, range_of
from rmt_studio.gui.series.keys import is_of_the_timeline
from rmt_studio.gui.spectrum.axes import END_LABEL, Axis, power_of_ten
from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

_ROOM_ABOVE, _ROOM_BELOW = 0.4, 0.12  # of the range; above for the title
_ROOM_BESIDE = 0.03
_TICKS_TO = 1.12  # of the range: beyond is the title
_CLOSER = 2.2  # times as many ticks as in a large plot
_SYMBOL = 5  # px
_AXIS_WIDTH = 66  # px
_TITLE_SIZE = 8.5  # pt


def metric_text(metric: str, value: float) -> str:
    """Return a number as a person reads it."""
    if not np.isfinite(value):
        return "–"
    if metric == "spikes":
        return f"{value:.0f}"
    return percent_text(value) if metric == "bulk_fraction" else number_text(value)


class _UnitAxis(Axis):
    """An axis without a caption, whose ticks carry the unit themselves."""

    unit = ""
    counts = False  # only whole numbers make sense

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        ((step, ticks),) = super().tickValues(minVal, maxVal, _CLOSER * size)
        if self.counts and step < 1:
            step, ticks = 1.0, [tick for tick in ticks if tick == round(tick)]
        return [(step, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        unit = self.unit or (f"·{power_of_ten(self._exponent)}" if self._exponent else "")
        texts = super().tickStrings(values, scale, spacing)
        return [f"{text}{unit}" if text.strip("0.") else "0" for text in texts]


class TimePlot:
    """The items of one of the plots; they live as long as the view."""

    def __init__(self, metric: str, *, lowest: bool) -> None:
        self.metric = metric
        self.below, self.beside = Axis("bottom"), _UnitAxis("left", grid=True)
        self.plot = pg.PlotItem(
            axisItems={"bottom": self.below, "left": self.beside}, enableMenu=False
        )
        self.plot.hideButtons()
        self.plot.getViewBox().setMouseEnabled(x=False, y=False)
        self.beside.setWidth(_AXIS_WIDTH)
        self.beside.unit = f"{THIN}%" if metric == "bulk_fraction" else ""
        self.beside.counts = metric == "spikes"
        self._most = 100.0 if metric == "bulk_fraction" else np.inf
        self._factor = 100.0 if metric == "bulk_fraction" else 1.0
        for axis in (self.below, self.beside):
            axis.setZValue(-1)
        self.below.setStyle(showValues=lowest)
        self.curve = pg.PlotCurveItem(antialias=True, connect="finite")
        self.points = pg.ScatterPlotItem(size=_SYMBOL, antialias=True)
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.line.setCursor(Qt.CursorShape.SplitHCursor)
        self.title = pg.TextItem(anchor=(0, 0))
        self.title.setZValue(10)
        for item in (self.curve, self.points, self.line, self.title):
            self.plot.getViewBox().addItem(item, ignoreBounds=True)

    def show(self, numbers: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Draw the course of the number."""
        values = self._factor * values
        self.curve.setData(numbers, values)
        seen = np.isfinite(values)
        self.points.setData(numbers[seen], values[seen])
        low, high = range_of(values)
        span = max(high - low, 1e-3 * max(abs(high), 1e-12), 1e-12)
        if self.metric == "spikes":
            span = max(span, 2.0)
        first, last = (float(numbers[0]), float(numbers[-1])) if numbers.size else (0.0, 1.0)
        beside = _ROOM_BESIDE * max(last - first, 1.0)
        bottom, top = low - _ROOM_BELOW * span, low + span * (1 + _ROOM_ABOVE)
        self.plot.getViewBox().setRange(
            xRange=(first - beside, last + beside), yRange=(bottom, top), padding=0
        )
        self.beside.describe(
            "",
            max(abs(low), abs(high)),
            within=(low - span, min(low + _TICKS_TO * span, self._most)),
        )
        self.title.setPos(first - beside, top)

    def point_at(self, number: float, value: float) -> None:
        """Move the line to a checkpoint and tell its number."""
        blocked = self.line.blockSignals(True)
        self.line.setValue(number)
        self.line.blockSignals(blocked)
        label = term(METRICS[self.metric].label)
        self.title.setText(f"{label}  {metric_text(self.metric, value)}")

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.curve.setPen(pg.mkPen(colors.accent, width=1.5))
        self.points.setBrush(colors.accent)
        self.points.setPen(pg.mkPen(None))
        self.line.setPen(pg.mkPen(colors.threshold, width=2))
        self.line.setHoverPen(pg.mkPen(colors.threshold, width=3))
        self.title.setColor(colors.text)
        self.title.fill = pg.mkBrush(colors.panel)
        self.title.setFont(number_font(_TITLE_SIZE))
        self.below.recolor()
        self.beside.recolor()


class TimePlots(pg.GraphicsLayoutWidget):
    """One plot over the other, with one axis of steps below.

    Signals:
        step_wanted (float): a number of a step that was clicked, or dragged to.
    """

    step_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("series_time_plots")
        self.setAccessibleName(self.tr("Edge, spikes, bulk share and alpha over training"))
        self.setToolTip(self.tr("Drag the green line, or click, to go to a checkpoint"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(220, 260)
        self.ci.setContentsMargins(0, 4, END_LABEL, 0)
        self.ci.setSpacing(2)
        self.saving = PlotMenu(self)
        last = len(TIME_PLOTS) - 1
        self.plots = [
            TimePlot(metric, lowest=place == last) for place, metric in enumerate(TIME_PLOTS)
        ]
        for place, one in enumerate(self.plots):
            self.ci.addItem(one.plot, place, 0)
            one.line.sigPositionChanged.connect(self._dragged)
            self.saving.name_items({one.curve: METRICS[one.metric].label})
        self.plots[-1].below.describe(self.tr("step of training"))
        self._numbers = np.empty(0)
        self._values: dict[str, NDArray[np.float64]] = {}
        self.sceneObj.sigMouseClicked.connect(self._clicked)  # pyright: ignore[reportOptionalMemberAccess]
        theme().changed.connect(self.recolor)
        self.recolor()

    def show_track(
        self, numbers: NDArray[np.float64], values: dict[str, NDArray[np.float64]]
    ) -> None:
        """Draw the course of one matrix; ``values`` has an array per plot."""
        self._numbers, self._values = numbers, values
        for one in self.plots:
            one.show(numbers, values[one.metric])
        self.setAccessibleDescription("; ".join(self._spoken(one.metric) for one in self.plots))

    def point_at(self, place: int) -> None:
        """Move the lines to a checkpoint."""
        if place < self._numbers.size:
            for one in self.plots:
                value = float(self._values[one.metric][place])
                one.point_at(float(self._numbers[place]), value)

    def recolor(self) -> None:
        """Take the theme's colours."""
        self.setBackground(theme().colors.panel)
        for one in self.plots:
            one.recolor()

    def _spoken(self, metric: str) -> str:
        """Return the course of a number in words, for a screen reader."""
        label, values = term(METRICS[metric].label), self._values[metric]
        ends = [values[0], values[-1], *range_of(values)] if values.size else [np.nan] * 4
        text = self.tr("{0} from {1} to {2}, least {3}, most {4}")
        return text.format(label, *(metric_text(metric, float(value)) for value in ends))

    def _dragged(self, line: pg.InfiniteLine) -> None:
        self.step_wanted.emit(float(line.getXPos()))

    def _clicked(self, event: Any) -> None:  # noqa: ANN401 - pyqtgraph's own event
        place = event.scenePos()
        for one in self.plots:
            box = one.plot.getViewBox()
            if event.button() == Qt.MouseButton.LeftButton and (
                box.sceneBoundingRect().contains(place)
            ):
                self.step_wanted.emit(float(box.mapSceneToView(place).x()))

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        if is_of_the_timeline(ev):
            ev.ignore()  # the viewer hears it
        else:
            super().keyPressEvent(ev)
