"""What an export would write, in words and bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.inspector.figures import count_text, percent_text

if TYPE_CHECKING:
    from rmt_studio.models.exports import Format
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studio.document import Document


def file_bytes(model: LoadedModel) -> int:
    """Return the bytes of all tensors that a dense file holds."""
    tensors = model.layout.state_dict().values()
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


def verdict(model: LoadedModel, text: str, chosen: Format) -> tuple[bool, str]:
    """Return whether a model can be written there, and what to say about it."""
    if not text:
        return False, _tr("Say where the file goes.")
    path = Path(text)
    if chosen.suffix and path.suffix.lower() != chosen.suffix:
        return False, _tr("The name has to end in {0}.").format(chosen.suffix)
    if not path.parent.is_dir():
        return False, _tr("No folder {0}.").format(path.parent)
    if not chosen.suffix:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            return False, _tr("{0} is there already, and a folder is never replaced.").format(path)
        return True, ""
    if path.is_dir():
        return False, _tr("{0} is a folder.").format(path)
    sources = (source for source in (model.source.file, *model.source.files) if source is not None)
    if path.exists() and any(one.exists() and path.samefile(one) for one in sources):
        return False, _tr("The file that the model was opened from is never overwritten.")
    return True, _tr("The file there will be replaced.") if path.exists() else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("export", text)
