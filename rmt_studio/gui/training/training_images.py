"""The images to learn from: with labels, or the calibration images without."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.job_desk import DISK
from rmt_studio.studio import tasks
from rmt_studio.studio.document import CalibrationOpened, ImagesOpened, ModelOpened

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.data.images import ImageSet
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.document import DocumentEvent


class TrainingImages(QObject):
    """Opens a labelled folder and remembers it as long as the model is open.

    Signals:
        changed (): there are other images to learn from.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._bench = workbench
        self._labelled: ImageSet | None = None
        self._seen_twice: dict[bool, int] = {}
        workbench.document_changed.connect(self._document_changed)

    @property
    def labelled(self) -> ImageSet | None:
        """Images with labels: those of the chosen folder, or the demo's digits; else None."""
        calibration = self.unlabelled
        known = calibration is not None and calibration.kind == "digits"
        return self._labelled or (calibration if known else None)

    @property
    def unlabelled(self) -> ImageSet | None:
        """The calibration images of the document; their labels are not looked at."""
        return self._bench.document.calibration

    def of(self, *, labelled: bool) -> ImageSet | None:
        """Return the images to learn from; None while there are none."""
        return self.labelled if labelled else self.unlabelled

    def open(self, folder: str | Path) -> None:
        """List the images of a folder with one sub-folder per class in the background."""
        model = self._bench.document.model
        work = partial(tasks.read_images, str(folder), model.num_classes if model else None)
        title, done = self.tr("Open training images"), partial(self._opened, model)
        self._bench.jobs.start(title, work, done, lane=DISK)

    def seen_twice(self, *, labelled: bool) -> int:
        """Return how many of the images to learn from are evaluated on, as far as is known yet."""
        return self._seen_twice.get(labelled, 0)

    def _opened(self, model: object, images: ImageSet) -> None:
        if model is self._bench.document.model:
            self._labelled = images
            self._change()

    def _change(self) -> None:
        """Look through the files in the background, which may be a million, and say so."""
        self._seen_twice.clear()
        self.changed.emit()
        for labelled in (False, True):
            images, reported = self.of(labelled=labelled), self._bench.document.images
            if images is None or reported is None:
                continue
            work = partial(tasks.common_files, images, reported)
            done = partial(self._counted, labelled, images, reported)
            title = self.tr("Look for images in both sets")
            self._bench.jobs.start(title, work, done, lane=DISK, quiet=True)

    def _counted(self, labelled: bool, images: ImageSet, reported: ImageSet, found: int) -> None:
        if (images, reported) == (self.of(labelled=labelled), self._bench.document.images):
            self._seen_twice[labelled] = found
            self.changed.emit()

    def _document_changed(self, event: DocumentEvent) -> None:
        if isinstance(event, ModelOpened):
            self._labelled = None
        if isinstance(event, ModelOpened | CalibrationOpened | ImagesOpened):
            self._change()
