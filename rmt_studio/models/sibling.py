"""Other weights of a network that is open: another epoch, a fine-tuned or a pruned checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint
from rmt_studio.models.checkpoint import StoredCheckpoint, open_checkpoint
from rmt_studio.models.loading import READ_AT_ONCE
from rmt_studio.models.opened import bare_model, network_of
from rmt_studio.models.stored_model import StoredModel, StoredSource
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    import os

    from rmt_studio.models.loaded_model import LoadedModel


def load_sibling(
    model: LoadedModel, checkpoint: str | os.PathLike[str], *, progress: Progress = no_progress
) -> LoadedModel:
    """Open other weights of the same network, arguments included.

    Args:
        model: the network; it is not changed.
        checkpoint: ``.safetensors`` or a PyTorch state dict.
        progress: called while the file is read; may raise `Cancelled`.

    Raises:
        InputError: missing or broken file, or weights of another network.
    """
    file = Path(checkpoint).expanduser()
    progress(0, 1, f"opening {shown(file.name)}")
    stored = open_checkpoint(file)
    source = StoredSource("checkpoint", str(file), stored)
    if not model.can_run:
        return _bare_sibling(model, stored, source)
    arguments = model.arguments
    blueprint = Blueprint(model.architecture, arguments, dict(model.data_config))
    try:
        other = network_of(blueprint, stored, source, arguments.get("num_classes"))
    except InputError as error:
        next_step = f"choose a checkpoint of the same architecture as {model.title}"
        raise InputError(error.thing, error.reason, next_step) from error
    if other.stored_bytes <= READ_AT_ONCE:
        other.read(progress)
    return other


def _bare_sibling(
    model: LoadedModel, stored: StoredCheckpoint, source: StoredSource
) -> StoredModel:
    """Open other weights of a network of which only the matrices are known."""
    other = bare_model(stored, source)
    if [layer.shape for layer in other.layers] != [layer.shape for layer in model.layers]:
        next_step = f"choose a checkpoint of the same network as {model.title}"
        raise InputError(shown(stored.path.name), "holds other matrices", next_step)
    return other
