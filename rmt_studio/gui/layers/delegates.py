"""How the cells of the layer table are painted: small histograms, marks of fit, bars of a cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.groups import GroupRow
from rmt_studio.gui.layers.pictures import MARK, draw_sparkline, paint_mark
from rmt_studio.gui.layers.row import Quality
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.table_model import ROW_ROLE
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.layers.row import LayerRow
    from rmt_studio.gui.layers.sparkline import Sparkline

Index = QModelIndex | QPersistentModelIndex
PAD = 3  # px left and right of what a cell shows
_MARK_GAP = 4
FOLD = 10  # px of the triangle that folds a group
_TINTS = {Quality.FAIR: 24, Quality.POOR: 56}  # of 255, behind fits that are not good
SMALL = 0.9  # of the cells' font, for what stands second
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Paints the text of a cell, muted where its column is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self.paint_ground(painter, option, index)
        if isinstance(row, GroupRow):
            _paint_heading(painter, option, row, Column(index.column()))
            return
        spec, text = SPECS[Column(index.column())], row.texts[index.column()]
        colors, cell = theme().colors, _inside(option, left_pad(Column(index.column())))
        font = small_font(_font(option)) if spec.muted else _font(option)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, cell.width())
        painter.save()
        painter.setFont(font)
        muted = spec.muted or row.zeros or text in ("–", "…")
        painter.setPen(QColor(colors.muted if muted else colors.text))
        painter.drawText(cell, _RIGHT if spec.numeric else _LEFT, shown)
        if index.column() == Column.LAYER and _is_current(option, index):
            rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
            painter.fillRect(rect.x(), rect.y(), 2, rect.height() - 1, QColor(colors.accent))
        painter.restore()

    def paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> LayerRow | GroupRow:
        """Paint the cell without its text and return its row."""
        colors, row = theme().colors, index.data(ROW_ROLE)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        if _is_selected(option):
            painter.fillRect(rect, QColor(colors.selection))
        elif isinstance(row, GroupRow):
            painter.fillRect(rect, QColor(colors.hover))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, QColor(colors.line))
        return row


class SparklineDelegate(CellDelegate):
    """Paints the small histogram; the picture of each is kept until the theme changes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: dict[Sparkline, QPixmap] = {}
        theme().changed.connect(self.forget)

    def forget(self) -> None:
        """Drop the pictures: the colours, or the model, are others now."""
        self._pictures.clear()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LayerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow) or row.zeros:
            super().paint(painter, option, index)
            return
        self.paint_ground(painter, option, index)
        sparkline, cell = row.sparkline, _inside(option).adjusted(0, 4, 0, -4)
        if sparkline is None:
            painter.fillRect(cell.x(), cell.bottom(), cell.width(), 1, QColor(theme().colors.line))
        else:
            painter.drawPixmap(cell.topLeft(), self._picture(sparkline, cell, painter))

    def _picture(self, sparkline: Sparkline, cell: QRect, painter: QPainter) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        size = cell.size() * ratio
        picture = self._pictures.get(sparkline)
        if picture is None or picture.size() != size:
            picture = self._pictures[sparkline] = draw_sparkline(
                sparkline, size.width(), size.height()
            )
            picture.setDevicePixelRatio(ratio)
        return picture


class FitDelegate(CellDelegate):
    """Paints the distance behind a mark of fit and, where there is room, the null's beside it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LayerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow) or row.quality is None:
            super().paint(painter, option, index)
            return
        self.paint_ground(painter, option, index)
        if row.quality is not Quality.GOOD:
            ground = QColor(getattr(theme().colors, row.quality))
            ground.setAlpha(_TINTS[row.quality])
            painter.fillRect(option.rect.adjusted(1, 1, 0, -1), ground)  # pyright: ignore[reportAttributeAccessIssue]
        font, cell = _font(option), _inside(option)
        text, null = row.texts[Column.KS], null_text(row.texts[Column.NULL])
        null_width = QFontMetrics(small_font(font)).horizontalAdvance(null)
        needed = MARK + _MARK_GAP + QFontMetrics(font).horizontalAdvance(text) + null_width
        painter.save()
        if needed <= cell.width():
            painter.setPen(QColor(theme().colors.muted))
            painter.setFont(small_font(font))
            painter.drawText(cell, _RIGHT, null)
            cell.setRight(cell.right() - null_width)
        painter.setPen(QColor(theme().colors.text))
        painter.setFont(font)
        painter.drawText(cell, _RIGHT, text)
        left = cell.right() - QFontMetrics(font).horizontalAdvance(text) - _MARK_GAP - MARK
        paint_mark(painter, row.quality, QPointF(left + MARK / 2, cell.center().y() + 0.5))
        painter.restore()


class CutDelegate(CellDelegate):
    """Paints the predicted sparsity over a bar of it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LayerRow | GroupRow = index.data(ROW_ROLE)
        if isinstance(row, GroupRow) or row.cut is None or not row.has_rule:
            super().paint(painter, option, index)
            return
        self.paint_ground(painter, option, index)
        colors = theme().colors
        cell = _inside(option)
        bar = QRect(cell.x(), cell.bottom() - 5, cell.width(), 3)
        painter.save()
        painter.setPen(QColor(colors.text))
        painter.setFont(_font(option))
        painter.drawText(cell.adjusted(0, 0, 0, -4), _RIGHT, row.texts[Column.CUT])
        painter.fillRect(bar, QColor(colors.line))
        bar.setWidth(round(row.cut * bar.width()))
        painter.fillRect(bar, QColor(colors.threshold))
        painter.restore()


def _paint_heading(
    painter: QPainter, option: QStyleOptionViewItem, row: GroupRow, column: Column
) -> None:
    """Paint a heading: a triangle, its title in bold, numbers as those of the members."""
    colors, cell, font = theme().colors, _inside(option), QFont(_font(option))
    painter.save()
    if column is Column.LAYER:
        _paint_fold(painter, QPointF(cell.x() + FOLD / 2, cell.center().y()), row.collapsed)
        cell.setLeft(cell.left() + FOLD + _MARK_GAP)
        font.setBold(True)
    text = row.texts[column]
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, cell.width())
    painter.setFont(font)
    painter.setPen(QColor(colors.text if column is Column.LAYER else colors.muted))
    painter.drawText(cell, _RIGHT if SPECS[column].numeric else _LEFT, shown)
    painter.restore()


def _paint_fold(painter: QPainter, centre: QPointF, collapsed: bool) -> None:
    """Paint a triangle: to the right where the members are folded away, else down."""
    half = FOLD / 2 - 1
    corners = [QPointF(-half, -half / 2), QPointF(half, -half / 2), QPointF(0, half)]
    if collapsed:
        corners = [QPointF(-half / 2, -half), QPointF(half, 0), QPointF(-half / 2, half)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme().colors.muted))
    painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
    painter.restore()


def null_text(text: str) -> str:
    """Return the null's quantile as it stands behind the distance."""
    return f" / {text}"


def small_font(font: QFont) -> QFont:
    """Return the smaller font of muted columns and of the null's quantile."""
    smaller = QFont(font)
    smaller.setPointSizeF(font.pointSizeF() * SMALL)
    return smaller


def fit_width(font: QFont, widest: str, *, with_null: bool) -> int:
    """Return how wide a cell of `FitDelegate` has to be."""
    width = 2 * PAD + MARK + _MARK_GAP + QFontMetrics(font).horizontalAdvance(widest)
    if with_null:
        width += QFontMetrics(small_font(font)).horizontalAdvance(null_text(widest))
    return width + 1


def _font(option: QStyleOptionViewItem) -> QFont:
    return option.font  # pyright: ignore[reportAttributeAccessIssue]


def _is_current(option: QStyleOptionViewItem, index: Index) -> bool:
    """Tell whether this row is the layer on show, among the selected ones."""
    view: QWidget | None = option.widget  # pyright: ignore[reportAttributeAccessIssue]
    here = isinstance(view, QAbstractItemView) and view.currentIndex().row() == index.row()
    return here and _is_selected(option)


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)  # pyright: ignore[reportAttributeAccessIssue]


def left_pad(column: Column) -> int:
    """Return the room left of a cell; the names stand clear of the mark of the layer on show."""
    return PAD + 3 if column is Column.LAYER else PAD


def _inside(option: QStyleOptionViewItem, left: int = PAD) -> QRect:
    """Return the cell less its padding and the line under it."""
    return option.rect.adjusted(left, 0, -PAD, -1)  # pyright: ignore[reportAttributeAccessIssue]
