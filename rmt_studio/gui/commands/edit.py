"""Edits of the rules, copies of what was done, preferences: the slots of the menu Edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.copying import copy_focused
from rmt_studio.gui.dialogs.preferences import PreferencesDialog
from rmt_studio.gui.retelling import Retelling
from rmt_studio.pruning import KEEP

if TYPE_CHECKING:
    from rmt_studio.gui.main_window import MainWindow


class EditCommands(Commands):
    """Slots of its actions."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._retelling = Retelling(window.workbench, self)

    def on_copy(self) -> None:
        copied = copy_focused()
        nothing = self.tr("Nothing that has the focus can be copied")
        self._window.tell(self.tr("Copied: {}").format(copied) if copied else nothing)

    def on_copy_rule(self) -> None:
        bench = self._bench
        if bench.current is not None:
            rule = bench.document.recipe.rule(bench.current)
            text = self.tr("copy the rule of {}").format(bench.current)
            bench.edit_rules(dict.fromkeys(bench.selection, rule), text)

    def on_keep_selected(self) -> None:
        names = self._bench.selection
        self._bench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep as is"))

    def on_keep_all(self) -> None:
        names = tuple(self._bench.document.recipe.rules)
        self._bench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep all as is"))

    def on_copy_python(self) -> None:
        self._retelling.copy_python()

    def on_copy_commands(self) -> None:
        self._retelling.copy_commands()

    def on_preferences(self) -> None:
        PreferencesDialog(self._window).open()
