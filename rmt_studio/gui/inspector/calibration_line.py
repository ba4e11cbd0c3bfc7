"""Which calibration images are open, and the way to open some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.studio.document import CalibrationOpened, ImagesOpened

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from rmt_studio.gui.workbench import Workbench


class CalibrationLine(QWidget):
    """Number and name of the images, with a button; a folder can be dropped on it."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setObjectName("calibration_line")
        self.setAcceptDrops(True)
        self.setToolTip(
            self.tr(
                "Unlabelled images on which methods measure the layers, kept apart from those that "
                "accuracy is measured on.\nOpen a folder, or drop one here."
            )
        )
        caption = QLabel(self.tr("Calibration"))
        caption.setProperty("muted", True)
        self.text = ElidedLabel(least=6)
        self.text.setObjectName("calibration_text")
        self.button = QPushButton(self.tr("Open…"))
        self.button.setObjectName("open_calibration")
        self.button.setProperty("flat", True)
        self.button.setAccessibleName(self.tr("Open calibration images"))
        self.button.setToolTip(self.tr("Choose a folder of unlabelled images"))
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(caption)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        workbench.document_changed.connect(self._document_changed)
        self._show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _folder(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._workbench.image_sets.open_calibration(_folder(event))

    def _choose(self) -> None:
        self._workbench.image_sets.choose_calibration()

    def _document_changed(self, event: object) -> None:
        if isinstance(event, CalibrationOpened | ImagesOpened):
            self._show()

    def _show(self) -> None:
        images = self._workbench.document.calibration
        if images is None:
            self.text.set_text(self.tr("none"))
        else:
            text = self.tr("{0} · {1}").format(count_text(len(images)), images.name)
            self.text.set_text(text, self._about(len(images), images.name))
        self.text.setProperty("muted", images is None)
        self.text.style().unpolish(self.text)
        self.text.style().polish(self.text)

    def _about(self, count: int, name: str) -> str:
        text = self.tr("{0} unlabelled images of {1}").format(count_text(count), name)
        if shared := self._workbench.image_sets.shared:
            note = self.tr("{0} of them are evaluated on as well: accuracies will be too kind")
            text = f"{text}\n{note.format(count_text(shared))}"
        return text


def _folder(event: QDropEvent) -> str:
    """Return the folder that is dragged, or nothing."""
    paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in paths if Path(path).is_dir()), "")
