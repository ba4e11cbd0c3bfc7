"""What is opened and written: the slots of the menu File."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.dialogs import (
    ExportDialog,
    OpenModelDialog,
    choose_calibration,
    choose_images,
    choose_recipe_to_open,
    choose_recipe_to_save,
    choose_report,
)
from rmt_studio.pruning import Recipe

if TYPE_CHECKING:
    from pathlib import Path


class FileCommands(Commands):
    """Slots of its actions."""

    def on_open_model(self) -> None:
        self._window.project.leave(self.choose_model)

    def choose_model(self, checkpoint: Path | None = None) -> None:
        """Ask for a model, or for the network of this checkpoint."""
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
