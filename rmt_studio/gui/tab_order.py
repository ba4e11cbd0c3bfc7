"""The order in which Tab goes through a window."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def tab_through(rooms: Sequence[QWidget]) -> None:
    """Let Tab go through some rooms of a window one after the other, inside each as it did.

    Qt puts a widget last when it is made, so that rooms made late would be gone through late.
    """
    found: list[list[QWidget]] = [[] for _ in rooms]
    for widget in _chain(rooms[0].window()):
        for place, room in enumerate(rooms):
            if widget is room or room.isAncestorOf(widget):
                found[place].append(widget)
    for first, then in pairwise(widget for stops in found for widget in stops):
        QWidget.setTabOrder(first, then)


def _chain(window: QWidget) -> Iterator[QWidget]:
    widget = window.nextInFocusChain()
    while widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            yield widget
        widget = widget.nextInFocusChain()
