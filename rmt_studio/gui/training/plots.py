"""The two plots of a fine-tuning: top-1 after each epoch, and the loss of the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt

from rmt_studio.evaluation.intervals import wilson
from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.results.series import Look
from rmt_studio.gui.spectrum.axes import Axis
from rmt_studio.gui.studies.curves import Curve, Picture, Spot
from rmt_studio.gui.studies.plot import Wording
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

    from rmt_studio.studio.training_course import Course
    from rmt_studio.studio.training_tasks import Levels
    from rmt_studio.training import EpochReport

TUNED = Look("accent", "o", Qt.PenStyle.SolidLine)
_END_LABEL, _MARK = 14, 8  # px
_ROOM = 0.03  # of the range
_LEAST_SIZE = (240, 150)


def epoch_wording() -> Wording:
    """Return what the plot of the accuracies calls its parts."""
    return Wording(
        title=_tr("Top-1 on the validation images after each epoch"),
        below=_tr("epoch"),
        least=_tr("pruned {0:.1f}"),
        least_numbers="pruned model",
        tip=_tr("{0}\ntop-1 {1:.1f} % (95 % interval {2:.1f} to {3:.1f})"),
        width=3.0,
    )


def accuracy_picture(epochs: Sequence[EpochReport], levels: Levels | None, whole: int) -> Picture:
    """Return the validated epochs of so many with their 95 % intervals, beside both models.

    The pruned model before fine-tuning is the point of epoch 0.
    """
    if levels is None:
        return Picture(reach=(0, whole))
    found = [(0, levels.pruned)]
    found += [(e.epoch, e.validation) for e in epochs if e.validation is not None]
    spots = tuple(_spot(epoch, top1, levels.n) for epoch, top1 in found)
    curve = Curve(_tr("fine-tuned"), TUNED, spots)
    return Picture((curve,), 100 * levels.dense, 100 * levels.pruned, reach=(0, whole))


def _spot(epoch: int, top1: float, n: int) -> Spot:
    low, high = wilson(round(top1 * n), n)
    label = _tr("epoch {0}").format(epoch) if epoch else _tr("before fine-tuning")
    return Spot(epoch - 1, epoch, 100 * top1, 100 * low, 100 * high, label)


def spoken_losses(course: Course) -> str:
    """Return in words what the plot of the loss shows."""
    told = [_tr("epoch {0}: {1:.4f}").format(one.epoch, one.loss) for one in course.epochs]
    if course.losses.size:
        ends = float(course.losses[0]), float(course.losses[-1])
        told.insert(0, _tr("loss of the steps from {0:.4f} to {1:.4f}").format(*ends))
    return "; ".join(told)


class LossPlot(pg.PlotWidget):
    """The loss of the steps as a line, the mean of each epoch as a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._below, self._beside = Axis("bottom"), Axis("left", grid=True)
        axes = {"bottom": self._below, "left": self._beside}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setObjectName("loss_plot")
        self.setAccessibleName(self.tr("Loss of the steps"))
        self.setMinimumSize(*_LEAST_SIZE)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.saving = PlotMenu(self)
        # pyqtgraph puts its grid where Qt has a method
        grid: QGraphicsGridLayout = self.plotItem.layout  # pyright: ignore
        grid.setContentsMargins(0, 6, _END_LABEL, 0)
        for axis in (self._below, self._beside):
            axis.setZValue(-1)  # under the view: grid lines must not cross the curve
        self.line = pg.PlotCurveItem(antialias=True)
        self.marks = pg.ScatterPlotItem(size=_MARK, antialias=True, useCache=False, symbol="o")
        for item in (self.line, self.marks):
            self.getViewBox().addItem(item, ignoreBounds=True)
        self.saving.name_items({self.line: "loss of the steps", self.marks: "mean of the epoch"})
        self._below.describe(self.tr("epoch"))
        self._beside.describe(self.tr("loss"))
        theme().changed.connect(self.recolor)
        self.recolor()

    def show_course(self, course: Course, epochs: int) -> None:
        """Draw what is known of a course of so many epochs."""
        self.line.setData(course.at, course.losses)
        means = np.array([(e.epoch, e.loss) for e in course.epochs]).reshape(-1, 2).T
        self.marks.setData(x=means[0], y=means[1])
        seen = np.concatenate([course.losses, means[1]])
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
        room = _ROOM * (high - low or abs(high) or 1.0)
        self._beside.setStyle(showValues=bool(seen.size))
        self._beside.describe(self.tr("loss"), high)
        ends = (low - room, high + room)
        self.getViewBox().setRange(xRange=(0, epochs), yRange=ends, padding=_ROOM)
        self.setAccessibleDescription(spoken_losses(course))

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme().colors
        self.setBackground(colors.panel)
        self.line.setPen(pg.mkPen(colors.compared, width=1.2))
        self.marks.setBrush(colors.accent)
        self.marks.setPen(pg.mkPen(colors.panel, width=1))
        self._below.recolor()
        self._beside.recolor()


def _tr(text: str) -> str:
    return QCoreApplication.translate("training", text)
