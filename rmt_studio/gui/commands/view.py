"""What is shown: the slots of the menu View."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.layers.groups import Grouping
from rmt_studio.gui.palette import CommandPalette
from rmt_studio.gui.theme import theme


class ViewCommands(Commands):
    """Slots of its actions."""

    def on_palette(self) -> None:
        CommandPalette(self._window).open()

    def on_theme_system(self) -> None:
        theme().choose("system")

    def on_theme_light(self) -> None:
        theme().choose("light")

    def on_theme_dark(self) -> None:
        theme().choose("dark")

    def on_show_layers(self, wanted: bool) -> None:
        self._window.panels.show("layers", wanted)

    def on_show_inspector(self, wanted: bool) -> None:
        self._window.panels.show("inspector", wanted)

    def on_show_jobs(self, wanted: bool) -> None:
        self._window.panels.show("jobs", wanted)

    def on_show_results(self, wanted: bool) -> None:
        self._window.panels.show("results", wanted)

    def on_layer_table(self) -> None:
        self._window.layers.show_view(0)

    def on_heat_map(self) -> None:
        self._window.layers.show_view(1)

    def on_group_none(self) -> None:
        self._window.layers.group_by(Grouping.NONE)

    def on_group_block(self) -> None:
        self._window.layers.group_by(Grouping.BLOCK)

    def on_group_role(self) -> None:
        self._window.layers.group_by(Grouping.ROLE)

    def on_fold_groups(self) -> None:
        self._window.layers.fold_all(True)

    def on_unfold_groups(self) -> None:
        self._window.layers.fold_all(False)

    def on_unlock_panels(self, unlocked: bool) -> None:
        self._window.panels.unlock(unlocked)

    def on_reset_layout(self) -> None:
        self._window.panels.reset()
