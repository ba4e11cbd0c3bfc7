"""What is done with the plot in use: the slots of the menu Plot, which is every plot's own too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.plots_in_use import plots_in_use

if TYPE_CHECKING:
    from rmt_studio.gui.plots_in_use import Plot


class PlotCommands(Commands):
    """Slots of its actions."""

    def on_copy_plot(self) -> None:
        if plot := self._plot():
            plot.copy_plot()
            self._window.tell(self.tr("Copied: {}").format(plot.title))

    def on_copy_numbers(self) -> None:
        if plot := self._plot():
            plot.copy_numbers()
            self._window.tell(self.tr("Copied: numbers of {}").format(plot.title))

    def on_save_plot(self) -> None:
        if plot := self._plot():
            self._tell_saved(plot.save_picture())

    def on_save_numbers(self) -> None:
        if plot := self._plot():
            self._tell_saved(plot.save_numbers())

    def _tell_saved(self, path: str) -> None:
        if path:
            self._window.tell(self.tr("Saved: {}").format(path))

    def _plot(self) -> Plot | None:
        plot = plots_in_use().current()
        if plot is None:
            self._window.tell(self.tr("No plot is in view: open a model or a window with one"))
        return plot
