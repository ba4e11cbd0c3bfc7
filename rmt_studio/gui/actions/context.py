"""Context menus of widgets that do not know the window: they name actions, it opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint


class ContextMenus(QObject):
    """Passes on which menus are wanted.

    Signals:
        wanted (object, object, object): a widget, the ids of actions, a place on the screen.
    """

    wanted = Signal(object, object, object)

    def ask(self, widget: QWidget, ids: Sequence[str], place: QPoint) -> None:
        """Have a menu of a widget opened at a place of the screen."""
        self.wanted.emit(widget, tuple(ids), place)


def context_menus() -> ContextMenus:
    """Return the one of the running application; made on first use."""
    if not _made or not isValid(_made[0]):
        _made[:] = [ContextMenus(QApplication.instance())]
    return _made[0]


_made: list[ContextMenus] = []  # at most one
