"""What the program is: the slots of the menu Help."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.dialogs import AboutDialog
from rmt_studio.gui.dialogs.shortcuts import ShortcutsDialog


class HelpCommands(Commands):
    """Slots of its actions."""

    def on_shortcuts(self) -> None:
        ShortcutsDialog(self._window.actions_by_id, self._window).open()

    def on_about(self) -> None:
        AboutDialog(self._window).open()
