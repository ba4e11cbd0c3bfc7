"""The layer table: rows under a header whose columns fit the panel and can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from rmt_studio.gui.layers.column_menu import ColumnMenu
from rmt_studio.gui.layers.columns import COMPARISON, DEFAULT_COLUMNS, Column
from rmt_studio.gui.layers.delegates import (
    FOLD,
    PAD,
    CellDelegate,
    CutDelegate,
    FitDelegate,
    SparklineDelegate,
)
from rmt_studio.gui.layers.groups import GroupRow
from rmt_studio.gui.layers.header import LayerHeader
from rmt_studio.gui.layers.plain_header import header_font
from rmt_studio.gui.layers.room import columns_that_fit
from rmt_studio.gui.layers.row import LayerRow
from rmt_studio.gui.layers.specs import SPECS, by_key
from rmt_studio.gui.layers.table_model import ROW_ROLE
from rmt_studio.gui.layers.widths import ColumnWidths
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from rmt_studio.gui.layers.filter_proxy import LayerFilter
    from rmt_studio.gui.layers.table_model import LayerTableModel

_FONT_SCALE = 0.9  # seven columns have to fit a dock of a third of the window
_EITHER_WAY = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ROW_PAD = 12  # px of a row above and below its text


class LayerTable(QTableView):
    """Shows a `LayerFilter`; knows no document.

    Attributes:
        column_menu: the menu of the header.

    Signals:
        folded (str): the group of this title is to be folded away, or shown again.
    """

    folded = Signal(str)

    def __init__(
        self, model: LayerTableModel, proxy: LayerFilter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source, self._proxy = model, proxy
        self._chosen: tuple[Column, ...] = tuple(sorted((*DEFAULT_COLUMNS, *COMPARISON)))
        self._comparing = False
        self.setObjectName("layer_table")
        self.setAccessibleName(self.tr("Layers"))
        self.setModel(proxy)
        self.column_menu = ColumnMenu(self)
        self.column_menu.show_chosen(self._chosen)
        self.column_menu.chosen.connect(self._choose)
        self._set_up_rows()
        self._set_up_header()
        self._set_up_delegates()
        model.modelReset.connect(self.fit_columns)

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The keys of the columns that a person wants to see, comparing or not."""
        return tuple(SPECS[column].key for column in self._chosen if column not in COMPARISON)

    def show_columns(self, keys: tuple[str, ...]) -> None:
        """Show the columns of these keys; unknown words are left out, the name always stays."""
        named = {column for key in keys if (column := by_key(key)) is not None}
        self._choose((*named.difference(COMPARISON), *COMPARISON))

    def show_comparison(self, comparing: bool) -> None:
        """Show the columns that tell the two models apart while there are two."""
        if comparing != self._comparing:
            self._comparing = comparing
            self.fit_columns()

    def fit_columns(self) -> None:
        """Show the wanted columns, each as wide as what stands in it."""
        widths, rows = ColumnWidths(self.font(), header_font(self.font())), self._source.lines
        available = self.viewport().width()
        wanted = tuple(c for c in self._chosen if self._comparing or c not in COMPARISON)
        full, brief = widths.full(wanted, rows), widths.brief(rows)
        self._lay_out(columns_that_fit(wanted, full, brief, available))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    # --- groups ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        heading = self._heading_at(index)
        beside = event.position().x() - self.columnViewportPosition(Column.LAYER)
        if heading is not None and index.column() == Column.LAYER and beside <= FOLD + 2 * PAD:
            self.folded.emit(heading.title)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        heading = self._heading_at(self.indexAt(event.position().toPoint()))
        if heading is None:
            super().mouseDoubleClickEvent(event)
        else:
            self.folded.emit(heading.title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left folds and leads to a heading, Right unfolds, Space and Enter do either."""
        key, index = Qt.Key(event.key()), self.currentIndex()
        heading = self._heading_at(index)
        if heading is not None and key in _EITHER_WAY:
            self.folded.emit(heading.title)
        elif heading is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if heading.collapsed is (key == Qt.Key.Key_Right):
                self.folded.emit(heading.title)
        elif key == Qt.Key.Key_Left and (place := self._place_above(index)) is not None:
            self.selectRow(place)
        else:
            super().keyPressEvent(event)

    def _heading_at(self, index: QModelIndex) -> GroupRow | None:
        line = index.data(ROW_ROLE) if index.isValid() else None
        return line if isinstance(line, GroupRow) else None

    def _place_above(self, index: QModelIndex) -> int | None:
        line = index.data(ROW_ROLE) if index.isValid() else None
        return self._proxy.heading_place(line.layer.name) if isinstance(line, LayerRow) else None

    # --- columns -----------------------------------------------------------------------------

    def _lay_out(self, widths: dict[Column, int]) -> None:
        header = self.horizontalHeader()
        for column in Column:
            header.setSectionHidden(column, column not in widths)
            if column in widths:
                header.resizeSection(column, widths[column])

    def _choose(self, columns: tuple[Column, ...]) -> None:
        self._chosen = tuple(sorted({Column.LAYER, *columns}))
        self.column_menu.show_chosen(self._chosen)
        self.fit_columns()

    def _ask_columns(self, place: QPoint) -> None:
        self.column_menu.popup(self.horizontalHeader().mapToGlobal(place))

    # --- setting up ----------------------------------------------------------------------------

    def _set_up_rows(self) -> None:
        self.setFont(number_font(self.font().pointSizeF() * _FONT_SCALE))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + _ROW_PAD)

    def _set_up_header(self) -> None:
        header = LayerHeader(self, self.font())
        header.customContextMenuRequested.connect(self._ask_columns)
        self.setHorizontalHeader(header)
        self.setSortingEnabled(True)
        corner = QWidget(self)
        corner.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCornerWidget(corner)

    def _set_up_delegates(self) -> None:
        self.setItemDelegate(CellDelegate(self))
        sparklines = SparklineDelegate(self)
        self._source.modelReset.connect(sparklines.forget)
        self.setItemDelegateForColumn(Column.SPECTRUM, sparklines)
        self.setItemDelegateForColumn(Column.KS, FitDelegate(self))
        self.setItemDelegateForColumn(Column.CUT, CutDelegate(self))
