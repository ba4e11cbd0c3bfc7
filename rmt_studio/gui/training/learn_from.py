"""What teaches: the dense model on unlabelled images, or labelled images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rmt_studio.gui.dialogs.files import choose_images
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import count_text

if TYPE_CHECKING:
    from rmt_studio.data.images import ImageSet
    from rmt_studio.gui.training.training_images import TrainingImages
    from rmt_studio.gui.workbench import Workbench


class LearnFrom(QWidget):
    """A choice, and the images that it stands for.

    Signals:
        changed (): another choice, or other images.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench, images: TrainingImages) -> None:
        super().__init__()
        self._workbench, self._images = workbench, images
        self.source = ChoiceBox(self.tr("Learn from"), self.tr("What teaches the pruned model"))
        self.source.setObjectName("learn_from")
        self.source.add(self.tr("the dense model, without labels"), False)
        self.source.explain(
            False, self.tr("On the calibration images, to say what the dense model says")
        )
        self.source.add(self.tr("labelled images"), True)
        self.source.explain(
            True, self.tr("A folder with one sub-folder per class, such as the training images")
        )
        self.about = ElidedLabel(least=10)
        self.about.setObjectName("training_images")
        self.choose = QPushButton(self.tr("Choose…"))
        self.choose.setObjectName("choose_training_images")
        self.choose.setAccessibleName(self.tr("Choose the images to learn from"))
        self.choose.setToolTip(self.tr("Choose the folder of images to learn from"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.about, 1)
        line.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.source)
        column.addLayout(line)
        self.source.show_choice(images.labelled is not None)
        self.source.chosen.connect(self._change)
        self.choose.clicked.connect(self._choose)
        images.changed.connect(self._change)
        self._change()

    @property
    def labelled(self) -> bool:
        """Whether labelled images are learned from."""
        return bool(self.source.currentData())

    @property
    def images(self) -> ImageSet | None:
        """The images to learn from, or None while there are none."""
        return self._images.of(labelled=self.labelled)

    @property
    def warning(self) -> str:
        """What makes the accuracies that come out too kind; empty when nothing does."""
        shared = self._images.seen_twice(labelled=self.labelled)
        if not shared:
            return ""
        text = self.tr("{0} of these images are evaluated on as well: accuracies will be too kind.")
        return text.format(count_text(shared))

    def show_choice(self, *, labelled: bool) -> None:
        """Show what was chosen before."""
        self.source.show_choice(labelled)
        self._change()

    def _change(self, _what: object = None) -> None:
        images = self.images
        if images is None:
            self.about.set_text(self.tr("no images yet"))
        else:
            text = self.tr("{0} images of {1}")
            self.about.set_text(text.format(count_text(len(images)), images.name))
        self.changed.emit()

    def _choose(self) -> None:
        if not self.labelled:
            self._workbench.image_sets.choose_calibration()
        elif folder := choose_images(self):
            self._images.open(folder)
