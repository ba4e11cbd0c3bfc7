"""A line of text that shortens itself to the room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_LONGEST_TOOLTIP = 2000  # characters


class ElidedLabel(QLabel):
    """Shows as much of its text as fits; the tooltip has all of it while some is hidden.

    A tooltip of one's own is kept; a long list in the text becomes one line per item.

    Args:
        text: what to show.
        parent: the widget it lies in.
        least: at least about so many characters are shown.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, *, least: int = 1) -> None:
        super().__init__(parent)
        self._whole, self._tooltip, self._least = "", "", least
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    @property
    def whole_text(self) -> str:
        """The text, however much of it is shown."""
        return self._whole

    def keep(self, least: int) -> None:
        """Show at least about so many characters from now on."""
        self._least = least
        self.updateGeometry()

    def set_text(self, text: str, tooltip: str = "") -> None:
        """Show another text; ``tooltip`` is always there when it is given."""
        if (text, tooltip) != (self._whole, self._tooltip):
            self._whole, self._tooltip = text, tooltip
            self.setAccessibleName(text)
            self.updateGeometry()
            self._shorten()

    def sizeHint(self) -> QSize:
        height = super().sizeHint().height()
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, height)

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().averageCharWidth() * self._least
        return QSize(min(least, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        metrics, width = self.fontMetrics(), max(self.width(), 0)
        shown = metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, width)
        self.setText(shown)
        hidden = "" if shown == self._whole else self._whole.replace(", ", "\n")
        self.setToolTip(self._tooltip or hidden[:_LONGEST_TOOLTIP])
