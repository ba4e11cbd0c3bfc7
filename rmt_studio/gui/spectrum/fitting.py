"""A label that says it shorter where there is less room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QLabel, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


class FittingLabel(QLabel):
    """Shows the first of its variants that fits; the last one is cut in the middle if need be.

    Variants run from the longest to the shortest; the full text is the tool tip wherever another
    one is shown.
    """

    def __init__(self, *, rich: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._variants: tuple[str, ...] = ("",)
        self.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)

    def set_variants(self, *variants: str) -> None:
        """Say the same in several lengths, the longest first."""
        self._variants = variants or ("",)
        self.updateGeometry()
        self._choose()

    @property
    def variants(self) -> Sequence[str]:
        """What the label can say, the longest first."""
        return self._variants

    def natural_width(self, variant: int = 0) -> int:
        """Return the pixels that one of the variants needs."""
        return self._width_of(self._variants[min(variant, len(self._variants) - 1)])

    def sizeHint(self) -> QSize:
        return QSize(self.natural_width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        shortest = self._width_of(self._variants[-1])
        if self.textFormat() == Qt.TextFormat.PlainText:
            shortest = min(shortest, self.fontMetrics().averageCharWidth() * 6)
        return QSize(shortest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _choose(self) -> None:
        fitting = (text for text in self._variants if self._width_of(text) <= self.width())
        text = next(fitting, self._variants[-1])
        if self.textFormat() == Qt.TextFormat.PlainText:
            text = QFontMetrics(self.font()).elidedText(
                text, Qt.TextElideMode.ElideMiddle, max(self.width(), 1)
            )
        self.setText(text)
        self.setToolTip("" if text == self._variants[0] else self._variants[0])

    def _width_of(self, text: str) -> int:
        if self.textFormat() == Qt.TextFormat.PlainText:
            return QFontMetrics(self.font()).horizontalAdvance(text) + 1
        document = QTextDocument()
        document.setDefaultFont(self.font())
        document.setDocumentMargin(0)
        document.setHtml(text)
        return int(document.idealWidth()) + 2
