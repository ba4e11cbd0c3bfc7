"""The two sets of images: to evaluate on, and to measure the layers with. They are kept apart."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from rmt_studio.data.images import digits
from rmt_studio.pruning import METHODS
from rmt_studio.studio import tasks

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.jobs import Job

LANE = "disk"


class ImageSets(QObject):
    """Opens images, and says what about them matters.

    Signals:
        calibration_wanted (): a person wants to choose a folder of calibration images.
        told (str): one line for the status bar.
    """

    calibration_wanted = Signal()
    told = Signal(str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk

    def open(self, folder: str | Path, lane: str) -> Job:
        """List the images of a folder to evaluate on; those so far stay until that is done."""
        model = self._document.model
        classes = model.num_classes if model else None
        work = partial(tasks.read_images, str(folder), classes)
        title, done = self.tr("Open images"), self._document.open_images
        return self._desk.start(title, work, done, lane=lane)

    def open_calibration(self, folder: str | Path) -> Job:
        """List the images of a folder to measure layers with; their labels do not matter."""
        work = partial(tasks.read_calibration, str(folder))
        title = self.tr("Open calibration images")
        return self._desk.start(title, work, self._calibration_opened, lane=LANE)

    def choose_calibration(self) -> None:
        """Ask whoever can show a dialog for a folder."""
        self.calibration_wanted.emit()

    def missing_for(self, method: str) -> bool:
        """Whether a method needs calibration images and there are none."""
        return METHODS[method].needs_images and self._document.calibration is None

    @property
    def shared(self) -> int:
        """How many of the calibration images are evaluated on as well."""
        return len(_files(self._document.calibration) & _files(self._document.images))

    def match(self, name: str, model: LoadedModel) -> None:
        """Keep what a model that was just opened can read; the demo comes with its digits."""
        images, calibration = self._document.images, self._document.calibration
        if name == "demo":
            self._document.open_images(digits())
            self._document.open_calibration(digits("train"))
            return
        if images is not None and not _fit(images, model):
            self._document.open_images(None)
        if calibration is not None and calibration.kind == "digits":
            self._document.open_calibration(None)

    def _calibration_opened(self, images: ImageSet) -> None:
        self._document.open_calibration(images)
        text = self.tr("{0} calibration images of {1}").format(len(images), images.name)
        if shared := self.shared:
            note = self.tr("{0} of them are evaluated on as well: accuracies will be too kind")
            text = f"{text}; {note.format(shared)}"
        self.told.emit(text)


def _fit(images: ImageSet, model: LoadedModel) -> bool:
    return images.kind == "folder" and len(images.class_names) == model.num_classes


def _files(images: ImageSet | None) -> set[str]:
    samples = images.samples if images is not None else ()
    return {os.path.abspath(s.source) for s in samples if isinstance(s.source, Path)}
