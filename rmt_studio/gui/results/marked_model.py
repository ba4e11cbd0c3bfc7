"""Rows that begin with the mark of their series, as a Qt model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.series import Look

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Heading:
    """Title and tooltip of a column."""

    title: str
    tip: str


@dataclass(frozen=True, eq=False)
class MarkedRow:
    """Ready values of one row.

    Attributes:
        look: of its mark, as the plot beside the table draws it.
        texts: of the columns.
        tips: of the columns.
        faded: whether it is less loud than the others: failed, or not in the plot.
    """

    look: Look
    texts: tuple[str, ...]
    tips: tuple[str, ...]
    faded: bool = False


class MarkedTableModel(QAbstractTableModel):
    """Shows `MarkedRow`s; ``ROW_ROLE`` gives the whole row of a cell."""

    def __init__(self, headings: Sequence[Heading], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._rows: list[MarkedRow] = []

    @property
    def rows(self) -> list[MarkedRow]:
        """The rows; not to be changed."""
        return self._rows

    def show_rows(self, rows: Sequence[MarkedRow]) -> None:
        """Show these rows; whoever holds one keeps its place unless there are fewer now."""
        known = len(self._rows)
        if len(rows) < known:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        if any(old is not new for old, new in zip(self._rows, rows, strict=False)):
            self._rows = list(rows[:known])
            self.dataChanged.emit(self.index(0, 0), self.index(known - 1, len(self._headings) - 1))
        if len(rows) > known:
            self.beginInsertRows(_NOWHERE, known, len(rows) - 1)
            self._rows = list(rows)
            self.endInsertRows()

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tips[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() else _LEFT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        inside = 0 <= section < len(self._headings)
        if orientation is not Qt.Orientation.Horizontal or not inside:
            return None
        heading = self._headings[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("MarkedTableModel", heading.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return QCoreApplication.translate("MarkedTableModel", heading.tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        return None
