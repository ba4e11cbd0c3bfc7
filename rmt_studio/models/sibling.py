"""Other weights of a network that is open: another epoch, a fine-tuned or a pruned checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint
from rmt_studio.models.building import assemble
from rmt_studio.models.checkpoint import read_checkpoint
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    import os


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
    read = read_checkpoint(file, progress)
    arguments = json.loads(model.provenance.get("model_args", "{}"))
    blueprint = Blueprint(model.architecture, arguments, dict(model.data_config))
    try:
        module = assemble(blueprint, read.tensors, shown(file.name))
    except InputError as error:
        next_step = f"choose a checkpoint of the same architecture as {model.title}"
        raise InputError(error.thing, error.reason, next_step) from error
    source = Source("checkpoint", str(file), read.sha256, file)
    layers = matrices_of(module)
    return LoadedModel(module, model.architecture, source, layers, dict(model.data_config))
