"""The matrices of a series as rows: name, course of the chosen number, its value now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from rmt_studio.gui.series.time_plots import metric_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QObject

    from rmt_studio.gui.series.scrub import Scrub

Index = QModelIndex | QPersistentModelIndex
COURSE_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """The columns."""

    NAME = 0
    COURSE = 1
    NOW = 2


@dataclass(frozen=True, eq=False)
class LayerCourse:
    """The small picture of one row: heights in [0, 1] over the steps, nan where there is none."""

    heights: NDArray[np.float64]
    place: int


class SeriesLayerModel(QAbstractTableModel):
    """A row for each matrix; values are ready before they are asked for."""

    def __init__(self, scrub: Scrub, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scrub = scrub
        self._names: tuple[str, ...] = ()
        self._values = np.empty((0, 0))
        self._heights = np.empty((0, 0))
        scrub.step_changed.connect(self._moved)
        scrub.metric_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Take the checkpoints that are known now, and the number that is chosen."""
        course = self._scrub.course
        names = course.names if course is not None else ()
        if names != self._names:
            self.beginResetModel()
            self._names = names
            self._take()
            self.endResetModel()
        elif names:
            self._take()
            last = self.index(len(names) - 1, Column.NOW)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.COURSE, Column.NOW)

    def row_of(self, name: str) -> int:
        """Return the row of a matrix; -1 where there is none."""
        return self._names.index(name) if name in self._names else -1

    def name_of(self, row: int) -> str:
        """Return the matrix of a row."""
        return self._names[row]

    def _take(self) -> None:
        course = self._scrub.course
        if course is None or not self._names:
            self._values = self._heights = np.empty((0, 0))
            return
        self._values = course.values(self._scrub.metric)
        known = np.isfinite(self._values)
        low = np.where(known, self._values, np.inf).min(axis=1, keepdims=True)
        high = np.where(known, self._values, -np.inf).max(axis=1, keepdims=True)
        span = np.where(high > low, high - low, 1.0)
        self._heights = np.where(high > low, (self._values - low) / span, 0.5)

    def _moved(self) -> None:
        if self._names:
            last = self.index(len(self._names) - 1, Column.NOW)
            self.dataChanged.emit(self.index(0, Column.COURSE), last)

    # --- Qt ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        row, column, place = index.row(), index.column(), self._scrub.place
        if role == Qt.ItemDataRole.DisplayRole:
            if column == Column.NAME:
                return self._names[row]
            if column == Column.NOW and place < self._values.shape[1]:
                return metric_text(self._scrub.metric, float(self._values[row, place]))
        elif role == Qt.ItemDataRole.ToolTipRole and column == Column.NAME:
            return self._names[row]
        elif role == Qt.ItemDataRole.TextAlignmentRole and column == Column.NOW:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        elif role == COURSE_ROLE and row < len(self._heights):
            return LayerCourse(self._heights[row], place)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.NOW:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = {
            Column.NAME: self.tr("Layer"),
            Column.COURSE: self.tr("course"),
            Column.NOW: self.tr("now"),
        }
        return titles.get(Column(section))
