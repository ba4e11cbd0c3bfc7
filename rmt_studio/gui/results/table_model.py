"""The runs of the document as a Qt model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from rmt_studio.gui.results.row import HEADERS, Column, RunRow, row_of
from rmt_studio.gui.results.series import looks_of

if TYPE_CHECKING:
    from rmt_studio.studio.document import Document

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
COMPARED_ROLE = ROW_ROLE + 1
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RunTableModel(QAbstractTableModel):
    """One row per run, oldest first; ``ROW_ROLE`` gives the whole `RunRow` of a cell.

    ``COMPARED_ROLE`` says whether a run saw the images of the newest one, and is in the plot.
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._rows: list[RunRow] = []
        self.reload()

    @property
    def rows(self) -> list[RunRow]:
        """The rows; not to be changed."""
        return self._rows

    def reload(self) -> None:
        """Read all runs of the document anew."""
        self.beginResetModel()
        runs = self._document.runs
        looks = looks_of(runs)
        self._rows = [row_of(run, looks) for run in runs]
        self.endResetModel()

    def append(self, index: int) -> None:
        """Read the run that was added last."""
        runs = self._document.runs
        if index != len(self._rows):
            self.reload()
            return
        self.beginInsertRows(_NOWHERE, index, index)
        self._rows.append(row_of(runs[index], looks_of(runs)))
        self.endInsertRows()
        self.dataChanged.emit(self.index(0, 0), self.index(index, len(Column) - 1), [COMPARED_ROLE])

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[index.column()]
        if role == ROW_ROLE:
            return row
        if role == COMPARED_ROLE:
            return row.run.evaluation.names == self._rows[-1].run.evaluation.names
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tips[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        title, tip = HEADERS[Column(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("RunTableModel", title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("RunTableModel", tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    return _LEFT if column == Column.RUN else _RIGHT
