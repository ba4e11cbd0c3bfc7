"""Measuring, and what was measured: the slots of the menu Evaluate."""

from __future__ import annotations

from rmt_studio.gui.commands.base import Commands


class EvaluateCommands(Commands):
    """Slots of its actions."""

    def on_evaluate(self) -> None:
        self._bench.evaluate()

    def on_evaluate_dense(self) -> None:
        self._bench.evaluate(dense=True)

    def on_compare_runs(self) -> None:
        self._window.results.actions_of_runs.compare()

    def on_open_run_rules(self) -> None:
        self._window.results.actions_of_runs.open_rules()

    def on_rename_run(self) -> None:
        self._window.results.actions_of_runs.ask_name()

    def on_remove_runs(self) -> None:
        self._window.results.actions_of_runs.ask_removal()

    def on_copy_results(self) -> None:
        self._window.results.actions_of_runs.copy_table()

    def on_export_results(self) -> None:
        self._window.results.actions_of_runs.ask_file()
