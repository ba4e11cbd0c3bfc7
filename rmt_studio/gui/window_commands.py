"""What each action of the window does: a slot ``on_<id>`` for every entry of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

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
from rmt_studio.gui.dialogs.choices import WEIGHT_SUFFIXES
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

    def on_open_model(self) -> None:
        OpenModelDialog(self._bench, parent=self._window).open()

    def on_open_demo(self) -> None:
        self._bench.open_demo()

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

    def on_theme_system(self) -> None:
        theme().choose("system")

    def on_theme_light(self) -> None:
        theme().choose("light")

    def on_theme_dark(self) -> None:
        theme().choose("dark")

    def on_unlock_panels(self, unlocked: bool) -> None:
        for dock in self._window.docks.values():
            dock.setTitleBarWidget(None if unlocked else QWidget())  # pyright: ignore[reportArgumentType]

    def on_reset_layout(self) -> None:
        self._window.arrange()

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

    def on_find_smallest(self) -> None:
        self._window.study_windows.show_search()

    def on_about(self) -> None:
        AboutDialog(self._window).open()

    def open_dropped(self, path: Path) -> None:
        """Open a dropped checkpoint, model folder, image folder or recipe by what it is."""
        if path.is_dir() and (path / "config.json").is_file():
            self._bench.open_model(str(path))
        elif path.is_dir():
            self._bench.open_images(path)
        elif path.suffix == ".json" and not path.name.endswith(".index.json"):
            self.open_recipe(str(path))
        elif path.name.lower().endswith(WEIGHT_SUFFIXES):
            OpenModelDialog(self._bench, checkpoint=path, parent=self._window).open()
        else:
            reason = self.tr("drop a checkpoint, a model folder, an image folder or a recipe")
            self._window.tell_failure(self.tr("{} was not opened").format(path.name), reason)
