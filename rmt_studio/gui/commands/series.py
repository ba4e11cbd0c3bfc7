"""Training under the lens: the slot of its action."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands


class SeriesCommands(Commands):
    """Slots of its actions."""

    def on_open_series(self) -> None:
        self._window.series_windows.choose()
