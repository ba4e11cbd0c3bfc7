"""A table header without ornaments, whose names stand over what is in their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

_FONT_SCALE = 0.94
_HEIGHT_PAD = 14
_TRIANGLE = QPointF(7, 4)  # px, width and height


class PlainHeader(QHeaderView):
    """Paints the model's names; a triangle above one says how the rows are sorted.

    Qt's own arrow stands beside the name, where narrow columns have no room for it.

    Args:
        parent: the table.
        font: of the cells; the header's is a little smaller.
        pad: px left and right of a name, as in the cells.
    """

    def __init__(self, parent: QWidget, font: QFont, pad: int) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._pad = pad
        self.setFont(header_font(font))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(20)
        self.setHighlightSections(False)

    def title(self, section: int, width: int) -> str:
        """Return the name of a column that has ``width`` px for it."""
        return self.model().headerData(section, Qt.Orientation.Horizontal)

    def left_pad(self, section: int) -> int:
        """Return the room left of a name."""
        return self._pad

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setHeight(self.fontMetrics().height() + _HEIGHT_PAD)
        return size

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        colors = theme().colors
        sorted_by = self.isSortIndicatorShown() and logicalIndex == self.sortIndicatorSection()
        color = QColor(colors.accent if sorted_by else colors.muted)
        inside = rect.adjusted(self.left_pad(logicalIndex), 0, -self._pad, -1)
        text = self.title(logicalIndex, inside.width())
        side = self.model().headerData(
            logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
        )
        painter.save()
        painter.fillRect(rect, QColor(colors.panel))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, QColor(colors.line))
        painter.setFont(self.font())
        painter.setPen(color)
        painter.drawText(inside, side, text)
        if sorted_by:
            middle = painter.boundingRect(inside, side, text).center().x() + 0.5
            self._paint_triangle(painter, QPointF(middle, rect.top() + 2), color)
        painter.restore()

    def _paint_triangle(self, painter: QPainter, top: QPointF, color: QColor) -> None:
        half, tall = _TRIANGLE.x() / 2, _TRIANGLE.y()
        up = self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        base, tip = (tall, 0.0) if up else (0.0, tall)
        corners = [QPointF(-half, base), QPointF(half, base), QPointF(0, tip)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([top + corner for corner in corners]))


def header_font(font: QFont) -> QFont:
    """Return the font of the header over cells in ``font``."""
    smaller = QFont(font)
    smaller.setPointSizeF(font.pointSizeF() * _FONT_SCALE)
    return smaller
