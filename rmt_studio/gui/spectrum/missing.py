"""Why an overlay that is wanted is not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.spectrum.captions import shortened

if TYPE_CHECKING:
    from rmt_studio.gui.lens import Lens


def missing_null(lens: Lens) -> tuple[str, str]:
    """Return why a null that is wanted is not there, long and short; empty where none is wanted."""
    if lens.null_kind is None or lens.null is not None:
        return "", ""
    refusal = lens.null_refusal(lens.null_kind)
    if refusal:
        return _tr("no null: {reason}").format(reason=refusal), _tr("no such null")
    return _tr("the null is being computed…"), _tr("null: computing…")


def missing_counterpart(lens: Lens) -> tuple[str, str]:
    """Return why the other model's spectrum is not there, long and short; empty where it is."""
    if lens.compared_kind == "none" or lens.compared is not None:
        return "", ""
    if lens.awaits_pruning:
        return _tr("pruned: not made yet, press Prune"), _tr("pruned: press Prune")
    label = shortened(lens.compared_label)
    refusal = lens.compared_refusal
    if refusal:
        return f"{label}: {refusal}", _tr("{label}: no spectrum").format(label=label)
    return _tr("the comparison is being computed…"), _tr("comparing…")


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpectrumView", text)
