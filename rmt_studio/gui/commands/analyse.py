"""Spectra and comparisons of models: the slots of the menu Analyse."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.dialogs import choose_checkpoint


class AnalyseCommands(Commands):
    """Slots of its actions."""

    def on_analyze(self) -> None:
        self._bench.analyze()

    def on_compare_checkpoint(self) -> None:
        model = self._bench.document.model
        if model is None:
            return
        title = self.tr("Choose a checkpoint of {name} to compare with").format(name=model.title)
        path = choose_checkpoint(self._window, title)
        if path:
            self._bench.compare_with_checkpoint(path)

    def on_compare_pruned(self, wanted: bool) -> None:
        self._bench.compare_with("pruned" if wanted else "none")

    def on_stop_comparing(self) -> None:
        self._bench.compare_with("none")
