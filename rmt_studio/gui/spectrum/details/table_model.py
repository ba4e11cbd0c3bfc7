"""Rows of cells as a Qt model."""

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
from PySide6.QtGui import QColor

from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.spectrum.details.cells import Cell, Column, Row

Index = QModelIndex | QPersistentModelIndex
FONT_SCALE = 0.9  # of the application's font
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Role = Qt.ItemDataRole


class CellTableModel(QAbstractTableModel):
    """A table whose lines are numbers or the title of a group.

    Args:
        columns: from left to right.
        muted: the columns that say something beside the numbers.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        muted: frozenset[int] = frozenset(),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns, self._muted = tuple(columns), muted
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines that are shown."""
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other lines; where only numbers differ, what is selected stays so."""
        new = tuple(rows)
        if [row.title for row in new] != [row.title for row in self._rows]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
        elif new != self._rows:
            self._rows = new
            self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(self.columns) - 1))

    def cell(self, row: int, column: int) -> Cell | None:
        """Return one cell; None in the line of a title."""
        cells = self._rows[row].cells
        return cells[column] if column < len(cells) else None

    def copied(self, rows: Sequence[int], columns: Sequence[int]) -> str:
        """Return cells as tab-separated lines at full precision; titles of groups stay titles."""
        header = "\t".join(self.columns[column].title for column in columns)
        lines = [self._line(row, columns) for row in rows]
        return "\n".join([header, *lines] if len(rows) > 1 else lines)

    def _line(self, row: int, columns: Sequence[int]) -> str:
        if self._rows[row].title:
            return self._rows[row].title
        return "\t".join(self._rows[row].cells[column].copied for column in columns)

    # --- Qt ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        title = self._rows[index.row()].title
        cell = self.cell(index.row(), index.column())
        if title or cell is None:
            return self._title_data(title, index.column(), role)
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return cell.text
        if role == _Role.ToolTipRole:
            return cell.tip
        if role == _Role.TextAlignmentRole:
            return _RIGHT if self.columns[index.column()].numbers else _LEFT
        if role == _Role.ForegroundRole:
            return QColor(self._color(cell, index.column()))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:  # noqa: ANN401
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _Role.DisplayRole:
            return _tr(column.title)
        if role == _Role.ToolTipRole:
            return _tr(column.tip)
        if role == _Role.TextAlignmentRole:
            return _RIGHT if column.numbers else _LEFT
        return None

    def _title_data(self, title: str, column: int, role: int) -> Any:  # noqa: ANN401
        if column == 0 and role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return _tr(title)
        if role == _Role.FontRole:
            return number_font(number_font().pointSizeF() * FONT_SCALE, bold=True)
        return None

    def _color(self, cell: Cell, column: int) -> str:
        colors = theme().colors
        if cell.flagged:
            return colors.poor
        return colors.muted if column in self._muted else colors.text


def _tr(text: str) -> str:
    return QCoreApplication.translate("Details", text)
