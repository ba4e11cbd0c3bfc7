"""The table of a study: columns as wide as their texts, the first takes what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from rmt_studio.gui.layers.plain_header import PlainHeader
from rmt_studio.gui.results.table_view import RunDelegate
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.gui.studies.table_model import TrialTableModel

_PAD, _MARK, _ROW_PAD = 4, 12, 10  # px
_LEAST_NAME = 90
_FONT_SCALE = 0.95


class TrialTable(QTableView):
    """Shows a `TrialTableModel`; a click or Enter on a row activates it."""

    def __init__(self, model: TrialTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = model
        self.setObjectName("trial_table")
        self.setAccessibleName(self.tr("Rows of the study"))
        self.setModel(model)
        self.setItemDelegate(RunDelegate(self))
        self._set_up()
        model.modelReset.connect(self.fit_columns)
        model.rowsInserted.connect(self.fit_columns)

    def fit_columns(self) -> None:
        """Give each column the room its texts need."""
        widths = [self._width(column) for column in range(self._source.columnCount())]
        widths[0] = max(_LEAST_NAME, min(widths[0] + _MARK, 10_000))
        left = self.viewport().width() - sum(widths)
        spread = max(0, left) // len(widths)
        for column, width in enumerate(widths):
            self.horizontalHeader().resizeSection(column, width + spread)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_columns()

    def _width(self, column: int) -> int:
        cells, header = QFontMetrics(self.font()), self.horizontalHeader().fontMetrics()
        title = self._source.headerData(column, Qt.Orientation.Horizontal)
        texts = (cells.horizontalAdvance(row.texts[column]) for row in self._source.rows)
        return max(header.horizontalAdvance(title), *texts, 0) + 2 * _PAD + 8

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
