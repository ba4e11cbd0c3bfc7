"""Why there is nothing to see, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench


def why_empty(workbench: Workbench) -> str:
    """Return one sentence for the middle of the empty card."""
    document, current = workbench.document, workbench.current
    if document.model is None:
        return _tr("Open a model to see the spectra of its weight matrices.")
    if current is not None and current in document.skipped:
        return _tr(
            "{name} holds nothing but zeros and has no spectrum. Choose another layer in the table."
        ).format(name=current)
    if current is None and workbench.busy and not document.analyzed:
        return _tr("The spectra are being computed…")
    if current is None:
        return _tr("Choose a layer in the table to see its spectrum.")
    if workbench.lens.refused:
        return _tr("{reason}\nChoose another view of the layer above.").format(
            reason=workbench.lens.message
        )
    if workbench.lens.message:
        return workbench.lens.message
    if workbench.busy:
        text = _tr("The spectrum of {name} is being computed…")
    else:
        text = _tr("The spectrum of {name} has not been computed. Choose Analyse to compute it.")
    return text.format(name=current)


def message_label() -> QLabel:
    """Return the label in the middle of the card that says why there is nothing."""
    label = QLabel()
    label.setObjectName("spectrum_message")
    label.setProperty("muted", True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    return label


def is_awaited(workbench: Workbench) -> bool:
    """Return whether what is wanted is under way, so that it may be there in a moment."""
    document, current, lens = workbench.document, workbench.current, workbench.lens
    if document.model is None or current is None or current in document.skipped or lens.refused:
        return False
    return bool(lens.message) or workbench.busy


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)
