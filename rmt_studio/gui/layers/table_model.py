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
from rmt_studio.gui.layers.groups import Grouping, GroupRow, grouped, title_of
from rmt_studio.gui.layers.row import LayerRow, row_of
from rmt_studio.gui.layers.runs import runs
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import never_rich, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rmt_studio.models.layers import Layer
    from rmt_studio.studio.document import Document

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
_LAST = max(Column)
_RUNS = 32  # of rows that are told of one by one; more go as one, with all between them
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
        self._lines: list[LayerRow | GroupRow] = []
        self._places: dict[str, int] = {}
        self._headings: dict[str, int] = {}
        self._grouping = Grouping.NONE
        self._collapsed: frozenset[str] = frozenset()
        self._sorted_by: Column | None = None
        self._descending = False
        self.reload()

    @property
    def rows(self) -> list[LayerRow]:
        """The rows of the layers as they stand; not to be changed."""
        return self._rows

    @property
    def lines(self) -> list[LayerRow | GroupRow]:
        """The rows with the headings of their groups between them; not to be changed."""
        return self._lines

    @property
    def grouping(self) -> Grouping:
        """What rows stand together."""
        return self._grouping

    @property
    def collapsed(self) -> frozenset[str]:
        """Titles of the groups that are folded away."""
        return self._collapsed

    @property
    def sorted_by(self) -> Column | None:
        """The column that the rows are sorted by; None for the model's order."""
        return self._sorted_by

    def place(self, name: str) -> int | None:
        """Return the row number of a layer, or None."""
        return self._places.get(name)

    @property
    def headings(self) -> frozenset[str]:
        """Titles of all groups."""
        return frozenset(self._headings)

    def heading_of(self, name: str) -> int | None:
        """Return the row number of the heading over a layer, or None where there is none."""
        place = self._places.get(name)
        line = None if place is None else self._lines[place]
        if not isinstance(line, LayerRow) or self._grouping is Grouping.NONE:
            return None
        return self._headings.get(title_of(line, self._grouping))

    def group_by(self, grouping: Grouping) -> None:
        """Put rows under other headings, or under none."""
        if grouping is not self._grouping:
            self.beginResetModel()
            self._grouping, self._collapsed = grouping, frozenset()
            self._put(self._in_order())
            self.endResetModel()

    def collapse(self, titles: Iterable[str]) -> None:
        """Fold these groups away and no others; whoever filters the rows hides their members."""
        self._collapsed = frozenset(titles)
        for title, place in self._headings.items():
            self._lines[place] = self._heading(title, place)
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, 0))

    def reload(self) -> None:
        """Read every layer of the document anew."""
        self.beginResetModel()
        layers = self._document.model.layers if self._document.model else ()
        self._rows = [self._read(place, layer) for place, layer in enumerate(layers)]
        self._put(self._in_order())
        self.endResetModel()

    def refresh(self, names: Sequence[str], first: Column, last: Column = _LAST) -> None:
        """Read some layers anew; only the columns from ``first`` to ``last`` may have changed."""
        places = [place for name in names if (place := self._places.get(name)) is not None]
        for place in places:
            row = self._lines[place]
            if isinstance(row, LayerRow):
                self._lines[place] = self._read(row.place, row.layer, row)
        places += self._renew_headings(names)
        self._rows = [line for line in self._lines if isinstance(line, LayerRow)]
        for top, bottom in runs(sorted(set(places)), most=_RUNS):
            self.dataChanged.emit(self.index(top, first), self.index(bottom, last))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = Column(column) if column >= 0 else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self.arrange()

    def arrange(self) -> None:
        """Sort by the values as they are now; whoever holds a row keeps it."""
        ordered = self._in_order()
        if list(map(_key, ordered)) == list(map(_key, self._lines)):
            self._put(ordered)
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        keys = [_key(self._lines[index.row()]) for index in held]
        self._put(ordered)
        places = {_key(line): place for place, line in enumerate(ordered)}
        moved = [
            self.index(places[key], index.column()) for key, index in zip(keys, held, strict=True)
        ]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _in_order(self) -> list[LayerRow | GroupRow]:
        """Return the rows sorted, in their groups; what is not known yet comes last."""
        column = Column.LAYER if self._sorted_by is None else self._sorted_by
        descending = self._descending and self._sorted_by is not None
        rows = sorted(self._rows, key=_place)
        known = [row for row in rows if row.values[column] is not None]
        known.sort(key=lambda row: row.values[column], reverse=descending)  # pyright: ignore[reportArgumentType, reportCallIssue]
        known += [row for row in rows if row.values[column] is None]
        return grouped(known, self._grouping, self._collapsed)

    def _put(self, lines: list[LayerRow | GroupRow]) -> None:
        self._lines = lines
        self._rows = [line for line in lines if isinstance(line, LayerRow)]
        kinds: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for place, line in enumerate(lines):
            heading, name = _key(line)
            kinds[heading][name] = place
        self._places, self._headings = kinds

    def _renew_headings(self, names: Iterable[str]) -> list[int]:
        """Take the numbers of these layers together anew; return where their headings are."""
        if self._grouping is Grouping.NONE:
            return []
        places = {place for name in names if (place := self.heading_of(name)) is not None}
        titles = {self._headings[title]: title for title in self._headings}
        for place in places:
            self._lines[place] = self._heading(titles[place], place)
        return list(places)

    def _heading(self, title: str, place: int) -> GroupRow:
        """Return a heading over the rows that follow it now."""
        old = self._lines[place]
        size = len(old.members) if isinstance(old, GroupRow) else 0
        below = self._lines[place + 1 : place + 1 + size]
        members = tuple(line for line in below if isinstance(line, LayerRow))
        return GroupRow(title, members, title in self._collapsed)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        row = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[index.column()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return never_rich(_tip(row, Column(index.column())))
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


def _key(line: LayerRow | GroupRow) -> tuple[bool, str]:
    """Return what stays the same of a line: whether it is a heading, and its name."""
    return (True, line.title) if isinstance(line, GroupRow) else (False, line.layer.name)


def _tip(row: LayerRow | GroupRow, column: Column) -> str:
    return row.explain(column) if isinstance(row, GroupRow) else explain(row, column)


def _spoken(row: LayerRow | GroupRow, column: Column) -> str:
    """Return what a screen reader says where the cell shows more, or less, than its text."""
    if isinstance(row, GroupRow):
        folded = "collapsed" if row.collapsed else "expanded"
        return f"{row.texts[column]}, {folded}" if column is Column.LAYER else row.explain(column)
    if column is Column.SPECTRUM or row.texts[column] in ("", "–"):
        return explain(row, column)
    if column is Column.KS:
        return f"{row.texts[Column.KS]}, noise {row.texts[Column.NULL]}, {row.quality} fit"
    return row.texts[column]
