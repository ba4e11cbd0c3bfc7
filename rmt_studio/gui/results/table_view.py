"""The results table: the mark of each run's series before its name, numbers at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from rmt_studio.gui.layers.plain_header import PlainHeader
from rmt_studio.gui.results.row import Column, RunRow
from rmt_studio.gui.results.table_model import COMPARED_ROLE, ROW_ROLE, RunTableModel
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.gui.results.series import Look

_PAD = 4  # px left and right of a text
_MARK = 8  # px across a mark
_ROW_PAD = 10
_LEAST_NAME = 100
_MOST_FOR_NAMES = 0.36  # of the table, while it has to scroll
_FONT_SCALE = 0.9


class RunTable(QTableView):
    """Columns are as wide as what stands in them; the names take what is left."""

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = model
        self.setObjectName("run_table")
        self.setAccessibleName(self.tr("Evaluations"))
        self.setModel(model)
        self.setItemDelegate(RunDelegate(self))
        self._set_up()
        model.modelReset.connect(self.fit_columns)
        model.rowsInserted.connect(self.fit_columns)

    def fit_columns(self) -> None:
        """Give each column the room its texts need."""
        widths = {column: self._width(column) for column in Column}
        numbers = sum(width for column, width in widths.items() if column is not Column.RUN)
        left = self.viewport().width() - numbers
        wished = min(widths[Column.RUN], round(_MOST_FOR_NAMES * self.viewport().width()))
        widths[Column.RUN] = max(_LEAST_NAME, wished, left)
        for column, width in widths.items():
            self.horizontalHeader().resizeSection(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    def _width(self, column: Column) -> int:
        cells, header = QFontMetrics(self.font()), self.horizontalHeader().fontMetrics()
        title = self._source.headerData(column, Qt.Orientation.Horizontal)
        texts = (cells.horizontalAdvance(row.texts[column]) for row in self._source.rows)
        mark = _MARK + _PAD if column is Column.RUN else 0
        return max(header.horizontalAdvance(title), *texts, 0) + mark + 2 * _PAD + 1

    def _set_up(self) -> None:
        self.setFont(number_font(self.font().pointSizeF() * _FONT_SCALE))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalHeader(PlainHeader(self, self.font(), _PAD))
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + _ROW_PAD)
        corner = QWidget(self)
        corner.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCornerWidget(corner)


class RunDelegate(QStyledItemDelegate):
    """Paints one cell of the results table."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: RunRow = index.data(ROW_ROLE)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        colors, text = theme().colors, row.texts[index.column()]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue]
            painter.fillRect(rect, QColor(colors.selection))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, QColor(colors.line))
        inside = rect.adjusted(_PAD, 0, -_PAD, -1)
        if index.column() == Column.RUN:
            paint_mark(painter, row.look, QRect(inside.x(), inside.center().y() - 4, _MARK, _MARK))
            inside.setLeft(inside.left() + _MARK + _PAD)
        painter.setFont(option.font)  # pyright: ignore[reportAttributeAccessIssue]
        lesser = text == "–" or not index.data(COMPARED_ROLE)
        painter.setPen(QColor(colors.muted if lesser else colors.text))
        metrics = QFontMetrics(option.font)  # pyright: ignore[reportAttributeAccessIssue]
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, index.data(Qt.ItemDataRole.TextAlignmentRole), shown)
        painter.restore()


def paint_mark(painter: QPainter, look: Look, place: QRect) -> None:
    """Paint the symbol of a series as the plot draws it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.center().x() + 0.5, place.center().y() + 0.5)
    painter.scale(place.width(), place.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(theme().colors, look.color)))
    painter.drawPath(Symbols[look.symbol])
    painter.restore()
