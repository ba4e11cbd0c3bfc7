"""Pruning and its studies: the slots of the menu Prune."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.training.cycles_window import CyclesWindow
from rmt_studio.gui.training.fine_tune_window import FineTuneWindow


class PruneCommands(Commands):
    """Slots of its actions."""

    def on_prune(self) -> None:
        self._bench.prune()

    def on_compare_methods(self) -> None:
        self._window.study_windows.show_comparison()

    def on_find_smallest(self) -> None:
        self._window.study_windows.show_search()

    def on_fine_tune(self) -> None:
        self._window.study_windows.show(FineTuneWindow)

    def on_cycles(self) -> None:
        self._window.study_windows.show(CyclesWindow)
