"""A table whose rows begin with the mark of their series; numbers stand at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QRect, Qt
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
from rmt_studio.gui.results.marked_model import ROW_ROLE
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.gui.results.marked_model import Index, MarkedRow, MarkedTableModel
    from rmt_studio.gui.results.series import Look

_PAD = 4  # px left and right of a text
_MARK = 8  # px across a mark
_ROW_PAD = 10
_LEAST_NAME = 100
_SHORTEST_NAME = 60  # where other columns gave way, too
_FONT_SCALE = 0.9


class MarkedTable(QTableView):
    """Columns are as wide as what stands in them; names give way where room is scarce.

    Args:
        model: its rows.
        name: of the object.
        title: what a screen reader calls it.
        parent: the widget around it.
    """

    def __init__(
        self, model: MarkedTableModel, name: str, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._source = model
        self._wanted: tuple[int, ...] = tuple(range(model.columnCount()))
        self._giving_way: tuple[int, ...] = ()
        self._needed, self._measured = [0] * model.columnCount(), 0
        self.setModel(model)
        self.setItemDelegate(MarkedDelegate(self))
        self._set_up()
        model.rowsInserted.connect(self.fit_columns)
        for changed in (model.modelReset, model.dataChanged):
            changed.connect(self._fit_anew)

    def want_columns(self, wanted: tuple[int, ...], giving_way: tuple[int, ...] = ()) -> None:
        """Show these columns; some may give way where room is scarce, the first of them first."""
        self._wanted, self._giving_way = wanted, giving_way
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give each column that is shown the room its texts need."""
        self._measure()
        widths = {c: self._width(c) for c in self._wanted}
        available, name = self.viewport().width(), min(widths[0], _LEAST_NAME)
        for column in self._giving_way:
            if sum(widths.values()) - widths[0] + name > available:
                widths.pop(column, None)
        for column in range(self._source.columnCount()):
            self.setColumnHidden(column, column not in widths)
        left = available - sum(widths.values())
        if left < 0:
            least = _SHORTEST_NAME if self._giving_way else _LEAST_NAME
            widths[0] = max(min(widths[0], least), widths[0] + left)
        for column, width in widths.items():
            spread = max(0, left) // len(widths)
            self.horizontalHeader().resizeSection(column, width + spread)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    def _width(self, column: int) -> int:
        title = self._source.headerData(column, Qt.Orientation.Horizontal)
        header = self.horizontalHeader().fontMetrics().horizontalAdvance(title)
        mark = _MARK + _PAD if column == 0 else 0
        return max(header, self._needed[column]) + mark + 2 * _PAD + 1

    def _measure(self) -> None:
        """Look how wide the rows are that have come since."""
        cells, new = QFontMetrics(self.font()), self._source.rows[self._measured :]
        self._measured += len(new)
        for column, known in enumerate(self._needed):
            texts = {row.texts[column] for row in new}
            self._needed[column] = max(known, *map(cells.horizontalAdvance, texts), 0)

    def _fit_anew(self) -> None:
        self._needed, self._measured = [0] * len(self._needed), 0
        self.fit_columns()

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
        self.setHorizontalHeader(PlainHeader(self, self.font(), _PAD))
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + _ROW_PAD)
        corner = QWidget(self)
        corner.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCornerWidget(corner)


class MarkedDelegate(QStyledItemDelegate):
    """Paints one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: MarkedRow = index.data(ROW_ROLE)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        colors, text = theme().colors, row.texts[index.column()]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue]
            painter.fillRect(rect, QColor(colors.selection))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, QColor(colors.line))
        inside = rect.adjusted(_PAD, 0, -_PAD, -1)
        if index.column() == 0:
            paint_mark(painter, row.look, QRect(inside.x(), inside.center().y() - 4, _MARK, _MARK))
            inside.setLeft(inside.left() + _MARK + _PAD)
        painter.setFont(option.font)  # pyright: ignore[reportAttributeAccessIssue]
        painter.setPen(QColor(colors.muted if text == "–" or row.faded else colors.text))
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
