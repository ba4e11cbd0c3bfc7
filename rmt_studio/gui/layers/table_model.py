"""The rows of the layer table as a Qt model; each holds its values ready."""

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

from rmt_studio.analysis.comparison import LayerChange
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.explain import explain
from rmt_studio.gui.layers.row import LayerRow, row_of
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import never_rich, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.models.layers import Layer
    from rmt_studio.studio.document import Document

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
_LAST = Column.CUT
_ALIGNMENTS = tuple(
    Qt.AlignmentFlag.AlignVCenter
    | (Qt.AlignmentFlag.AlignRight if SPECS[column].numeric else Qt.AlignmentFlag.AlignLeft)
    for column in Column
)


class LayerTableModel(QAbstractTableModel):
    """One row per matrix of the open model, in the model's order or sorted by a column.

    ``ROW_ROLE`` gives the whole `LayerRow` of a cell.
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._rows: list[LayerRow] = []
        self._places: dict[str, int] = {}
        self._sorted_by: Column | None = None
        self._descending = False
        self.reload()

    @property
    def rows(self) -> list[LayerRow]:
        """The rows as they stand; not to be changed."""
        return self._rows

    @property
    def sorted_by(self) -> Column | None:
        """The column that the rows are sorted by; None for the model's order."""
        return self._sorted_by

    def place(self, name: str) -> int | None:
        """Return the row number of a layer, or None."""
        return self._places.get(name)

    def reload(self) -> None:
        """Read every layer of the document anew."""
        self.beginResetModel()
        layers = self._document.model.layers if self._document.model else ()
        self._rows = [self._read(place, layer) for place, layer in enumerate(layers)]
        self._put(self._in_order())
        self.endResetModel()

    def refresh(self, names: Iterable[str], first: Column, last: Column = _LAST) -> None:
        """Read some layers anew; only the columns from ``first`` to ``last`` may have changed."""
        places = [place for name in names if (place := self._places.get(name)) is not None]
        for place in places:
            row = self._rows[place]
            self._rows[place] = self._read(row.place, row.layer, row)
        if places:
            self.dataChanged.emit(self.index(min(places), first), self.index(max(places), last))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = Column(column) if column >= 0 else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self.arrange()

    def arrange(self) -> None:
        """Sort by the values as they are now; whoever holds a row keeps it."""
        ordered = self._in_order()
        if ordered == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        names = [self._rows[index.row()].layer.name for index in held]
        self._put(ordered)
        moved = [
            self.index(self._places[name], index.column())
            for name, index in zip(names, held, strict=True)
        ]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _in_order(self) -> list[LayerRow]:
        """Return the rows sorted; what is not known yet comes last, whichever way they go."""
        column = Column.LAYER if self._sorted_by is None else self._sorted_by
        descending = self._descending and self._sorted_by is not None
        rows = sorted(self._rows, key=_place)
        known = [row for row in rows if row.values[column] is not None]
        known.sort(key=lambda row: row.values[column], reverse=descending)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return known + [row for row in rows if row.values[column] is None]

    def _put(self, rows: list[LayerRow]) -> None:
        self._rows = rows
        self._places = {row.layer.name: place for place, row in enumerate(rows)}

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
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return never_rich(explain(row, Column(index.column())))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(row, Column(index.column()))
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        spec = SPECS[Column(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("LayerTableModel", spec.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped(QCoreApplication.translate("LayerTableModel", spec.tip))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[section]
        return None

    def _read(self, place: int, layer: Layer, before: LayerRow | None = None) -> LayerRow:
        document, name = self._document, layer.name
        analysis = document.layer(name)
        other = document.compared.layer(name) if document.compared else None
        change = LayerChange(name, analysis, other) if analysis and other else None
        rule, effect = document.recipe.rule(name), document.effects.get(name)
        zeros = name in document.skipped
        return row_of(
            place, layer, analysis, rule, effect, zeros=zeros, change=change, before=before
        )


def _place(row: LayerRow) -> int:
    return row.place


def _spoken(row: LayerRow, column: Column) -> str:
    """Return what a screen reader says where the cell shows more, or less, than its text."""
    if column is Column.SPECTRUM or row.texts[column] in ("", "–"):
        return explain(row, column)
    if column is Column.KS:
        return f"{row.texts[Column.KS]}, noise {row.texts[Column.NULL]}, {row.quality} fit"
    return row.texts[column]
