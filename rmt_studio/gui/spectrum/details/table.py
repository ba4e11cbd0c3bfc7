"""A table of numbers that can be selected and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from rmt_studio.gui.actions.context import context_menus
from rmt_studio.gui.layers.plain_header import PlainHeader
from rmt_studio.gui.spectrum.details.table_model import FONT_SCALE, CellTableModel
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QResizeEvent

_PAD = 4  # px left and right of a text: what the style adds, and 1
_ROW_PAD = 8
_BESIDE_CELL = 2 * _PAD + 2


class NumberTable(QTableView):
    """Columns are as wide as their texts; the last one takes what is left.

    Ctrl+C copies the selected cells, tab-separated and at full precision.
    """

    def __init__(
        self, name: str, title: str, model: CellTableModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = model
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(self.tr("Ctrl+C copies what is selected, at full precision"))
        self.setModel(model)
        self._set_up()
        model.modelReset.connect(self.fit_columns)
        model.dataChanged.connect(self.fit_columns)

    def copy(self) -> None:
        """Put the selected cells on the clipboard, or the whole table where none is."""
        chosen = self.selectionModel().selectedIndexes()
        rows = sorted({index.row() for index in chosen})
        columns = sorted({index.column() for index in chosen})
        text = self._source.copied(
            rows or range(self._source.rowCount()), columns or range(self._source.columnCount())
        )
        QGuiApplication.clipboard().setText(text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        context_menus().ask(self, ("copy",), event.globalPos())

    def fit_columns(self, *_: object) -> None:
        """Give each column the room its texts need, the last one all that is left."""
        last = self._source.columnCount() - 1
        widths = [self._width(column) for column in range(last + 1)]
        left = self.viewport().width() - sum(widths[:last])
        widths[last] = max(left, min(widths[last], 90))
        for column, width in enumerate(widths):
            self.horizontalHeader().resizeSection(column, width)
        self._span_titles()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    def _span_titles(self) -> None:
        self.clearSpans()
        for row, line in enumerate(self._source.rows):
            if line.title:
                self.setSpan(row, 0, 1, self._source.columnCount())

    def _width(self, column: int) -> int:
        cells, header = QFontMetrics(self.font()), self.horizontalHeader().fontMetrics()
        title = self._source.columns[column].title
        texts = (row.cells[column].text for row in self._source.rows if row.cells)
        widest = max((cells.horizontalAdvance(text) for text in texts), default=0)
        return max(header.horizontalAdvance(title), widest) + _BESIDE_CELL

    def _set_up(self) -> None:
        self.setFont(number_font(self.font().pointSizeF() * FONT_SCALE))
        self.setStyleSheet("QTableView::item { padding: 0 1px; }")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalHeader(PlainHeader(self, self.font(), _PAD))
        corner = QWidget(self)
        corner.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCornerWidget(corner)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + _ROW_PAD)
