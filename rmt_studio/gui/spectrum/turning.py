"""Keys that turn the pages: Ctrl+Tab and Ctrl+Shift+Tab, and 1 to 8."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QTabBar, QWidget


class TabKeys(QObject):
    """Work while the focus is anywhere in the card."""

    def __init__(self, tabs: QTabBar, card: QWidget) -> None:
        super().__init__(card)
        self._tabs, self._card = tabs, card
        self._add("Ctrl+Tab", self._next)
        self._add("Ctrl+Shift+Tab", self._previous)
        for place in range(tabs.count()):
            self._add(str(place + 1), partial(tabs.setCurrentIndex, place))

    def _next(self) -> None:
        self._turn(1)

    def _previous(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        self._tabs.setCurrentIndex((self._tabs.currentIndex() + step) % self._tabs.count())

    def _add(self, key: str, slot: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self._card)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)
