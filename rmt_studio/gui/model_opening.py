"""Opening models: in the background, the open one staying until the new one is whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rmt_studio.gui.job_desk import DISK
from rmt_studio.gui.recent import KEPT, remember_models
from rmt_studio.pruning import Recipe
from rmt_studio.studio import tasks

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.jobs import Job


class ModelOpening(QObject):
    """Loads models, puts them into the document and has them analysed.

    Attributes:
        recent: name and checkpoint of the models opened last, newest first.
    """

    def __init__(self, workbench: Workbench, desk: JobDesk) -> None:
        super().__init__(workbench)
        self._bench, self._desk = workbench, desk
        self.recent: list[tuple[str, str]] = []

    def open(
        self, name: str, checkpoint: str | Path | None = None, images: str | Path | None = None
    ) -> Job:
        """Open a model, then images."""
        path = str(checkpoint) if checkpoint else ""
        work = partial(tasks.load, name, path or None)
        done = partial(self._opened, name, path, images)
        return self._desk.start(self.tr("Open {name}").format(name=name), work, done, lane=DISK)

    def look_at(self, checkpoint: str | Path) -> Job:
        """Find out what network a checkpoint is likely to be; `Workbench.looked_at` tells it."""
        work = partial(tasks.look_at, str(checkpoint))
        told = self._bench.looked_at.emit
        title = self.tr("Look at the file")
        return self._desk.start(title, work, told, lane="preview", quiet=True)

    def _opened(
        self, name: str, checkpoint: str, images: str | Path | None, model: LoadedModel
    ) -> None:
        bench = self._bench
        self._desk.cancel_those_of_the_model("another model was opened")
        recipe = Recipe(architecture=model.architecture, bulk_fit=bench.default_fit)
        bench.document.open_model(model, recipe, asked=(name, checkpoint))
        bench.image_sets.match(name, model)
        text = self.tr("{name}: {number} matrices")
        bench.told.emit(text.format(name=model.title, number=len(model.layers)))
        others = [pair for pair in self.recent if pair != (name, checkpoint)]
        self.recent = [(name, checkpoint), *others][:KEPT]
        remember_models(self.recent)
        bench.analyze()
        if images is not None:
            bench.open_images(images)
