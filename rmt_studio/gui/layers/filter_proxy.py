"""Which rows of the layer table are shown, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from rmt_studio.gui.layers.groups import GroupRow, title_of
from rmt_studio.gui.layers.query import Query
from rmt_studio.gui.layers.row import LayerRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.gui.layers.groups import Grouping
    from rmt_studio.gui.layers.table_model import LayerTableModel

Index = QModelIndex | QPersistentModelIndex
_ROWS = QSortFilterProxyModel.Direction.Rows


class LayerFilter(QSortFilterProxyModel):
    """Shows the rows that a `Query` accepts, in the order of its `LayerTableModel`.

    The source sorts, by real values and in one go: comparing a thousand rows pair by pair from
    Python would be felt. Values change while a person drags a threshold, and rows that hopped
    about meanwhile could not be followed by eye, so rows move only when `arrange` is called.

    Signals:
        moving (): rows are about to move. Whoever has many of them selected does well to let go:
            Qt follows every selected cell by itself, and so half a second for a thousand rows.
        moved (): they are in their places.
    """

    moving = Signal()
    moved = Signal()

    def __init__(self, source: LayerTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._query = Query()
        self.setDynamicSortFilter(False)
        self.setSourceModel(source)

    @property
    def query(self) -> Query:
        """The filter in use."""
        return self._query

    def set_query(self, query: Query) -> None:
        """Show the rows that another query accepts."""
        self.beginFilterChange()
        self._query = query
        self.endFilterChange(_ROWS)

    def arrange(self) -> None:
        """Filter and sort by the values as they are now."""
        if self._query.tests:
            self.beginFilterChange()
            self.endFilterChange(_ROWS)
        self.moving.emit()
        self._source.arrange()
        self.moved.emit()

    def group_by(self, grouping: Grouping) -> None:
        """Put rows under other headings, or under none."""
        self.moving.emit()
        self._source.group_by(grouping)
        self.moved.emit()

    def collapse(self, titles: Iterable[str]) -> None:
        """Fold these groups away and no others."""
        self.beginFilterChange()
        self._source.collapse(titles)
        self.endFilterChange(_ROWS)

    def keeps(self, name: str) -> bool:
        """Tell whether the query accepts a layer, be its group folded away or not."""
        source = self._source.place(name)
        line = None if source is None else self._source.lines[source]
        return isinstance(line, LayerRow) and self._query.accepts(line)

    def heading_place(self, name: str) -> int | None:
        """Return where the heading over a layer is shown, or None."""
        source = self._source.heading_of(name)
        return None if source is None else self._shown(source)

    def row_at(self, place: int) -> LayerRow | GroupRow:
        """Return the row, or the heading, that is shown at a place."""
        return self._source.lines[self.mapToSource(self.index(place, 0)).row()]

    def place(self, name: str) -> int | None:
        """Return where a layer is shown, or None while it is filtered out or there is none."""
        source = self._source.place(name)
        return None if source is None else self._shown(source)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.moving.emit()
        self._source.sort(column, order)
        self.moved.emit()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        line = self._source.lines[row]
        if isinstance(line, GroupRow):
            return any(map(self._query.accepts, line.members))
        return not self._is_folded(line) and self._query.accepts(line)

    def _is_folded(self, row: LayerRow) -> bool:
        folded = self._source.collapsed
        return bool(folded) and title_of(row, self._source.grouping) in folded

    def _shown(self, source: int) -> int | None:
        shown = self.mapFromSource(self._source.index(source, 0))
        return shown.row() if shown.isValid() else None
