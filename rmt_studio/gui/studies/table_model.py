"""Rows of a study as a Qt model."""

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

from rmt_studio.gui.results.table_model import COMPARED_ROLE, ROW_ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.studies.rows import Heading, TrialRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TrialTableModel(QAbstractTableModel):
    """One row per trial; rows are only added, or all replaced."""

    def __init__(self, headings: Sequence[Heading], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._rows: list[TrialRow] = []

    @property
    def rows(self) -> list[TrialRow]:
        """The rows; not to be changed."""
        return self._rows

    def show_rows(self, rows: list[TrialRow]) -> None:
        """Show these rows; where they only grew, the new ones are added."""
        known = len(self._rows)
        if known and rows[:known] == self._rows:
            if len(rows) > known:
                self.beginInsertRows(_NOWHERE, known, len(rows) - 1)
                self._rows = list(rows)
                self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[index.column()]
        if role == ROW_ROLE:
            return row
        if role == COMPARED_ROLE:
            return not row.failed
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tips[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() else _LEFT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        if orientation is not Qt.Orientation.Horizontal or section not in range(
            len(self._headings)
        ):
            return None
        heading = self._headings[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("TrialTableModel", heading.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("TrialTableModel", heading.tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        return None
