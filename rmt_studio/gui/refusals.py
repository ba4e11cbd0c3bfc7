"""Why something cannot be done with a document as it is, and what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from rmt_studio.studio.document import Document


def why_not_prune(document: Document) -> str:
    """Return what has to be done before pruning; nothing where it can begin."""
    if document.model is None:
        return _tr("open a model first")
    if not document.recipe.rules:
        return _tr("give at least one layer a rule, or choose a target")
    if document.recipe.needs_images and document.calibration is None:
        return _tr("the rules need calibration images: open some (File menu)")
    return ""


def why_not_evaluate(document: Document) -> str:
    """Return what has to be done before an evaluation; nothing where it can begin."""
    if document.model is None:
        return _tr("open a model first")
    return _tr("open an image folder first") if document.images is None else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Workbench", text)
