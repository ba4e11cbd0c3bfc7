"""What the marks of a plot stand for, in as many lines as that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmt_studio.gui.results.marked_table import paint_mark
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from rmt_studio.gui.results.series import Look

_MARK, _GAP, _BETWEEN, _LEADING = 9, 6, 18, 4  # px
_SCALE = 0.9  # of the font


class MarkLegend(QWidget):
    """A mark and a name for each curve; wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[tuple[str, Look], ...] = ()
        self.setObjectName("trial_legend")
        self.setFont(number_font(self.font().pointSizeF() * _SCALE))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def show_entries(self, entries: tuple[tuple[str, Look], ...]) -> None:
        """Explain these marks."""
        if entries != self._entries:
            self._entries = entries
            self.setAccessibleName(", ".join(name for name, _ in entries))
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1].bottom() + 1 if places else 0

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # a splitter asks nobody for a height at a width: it has to be told of another line
        if self.heightForWidth(event.size().width()) != event.size().height():
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        for (name, look), place in zip(self._entries, self._places(self.width()), strict=True):
            top = place.center().y() - _MARK // 2
            paint_mark(painter, look, QRect(place.left(), top, _MARK, _MARK))
            painter.setPen(QColor(theme().colors.muted))
            painter.drawText(place.adjusted(_MARK + _GAP, 0, 2, 0), 0, name)

    def _places(self, width: int) -> list[QRect]:
        metrics, places, x, y = self.fontMetrics(), [], 0, 0
        for name, _ in self._entries:
            needed = _MARK + _GAP + metrics.horizontalAdvance(name)
            if x and x + needed > width:
                x, y = 0, y + metrics.height() + _LEADING
            places.append(QRect(x, y, needed, metrics.height()))
            x += needed + _BETWEEN
        return places
