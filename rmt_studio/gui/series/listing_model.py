"""The checkpoints of a folder as rows that a person can correct."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from rmt_studio.analysis import Entry
    from rmt_studio.gui.series.desk import SeriesDesk

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """The columns."""

    NAME = 0
    STEP = 1
    REASON = 2


class ListingModel(QAbstractTableModel):
    """What is taken has a tick; steps can be edited; what is left out says why."""

    def __init__(self, desk: SeriesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._entries: tuple[Entry, ...] = ()
        desk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the listing as it is now."""
        found = self._desk.found
        entries = found.listing.entries if found is not None else ()
        if entries is not self._entries:
            self.beginResetModel()
            self._entries = entries
            self.endResetModel()

    # --- Qt ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        entry = self._entries[index.row()]
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if entry.weights is None:
            return flags
        if index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == Column.STEP:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        entry, column = self._entries[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == Column.NAME:
            usable = entry.weights is not None
            return (
                (Qt.CheckState.Checked if entry.taken else Qt.CheckState.Unchecked)
                if (usable)
                else None
            )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(entry, Column(column), editing=role == Qt.ItemDataRole.EditRole)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.reason or str(entry.weights or entry.path)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == Column.STEP:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401
        if not index.isValid():
            return False
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            if Qt.CheckState(value) == Qt.CheckState.Checked:
                self._desk.take(entry.name, self._next_step() if entry.step is None else entry.step)
            else:
                self._desk.leave_out(entry.name)
            return True
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not text.isdecimal() or len(text) > 15:
            return False
        self._desk.take(entry.name, int(text))
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.STEP:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        out = any(entry.reason for entry in self._entries)
        titles = {
            Column.NAME: self.tr("Checkpoint"),
            Column.STEP: self.tr("Step"),
            Column.REASON: self.tr("   Left out because it") if out else "",
        }
        return titles[Column(section)]

    def _text(self, entry: Entry, column: Column, *, editing: bool) -> str:
        if column == Column.NAME:
            return entry.name
        if column == Column.STEP:
            return "" if entry.step is None else str(entry.step)
        return "" if editing or not entry.reason else f"   {entry.reason}"

    def _next_step(self) -> int:
        """Return a step for a checkpoint without one: after all others."""
        return 1 + max((entry.step or 0 for entry in self._entries if entry.taken), default=-1)
