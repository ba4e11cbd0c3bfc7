"""The status line: what the numbers in the window mean, as things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.pruning import EntryMask, EntryThreshold
from rmt_studio.studio.document import EffectsChanged, LayersAnalyzed

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.document import Document


class MeaningLine(ElidedLabel):
    """Stands in the status bar whenever no message does."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", parent, least=20)
        self.setObjectName("meaning")
        self.setProperty("muted", True)
        self._document = workbench.document
        workbench.document_changed.connect(self._document_changed)
        self._tell()

    def _document_changed(self, event: object) -> None:
        filling = isinstance(event, LayersAnalyzed) and not self._document.analyzed
        if not filling and not isinstance(event, EffectsChanged):
            self._tell()

    def _tell(self) -> None:
        text = " ".join(meanings(self._document))
        self.set_text(text, text)


def meanings(document: Document) -> list[str]:
    """Return one to three sentences on the numbers that are in sight."""
    if document.model is None:
        return [_tr("Nothing is open: each weight matrix of a model is compared with what pure "
                    "noise of its shape would look like.")]  # fmt: skip
    if not document.analyzed:
        return [_tr("The spectra are being computed; the table fills as they arrive.")]
    if not document.recipe.rules:
        return [*_of_the_fit(document), *_of_the_accuracy(document)]
    return [*_of_the_rules(document), *_of_the_accuracy(document)]


def _of_the_fit(document: Document) -> list[str]:
    if document.runs:
        return []
    return [_tr("KS is how far a spectrum is from the fitted law: up to the null it cannot be told "
                "from noise.")]  # fmt: skip


def _of_the_rules(document: Document) -> list[str]:
    said = []
    if any(isinstance(step, EntryThreshold | EntryMask)
           for rule in document.recipe.rules.values() for step in rule.steps):  # fmt: skip
        said.append(_tr("Zeroed entries save bytes only when exported compressed, and no time."))
    if not document.inputs:
        if document.images is None:
            text = _tr("Predicted output errors are for white inputs until images are open.")
        else:
            text = _tr("Predicted output errors are for white inputs.")
        said.append(text)
    return said


def _of_the_accuracy(document: Document) -> list[str]:
    model, images = document.model, document.images
    if model is not None and not model.can_run:
        return [_tr("The architecture is not known, so there is no accuracy.")]
    if images is None:
        return [_tr("An accuracy is not known without images: open an image folder.")]
    if not document.runs:
        return [_tr("An accuracy is not known before an evaluation.")]
    text = _tr("± is the 95 % interval for {number} images; smaller differences may be chance.")
    return [text.format(number=f"{document.runs[-1].evaluation.n:,}")]


def _tr(text: str) -> str:
    return QCoreApplication.translate("MeaningLine", text)
