"""What each action of the window does: a slot ``on_<id>`` for every entry of the registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rmt_studio.errors import InputError
from rmt_studio.gui.dialogs import (
    AboutDialog,
    ExportDialog,
    OpenModelDialog,
    choose_calibration,
    choose_checkpoint,
    choose_images,
    choose_recipe_to_open,
    choose_recipe_to_save,
    choose_report,
)
from rmt_studio.gui.dialogs.preferences import PreferencesDialog
from rmt_studio.gui.dialogs.shortcuts import ShortcutsDialog
from rmt_studio.gui.dropping import Kind, kind_of
from rmt_studio.gui.layers.groups import Grouping
from rmt_studio.gui.palette import CommandPalette
from rmt_studio.gui.retelling import Retelling
from rmt_studio.gui.theme import theme
from rmt_studio.pruning import KEEP, Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.gui.main_window import MainWindow


class WindowCommands(QObject):
    """The slots of the actions; the work itself is the workbench's."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._bench = window, window.workbench
        self.retelling = Retelling(window.workbench, self)

    def on_open_model(self) -> None:
        self._window.project.leave(self._choose_model)

    def _choose_model(self, checkpoint: Path | None = None) -> None:
        OpenModelDialog(self._bench, checkpoint=checkpoint, parent=self._window).open()

    def on_open_demo(self) -> None:
        self._window.project.leave(self._bench.open_demo)

    def on_open_project(self) -> None:
        self._window.project.choose()

    def on_save_project(self) -> None:
        self._window.project.save()

    def on_save_project_as(self) -> None:
        self._window.project.save_as()

    def on_locate_model(self) -> None:
        self._window.project.locate()

    def on_open_images(self) -> None:
        folder = choose_images(self._window)
        if folder:
            self._bench.open_images(folder)

    def on_open_calibration(self) -> None:
        folder = choose_calibration(self._window)
        if folder:
            self._bench.image_sets.open_calibration(folder)

    def on_open_recipe(self) -> None:
        path = choose_recipe_to_open(self._window)
        if path:
            self.open_recipe(path)

    def open_recipe(self, path: str) -> None:
        """Fill the rules from a recipe file; what is wrong with it is said."""
        try:
            recipe = Recipe.open(path)
        except InputError as error:
            self._window.tell_failure(self.tr("The recipe was not opened"), str(error))
            return
        self._bench.replace_recipe(recipe, self.tr("open recipe"))

    def on_save_recipe(self) -> None:
        path = choose_recipe_to_save(self._window)
        if path:
            self.save_recipe(path)

    def save_recipe(self, path: str) -> None:
        """Save the rules; what is wrong with the place is said."""
        try:
            self._bench.document.recipe.save(path)
        except InputError as error:
            self._window.tell_failure(self.tr("The recipe was not saved"), str(error))
        else:
            self._window.tell(self.tr("Recipe saved: {}").format(path))

    def on_export(self) -> None:
        document = self._bench.document
        if document.recipe.rules and document.pruned is None:
            self._bench.prune(and_then=self._open_export)
        else:
            self._open_export()

    def _open_export(self) -> None:
        ExportDialog(self._bench, parent=self._window).open()

    def on_export_report(self) -> None:
        path = choose_report(self._window)
        if path:
            self._bench.exports.report(path)

    def on_quit(self) -> None:
        self._window.close()

    def on_keep_selected(self) -> None:
        names = self._bench.selection
        self._bench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep as is"))

    def on_keep_all(self) -> None:
        names = tuple(self._bench.document.recipe.rules)
        self._bench.edit_rules(dict.fromkeys(names, KEEP), self.tr("keep all as is"))

    def on_copy_python(self) -> None:
        self.retelling.copy_python()

    def on_copy_commands(self) -> None:
        self.retelling.copy_commands()

    def on_preferences(self) -> None:
        PreferencesDialog(self._window).open()

    def on_palette(self) -> None:
        CommandPalette(self._window).open()

    def on_theme_system(self) -> None:
        theme().choose("system")

    def on_theme_light(self) -> None:
        theme().choose("light")

    def on_theme_dark(self) -> None:
        theme().choose("dark")

    def on_unlock_panels(self, unlocked: bool) -> None:
        self._window.panels.unlock(unlocked)

    def on_reset_layout(self) -> None:
        self._window.panels.reset()

    def on_show_layers(self, wanted: bool) -> None:
        self._window.panels.show("layers", wanted)

    def on_show_inspector(self, wanted: bool) -> None:
        self._window.panels.show("inspector", wanted)

    def on_show_jobs(self, wanted: bool) -> None:
        self._window.panels.show("jobs", wanted)

    def on_show_results(self, wanted: bool) -> None:
        self._window.panels.show("results", wanted)

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

    def on_prune(self) -> None:
        self._bench.prune()

    def on_evaluate(self) -> None:
        self._bench.evaluate()

    def on_evaluate_dense(self) -> None:
        self._bench.evaluate(dense=True)

    def on_compare_methods(self) -> None:
        self._window.study_windows.show_comparison()

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

    def on_compare_runs(self) -> None:
        self._window.results.actions_of_runs.compare()

    def on_export_results(self) -> None:
        self._window.results.actions_of_runs.ask_file()

    def on_find_smallest(self) -> None:
        self._window.study_windows.show_search()

    def on_shortcuts(self) -> None:
        ShortcutsDialog(self._window.actions_by_id, self._window).open()

    def on_cancel_job(self) -> None:
        self._window.jobs.cancel_next()

    def on_retry_job(self) -> None:
        self._window.jobs.retry_last()

    def on_job_log(self) -> None:
        self._window.jobs.show_log()

    def on_clear_jobs(self) -> None:
        self._window.jobs.clear()

    def on_about(self) -> None:
        AboutDialog(self._window).open()

    def open_dropped(self, path: Path) -> None:
        """Open a dropped file or folder by what it is; say so where it is nothing we know."""
        kind = kind_of(path)
        if not path.exists():
            self._refuse(path, self.tr("it is not there any more; drop it again"))
        elif kind is Kind.MODEL_FOLDER:
            self._window.project.open_model(str(path))
        elif kind is Kind.IMAGES:
            self._bench.open_images(path)
        elif kind is Kind.RECIPE:
            self.open_recipe(str(path))
        elif kind is Kind.CHECKPOINT:
            self._window.project.leave(partial(self._choose_model, path))
        elif kind is Kind.PROJECT:
            self._window.project.open_path(path)
        else:
            wanted = self.tr(
                "drop a checkpoint, a model folder, an image folder, a recipe or a project"
            )
            self._refuse(path, wanted)

    def _refuse(self, path: Path, reason: str) -> None:
        title = self.tr("{name} was not opened").format(name=path.name)
        self._window.tell_failure(title, reason)
