"""What the slots of every menu and room have at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rmt_studio.gui.main_window import MainWindow

_SLOT = "on_"


class Commands(QObject):
    """Slots of actions, each named ``on_<id>``; the work itself is the workbench's."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._bench = window, window.workbench

    @classmethod
    def ids(cls) -> Iterator[str]:
        """Yield the ids of the actions that these slots are of."""
        return (name.removeprefix(_SLOT) for name in dir(cls) if name.startswith(_SLOT))

    def slots(self) -> dict[str, Callable[..., None]]:
        """Return the slots by the ids of their actions."""
        return {name: getattr(self, _SLOT + name) for name in self.ids()}
