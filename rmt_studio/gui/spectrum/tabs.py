"""The tab bar of the card: it sets its tabs closer, then names them shorter, to fit them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabBar, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

_WIDEST, _CLOSEST = 14, 3  # pixels left and right of a tab's name
_COMFORTABLE = 6  # below it the short names are taken
_BESIDE_TEXT = 1  # pixels that a tab needs beside its name and the padding


@dataclass(frozen=True)
class Tab:
    """One tab.

    Attributes:
        text: its name.
        short: the same where room is scarce.
        tip: what its page shows.
    """

    text: str
    short: str
    tip: str


class FittingTabs(QTabBar):
    """Tabs that always fit in one row, without arrows to scroll them."""

    def __init__(
        self, name: str, title: str, tabs: Sequence[Tab], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self._tabs, self._padding = tuple(tabs), -1
        for tab in tabs:
            self.setTabToolTip(self.addTab(tab.text), tab.tip)
        self.setMinimumWidth(1)  # it sets its tabs closer rather than keep the card wide

    def fit(self, width: int) -> None:
        """Choose names and distances with which all tabs fit in ``width`` pixels."""
        short = self._padding_for(width, short=False) < _COMFORTABLE
        padding = max(_CLOSEST, min(_WIDEST, self._padding_for(width, short=short)))
        for index, tab in enumerate(self._tabs):
            text = tab.short if short else tab.text
            if self.tabText(index) != text:
                self.setTabText(index, text)
        if padding != self._padding:
            self._padding = padding
            self.setStyleSheet(f"QTabBar::tab {{ padding: 6px {padding}px; }}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit(self.width())

    def _padding_for(self, width: int, *, short: bool) -> int:
        """Return the padding at which the names, long or short, fill a width."""
        metrics = self.fontMetrics()
        texts = [tab.short if short else tab.text for tab in self._tabs]
        needed = sum(metrics.horizontalAdvance(text) + _BESIDE_TEXT for text in texts)
        return (width - needed) // (2 * len(texts))
