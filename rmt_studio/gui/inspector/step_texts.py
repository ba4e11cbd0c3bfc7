"""The steps of a rule in words, where no fields show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.inspector.figures import percent_text

if TYPE_CHECKING:
    from rmt_studio.pruning import LayerRule, Step

_NAMES = {
    "singular_value_cut": "cut singular values",
    "singular_vector_sparsification": "sparsify singular vectors",
    "singular_vector_null_test": "zero what noise explains in singular vectors",
    "singular_value_denoising": "denoise singular values",
    "entry_threshold": "zero small entries",
    "entry_mask": "mask entries by score",
    "low_rank": "keep a low rank",
}


def rule_text(rule: LayerRule) -> str:
    """Return the steps in their order, such as ``Cut singular values, then zero small entries``."""
    then = QCoreApplication.translate("step_texts", ", then ")
    text = then.join(_step_text(step) for step in rule.steps)
    return text[:1].upper() + text[1:]


def _step_text(step: Step) -> str:
    name = QCoreApplication.translate(
        "step_texts", _NAMES.get(step.kind, step.kind.replace("_", " "))
    )
    share = getattr(step, "share", None)
    return name if share is None else f"{name} ({percent_text(share)})"
