"""Why there is nothing to see, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench


def why_empty(workbench: Workbench) -> str:
    """Return one sentence for the middle of the empty card."""
    document, current = workbench.document, workbench.current
    if document.model is None:
        return _tr("Open a model to see the spectra of its weight matrices.")
    if current is None and workbench.busy and not document.analyzed:
        return _tr("The spectra are being computed…")
    if current is None:
        return _tr("Choose a layer in the table to see its spectrum.")
    if current in document.skipped:
        text = _tr("{name} holds nothing but zeros and has no spectrum.")
    elif workbench.lens.message:
        return workbench.lens.message
    elif workbench.busy:
        text = _tr("The spectrum of {name} is being computed…")
    else:
        text = _tr("The spectrum of {name} has not been computed. Choose Analyse to compute it.")
    return text.format(name=current)


def is_awaited(workbench: Workbench) -> bool:
    """Return whether what is wanted is under way, so that it may be there in a moment."""
    document, current, lens = workbench.document, workbench.current, workbench.lens
    if document.model is None or current is None or current in document.skipped or lens.refused:
        return False
    return bool(lens.message) or workbench.busy


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)
