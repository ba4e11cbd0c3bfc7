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

from rmt_studio.gui.layers.query import Query

if TYPE_CHECKING:
    from rmt_studio.gui.layers.row import LayerRow
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

    def row_at(self, place: int) -> LayerRow:
        """Return the row that is shown at a place."""
        return self._source.rows[self.mapToSource(self.index(place, 0)).row()]

    def place(self, name: str) -> int | None:
        """Return where a layer is shown, or None while it is filtered out or there is none."""
        source = self._source.place(name)
        if source is None:
            return None
        shown = self.mapFromSource(self._source.index(source, 0))
        return shown.row() if shown.isValid() else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.moving.emit()
        self._source.sort(column, order)
        self.moved.emit()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return self._query.accepts(self._source.rows[row])
