"""The open document as a `Project`: by reference, so that taking one costs next to nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rmt_studio.gui.edits import history_of
from rmt_studio.studio.project import ImagesReference, ModelReference, Project

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document


def snapshot(
    document: Document,
    model: LoadedModel,
    stack: QUndoStack,
    fingerprint: str,
    known: Project | None = None,
) -> Project:
    """Return a document as it is now; nothing is copied or encoded here.

    Args:
        document: the open one.
        model: the one that is open in it.
        stack: its edits.
        fingerprint: of the model's weights; empty while that is not known.
        known: the project it was opened from; images of it that are gone are still named.
    """
    images, calibration = document.images, document.calibration
    return Project(
        model=replace(ModelReference.of(model, document.asked), fingerprint=fingerprint),
        history=history_of(stack, document.recipe),
        images=_reference(images, known.images if known else None),
        calibration=_reference(calibration, known.calibration if known else None),
        layers=tuple(document.analysis),
        skipped=document.skipped,
        runs=tuple(document.runs),
    )


def _reference(images: ImageSet | None, known: ImagesReference | None) -> ImagesReference | None:
    found = ImagesReference.of(images)
    return known if found is None else found
