"""The list of matrices with a small course each, and the choice of the number it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, QPointF, QRect, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.gui.dialogs.base import caption
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.series.keys import is_of_the_timeline
from rmt_studio.gui.series.layer_model import COURSE_ROLE, Column, LayerCourse, SeriesLayerModel
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from rmt_studio.gui.series.scrub import Scrub

_ROW, _COURSE_WIDTH, _NOW_WIDTH = 26, 60, 84  # px
_LEAST_WIDTH = 272  # px
_DOT = 2.6  # px


class CourseDelegate(QStyledItemDelegate):
    """Paints the course of a number as a line, with a dot at the checkpoint shown."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        colors = theme().colors
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.selection))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, QColor(colors.line))
        course = index.data(COURSE_ROLE)
        if isinstance(course, LayerCourse):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint_course(painter, rect.adjusted(4, 6, -4, -7), course)
            painter.restore()


def _paint_course(painter: QPainter, cell: QRect, course: LayerCourse) -> None:
    colors, heights = theme().colors, course.heights
    across = cell.width() / max(heights.size - 1, 1)
    drawn = np.linspace(0, heights.size - 1, min(heights.size, max(cell.width(), 1)))
    places = [
        QPointF(cell.x() + place * across, cell.bottom() - float(heights[place]) * cell.height())
        for place in drawn.round().astype(int)  # no more than there are pixels
        if np.isfinite(heights[place])
    ]
    painter.setPen(QColor(colors.muted))
    painter.drawPolyline(QPolygonF(places))
    if course.place < heights.size and np.isfinite(heights[course.place]):
        here = heights[course.place]
        at = QPointF(cell.x() + course.place * across, cell.bottom() - here * cell.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.threshold))
        painter.drawEllipse(at, _DOT, _DOT)


class LayerTable(QTableView):
    """The rows; keys that move through training go on to the viewer."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_of_the_timeline(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class LayerList(QFrame):
    """Choice of the number, filter, and a row for each matrix."""

    def __init__(self, scrub: Scrub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scrub = scrub
        self.setProperty("card", True)
        self.setObjectName("series_layers")
        self.setMinimumWidth(_LEAST_WIDTH)
        self.model = SeriesLayerModel(scrub, self)
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self.model)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.number = ChoiceBox(self.tr("Number"), self.tr("What the small curves show"))
        self.number.setObjectName("series_metric")
        for metric in METRICS.values():
            self.number.add(term(metric.label), metric.key)
            self.number.explain(metric.key, term(metric.meaning))
        self.number.show_choice(scrub.metric)
        self.filter = QLineEdit()
        self.filter.setObjectName("series_filter")
        self.filter.setPlaceholderText(self.tr("Filter layers"))
        self.filter.setAccessibleName(self.tr("Filter layers"))
        self.filter.setToolTip(self.tr("Show the layers whose names hold this text"))
        self.filter.setClearButtonEnabled(True)
        self.table = self._made_table()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(caption(self.tr("Layers by"), self.number))
        column.addWidget(self.number)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        self.number.chosen.connect(scrub.choose_metric)
        self.filter.textChanged.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        scrub.layer_changed.connect(self.show_layer)
        scrub.grown.connect(self.refresh)
        theme().changed.connect(self.table.viewport().update)
        self.refresh()

    def refresh(self) -> None:
        """Show the matrices known, and which one is on."""
        self.model.refresh()
        self.show_layer()

    def show_layer(self) -> None:
        """Select the row of the matrix that is on; none where the filter hides it."""
        row = self.model.row_of(self._scrub.layer)
        index = self.proxy.mapFromSource(self.model.index(row, 0)) if row >= 0 else QModelIndex()
        if not index.isValid():
            self.table.setCurrentIndex(QModelIndex())
        elif index.row() != self.table.currentIndex().row():
            self.table.selectRow(index.row())

    def _filter(self, text: str) -> None:
        """Hide rows; the matrix that is on stays on though its own row may go."""
        blocked = self.table.selectionModel().blockSignals(True)
        self.proxy.setFilterFixedString(text)
        self.table.selectionModel().blockSignals(blocked)
        self.table.reset()  # it has not heard of what was selected meanwhile
        self.show_layer()

    def _made_table(self) -> LayerTable:
        table = LayerTable()
        table.setObjectName("series_layer_table")
        table.setAccessibleName(self.tr("Layers of the series"))
        table.setToolTip(self.tr("Up and Down choose a layer, Left and Right a checkpoint"))
        table.setModel(self.proxy)
        table.setItemDelegateForColumn(Column.COURSE, CourseDelegate(table))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setTextElideMode(Qt.TextElideMode.ElideLeft)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFont(number_font())
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for section, width in ((Column.COURSE, _COURSE_WIDTH), (Column.NOW, _NOW_WIDTH)):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(section, width)
        return table

    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._scrub.choose_layer(self.model.name_of(self.proxy.mapToSource(current).row()))
