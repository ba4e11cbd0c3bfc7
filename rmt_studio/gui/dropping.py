"""Files dragged onto the window: a hint while they hover, and what is done with them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

from rmt_studio.analysis.series_listing import looks_like_series
from rmt_studio.gui.dialogs.choices import WEIGHT_SUFFIXES
from rmt_studio.studio.state_folder import PROJECT_SUFFIX

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from rmt_studio.gui.commands.dropped import DroppedFiles


class Kind(Enum):
    """What a file or folder is taken for."""

    MODEL_FOLDER = "model folder"
    IMAGES = "image folder"
    SERIES = "series of checkpoints"
    RECIPE = "recipe"
    PROJECT = "project"
    CHECKPOINT = "checkpoint"
    STRANGER = "stranger"


def kind_of(path: Path) -> Kind:
    """Return what a path looks like, by its name and, of a folder, by what lies in it."""
    name = path.name.lower()
    if path.is_dir():
        if (path / "config.json").is_file():
            return Kind.MODEL_FOLDER
        return Kind.SERIES if looks_like_series(path) else Kind.IMAGES
    if name.endswith(PROJECT_SUFFIX):
        return Kind.PROJECT
    if name.endswith(WEIGHT_SUFFIXES):
        return Kind.CHECKPOINT
    return Kind.RECIPE if name.endswith(".json") else Kind.STRANGER


class DropPlace(QObject):
    """Shows what will happen over the whole window, and opens what is let go."""

    def __init__(self, window: QWidget, dropped: DroppedFiles) -> None:
        super().__init__(window)
        self._window, self._dropped = window, dropped
        self.hint = QLabel(window)
        self.hint.setObjectName("drop_hint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.hide()

    def enter(self, event: QDragEnterEvent) -> None:
        """Say what letting go would do."""
        paths = _paths(event.mimeData())
        if not paths:
            return
        event.acceptProposedAction()
        self.hint.setText(self._promise(paths))
        self.hint.setGeometry(self._window.rect().adjusted(12, 12, -12, -12))
        self.hint.show()
        self.hint.raise_()

    def leave(self) -> None:
        """Take the hint away."""
        self.hint.hide()

    def drop(self, event: QDropEvent) -> None:
        """Open what was let go."""
        self.leave()
        paths = _paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self._dropped.open(paths[0])

    def _promise(self, paths: list[Path]) -> str:
        path = paths[0]
        promises = {
            Kind.MODEL_FOLDER: self.tr("Open the model {name}"),
            Kind.IMAGES: self.tr("Evaluate on the images of {name}"),
            Kind.SERIES: self.tr("Scrub through the checkpoints in {name}"),
            Kind.RECIPE: self.tr("Fill the rules from {name}"),
            Kind.PROJECT: self.tr("Open the project {name}"),
            Kind.CHECKPOINT: self.tr("Open the checkpoint {name}"),
            Kind.STRANGER: self.tr("{name} is nothing that can be opened here"),
        }
        text = promises[kind_of(path)].format(name=path.name)
        if len(paths) > 1:
            rest = self.tr("of {number} files only the first is opened")
            text = f"{text}\n{rest.format(number=len(paths))}"
        return text


def _paths(mime: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
