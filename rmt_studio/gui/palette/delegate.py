"""Draws a line of the palette: title, where it stands, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.gui.palette.entries import Entry

_ACROSS, _DOWN, _BETWEEN = 12, 7, 14  # px


class EntryDelegate(QStyledItemDelegate):
    """Title at the left; menu and keys at the right; greyed where it is not possible."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(200, option.fontMetrics.height() + 2 * _DOWN)  # pyright: ignore[reportAttributeAccessIssue]

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        colors, rect = theme().colors, option.rect  # pyright: ignore[reportAttributeAccessIssue]
        metrics = option.fontMetrics  # pyright: ignore[reportAttributeAccessIssue]
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue]
            painter.fillRect(rect, QColor(colors.selection))
        room = rect.adjusted(_ACROSS, 0, -_ACROSS, 0)
        side = " · ".join(text for text in (entry.place, entry.shortcut) if text)
        width = metrics.horizontalAdvance(side)
        painter.setPen(QColor(colors.muted))
        painter.drawText(room, _aligned(Qt.AlignmentFlag.AlignRight), side)
        painter.setPen(QColor(colors.muted if entry.reason else colors.text))
        left = QRect(room.left(), room.top(), room.width() - width - _BETWEEN, room.height())
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, _aligned(Qt.AlignmentFlag.AlignLeft), title)


def _aligned(side: Qt.AlignmentFlag) -> int:
    return int(side | Qt.AlignmentFlag.AlignVCenter)
