"""What a person can do with the runs of the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.dialogs.files import last_folder, remember_folder
from rmt_studio.gui.results.diff_window import DiffWindow
from rmt_studio.gui.results.row import record_of, table_text
from rmt_studio.reports.text_files import write_csv, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rmt_studio.gui.results.run_table import RunTable
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.run import Run


class RunActions(QObject):
    """Behind the window's actions on the results; Enter, F2 and Del work in the table.

    Signals:
        chosen_changed (): another run is the selected one.
    """

    chosen_changed = Signal()

    def __init__(self, workbench: Workbench, table: RunTable) -> None:
        super().__init__(table)
        self._workbench, self._table = workbench, table
        table.installEventFilter(self)
        table.selectionModel().currentRowChanged.connect(self.chosen_changed)
        table.model().modelReset.connect(self.chosen_changed)

    def reasons(self) -> dict[str, str]:
        """Return the reason against each action on the selected result, or nothing."""
        chosen = self._chosen
        none = "" if chosen is not None else self.tr("Select a result first")
        bare = chosen is not None and chosen.recipe is None
        no_rules = none or (self.tr("It is the model as it was opened") if bare else "")
        return {"open_run_rules": no_rules, "rename_run": none, "remove_runs": none}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            do = self._keys.get(Qt.Key(event.key()))
            if do is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                do()
                return True
        return super().eventFilter(watched, event)

    @property
    def _keys(self) -> dict[Qt.Key, Callable[[], None]]:
        key = Qt.Key
        return {
            key.Key_Return: self.open_rules,
            key.Key_Enter: self.open_rules,
            key.Key_F2: self.ask_name,
            key.Key_Delete: self.ask_removal,
        }

    def open_rules(self) -> None:
        """Make the recipe of the selected run the open one, as one step to undo."""
        run = self._chosen
        if run is None:
            return
        if self._workbench.document.model is None:
            self._workbench.refuse(self.tr("Opening rules"), self.tr("open their model first"))
        elif run.recipe is None:
            text = self.tr("{} has no rules: it is the model as it was opened")
            self._workbench.told.emit(text.format(run.label))
        elif run.recipe != self._workbench.document.recipe:
            text = self.tr("recipe of {}").format(run.label)
            self._workbench.replace_recipe(run.recipe, text)

    def compare(self) -> DiffWindow | None:
        """Hold two runs against each other: the selected ones, else the first and the selected."""
        if len(self._runs) < 2:
            return None
        places = self._table.selected_places()
        last = places[-1] if places else len(self._runs) - 1
        first = places[0] if len(places) > 1 else 0 if last else 1
        window = DiffWindow(self._workbench, first, last, self._table.window())
        window.show()
        return window

    def ask_name(self) -> None:
        """Ask for another name of the selected run."""
        run = self._chosen
        if run is None:
            return
        title, text = self.tr("Rename the run"), self.tr("Name")
        name, wanted = QInputDialog.getText(
            self._table, title, text, QLineEdit.EchoMode.Normal, run.label
        )
        if wanted:
            self.rename_run(name)

    def rename_run(self, name: str) -> None:
        """Give the selected run another name; an empty one changes nothing."""
        run, name = self._chosen, name.strip()
        if run is not None and name and name != run.label:
            self._put([replace(run, label=name) if one is run else one for one in self._runs])

    def ask_removal(self) -> None:
        """Ask whether the selected runs are to go, which cannot be taken back."""
        if self._chosen is None:
            return
        places = self._table.selected_places() or [self._table.currentIndex().row()]
        names = ", ".join(self._runs[place].label for place in places)
        asked = AskBox(
            self.tr("Remove from the results"),
            self.tr("{}: what was measured is lost; only evaluating again brings it back.").format(
                names
            ),
            do_it=self.tr("Remove"),
            leave_it=self.tr("Keep"),
            parent=self._table.window(),
        )
        if asked.ask():
            self.remove_runs(places)

    def remove_runs(self, places: Sequence[int]) -> None:
        """Remove the runs at these places."""
        gone = set(places)
        self._put([run for place, run in enumerate(self._runs) if place not in gone])

    def copy_table(self) -> None:
        """Put the table on the clipboard as tab-separated values at full precision."""
        QGuiApplication.clipboard().setText(table_text(self._runs))

    def ask_file(self) -> None:
        """Ask for a file and write the results into it."""
        start = str(Path(last_folder("results")) / "results.csv")
        path, kind = QFileDialog.getSaveFileName(
            self._table, self.tr("Export the results"), start, "CSV (*.csv);;JSON (*.json)"
        )
        if path:
            remember_folder("results", path)
            ending = ".json" if kind.startswith("JSON") else ".csv"
            self.write(path if Path(path).suffix else path + ending)

    def write(self, path: str) -> None:
        """Write all runs as CSV or, with recipes and layers, as JSON."""
        try:
            if Path(path).suffix.lower() == ".json":
                write_json(path, [_whole(run) for run in self._runs])
            else:
                write_csv(path, [record_of(run) for run in self._runs])
        except InputError as error:
            self._workbench.failed.emit(self.tr("The results were not exported"), str(error))
        else:
            self._workbench.told.emit(self.tr("Results exported: {}").format(path))

    @property
    def _runs(self) -> list[Run]:
        return self._workbench.document.runs

    @property
    def _chosen(self) -> Run | None:
        index = self._table.currentIndex()
        return self._runs[index.row()] if index.isValid() else None

    def _put(self, runs: list[Run]) -> None:
        self._workbench.document.put_runs(runs)


def _whole(run: Run) -> dict[str, object]:
    recipe = run.recipe.model_dump(mode="json") if run.recipe else None
    return {**record_of(run), "recipe": recipe, "layer_sparsity": dict(run.layer_sparsity)}
