"""What an export would write, in words and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.inspector.figures import count_text, percent_text

if TYPE_CHECKING:
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document


def file_bytes(model: LoadedModel) -> int:
    """Return the bytes of all tensors that a dense file holds."""
    tensors = model.module.state_dict().values()
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def describe(document: Document) -> list[str]:
    """Return a heading and one line on what would be exported now."""
    model, pruned = document.model, document.pruned
    if model is None:
        return [_tr("Nothing to export yet"), _tr("Open a model first.")]
    count = count_text(model.parameter_count)
    if pruned is not None:
        kept = count_text(pruned.parameters_kept)
        shares = percent_text(pruned.sparsity), percent_text(pruned.block_sparsity)
        text = _tr("{0} of {1} parameters kept: {2} less of all, {3} less in the blocks.")
        name = pruned.recipe.name or _tr("your rules")
        title = _tr("{0}, pruned by {1}").format(model.title, name)
        return [title, text.format(kept, count, *shares)]
    title = _tr("{0}, the dense model").format(model.title)
    if document.recipe.rules:
        return [title, _tr("The rules have not been applied. Prune first to export their result.")]
    return [title, _tr("All {0} parameters as they are; no layer has a rule.").format(count)]


def _tr(text: str) -> str:
    return QCoreApplication.translate("export", text)
