"""The paper's experiments: the slot of their action."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands


class LabCommands(Commands):
    """Slots of its actions."""

    def on_lab(self) -> None:
        self._window.lab.show()
