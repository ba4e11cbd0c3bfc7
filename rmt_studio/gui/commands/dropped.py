"""What is done with a file or folder that was let go over the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rmt_studio.gui.commands.base import Commands
from rmt_studio.gui.dropping import Kind, kind_of

if TYPE_CHECKING:
    from pathlib import Path


class DroppedFiles(Commands):
    """Opens it by what it is."""

    def open(self, path: Path) -> None:
        """Open a dropped file or folder by what it is; say so where it is nothing we know."""
        kind = kind_of(path)
        if not path.exists():
            self._refuse(path, self.tr("it is not there any more; drop it again"))
        elif kind is Kind.MODEL_FOLDER:
            self._window.project.open_model(str(path))
        elif kind is Kind.IMAGES:
            self._bench.open_images(path)
        elif kind is Kind.SERIES:
            self._window.series_windows.open(path)
        elif kind is Kind.RECIPE:
            self._window.commands.file.open_recipe(str(path))
        elif kind is Kind.CHECKPOINT:
            self._window.project.leave(partial(self._window.commands.file.choose_model, path))
        elif kind is Kind.PROJECT:
            self._window.project.open_path(path)
        else:
            wanted = self.tr(
                "drop a checkpoint, a folder of them, a model folder, an image folder, a recipe or "
                "a project"
            )
            self._refuse(path, wanted)

    def _refuse(self, path: Path, reason: str) -> None:
        title = self.tr("{name} was not opened").format(name=path.name)
        self._window.tell_failure(title, reason)
