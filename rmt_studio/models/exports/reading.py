"""Open what `export` wrote: `load_pruned`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from timm.data.config import resolve_model_data_config

from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint, blueprint_of_metadata
from rmt_studio.models.building import create, require_architecture, require_fit
from rmt_studio.models.checkpoint import open_checkpoint, read_checkpoint
from rmt_studio.models.exports import factored, planes
from rmt_studio.models.exports.compressed import LAYOUT
from rmt_studio.models.exports.dense import DENSE, FOLDER, WEIGHTS
from rmt_studio.models.exports.ranks import Part
from rmt_studio.models.exports.sparse_layout import expanded
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import UNKNOWN, LoadedModel, Source
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

_SUFFIX = ".safetensors"
_FORMAT = "rmt_studio_format"
_WIDEST = 8  # bytes of an int64, the widest number that a part of a sparse tensor holds
_OF_THE_FILE = {"format", _FORMAT, "dtype", planes.KEY, factored.KEY, LAYOUT}


def load_pruned(path: Path | str, *, progress: Progress = no_progress) -> LoadedModel:
    """Open an export: dense, compressed, factored or 2:4 safetensors, or a folder.

    A factored model comes back with its two layers in place of one, so that it runs as fast as it
    was made to be; the others come back dense. The recipe, the source's hash and the accuracy that
    the file carries are in ``provenance``.

    Args:
        path: a ``.safetensors`` file or a Hugging Face folder that `rmt_studio.export` wrote.
        progress: called while tensors are read; may raise `Cancelled`.

    Raises:
        InputError: the file is missing, broken, or not one of ours.
    """
    file = Path(path).expanduser()
    file = file / WEIGHTS if file.is_dir() else file
    read = read_checkpoint(file, progress)
    blueprint = blueprint_of_metadata(file, read.metadata)
    if blueprint is None:
        reason = "does not say what network it is, so rmt studio has not written it"
        raise InputError(file.name, reason, "open it with load_model and name its architecture")
    require_architecture(blueprint.architecture)
    module = _module(blueprint, read.tensors, read.metadata, file.name)
    provenance = {key: text for key, text in read.metadata.items() if key not in _OF_THE_FILE}
    return LoadedModel(
        module,
        blueprint.architecture,
        Source("checkpoint", str(file), read.sha256, file),
        matrices_of(module),
        resolve_model_data_config(module),
        provenance,
    )


def is_export(path: Path | str) -> bool:
    """Return whether there is a file or folder that `load_pruned` opens; reads its header alone.

    Raises:
        InputError: it is a broken file.
    """
    return bool(_format_of(path))


def is_packed(path: Path | str) -> bool:
    """Return whether there is an export whose tensors are not those of the network one by one.

    Raises:
        InputError: it is a broken file.
    """
    return _format_of(path) not in ("", DENSE.key, FOLDER.key)


def _format_of(path: Path | str) -> str:
    file = Path(path).expanduser()
    file = file / WEIGHTS if file.is_dir() else file
    if file.suffix != _SUFFIX or not file.is_file():
        return ""
    told = open_checkpoint(file).metadata
    return "" if told.get("architecture") == UNKNOWN else told.get(_FORMAT, "")


def _module(
    blueprint: Blueprint, tensors: dict[str, Tensor], metadata: Mapping[str, str], name: str
) -> nn.Module:
    """Build the network that a file describes around its tensors; compared before it is built."""
    with torch.device("meta"):
        layout = create(blueprint)
    plan = _plan(metadata, name)
    _replace(layout, plan, name)
    sizes = [tensor.numel() for tensor in layout.state_dict().values()]
    if metadata.get(planes.KEY):
        most = 2 * _WIDEST * sum(sizes)
        tensors = planes.unpack(tensors, metadata[planes.KEY], name, most)
    if metadata.get(LAYOUT):
        tensors = expanded(tensors, name, max(sizes, default=0))
    tensors = {key: _as_float32(name, key, tensor) for key, tensor in tensors.items()}
    require_fit(blueprint.architecture, layout.state_dict(), tensors, name)
    with torch.random.fork_rng(devices=[]):
        module = create(blueprint)
    _replace(module, plan, name)
    module.load_state_dict(tensors, strict=True)
    return module.eval()


def _plan(metadata: Mapping[str, str], name: str) -> dict[str, list[Part]]:
    try:
        listed = json.loads(metadata.get(factored.KEY) or "{}")
        plan = {
            module: [Part(int(rows), int(rank)) for rows, rank in parts]
            for module, parts in listed.items()
        }
        if any(
            part.rows < 1 or not 0 <= part.rank <= part.rows for p in plan.values() for part in p
        ):
            raise ValueError("ranks up to the rows")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = f"says of its factors what cannot be ({shown(error)})"
        raise InputError(name, reason, "fetch or export it again") from error
    return plan


def _replace(module: nn.Module, plan: Mapping[str, list[Part]], name: str) -> None:
    try:
        factored.replace_layers(module, plan)
    except (ValueError, AttributeError) as error:
        reason = f"has factors for {shown(error)}, which is no such layer"
        raise InputError(name, reason, "fetch or export it again") from error


def _as_float32(origin: str, name: str, tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    if not tensor.isfinite().all():
        reason = f"tensor {shown(name)} holds values that are not finite"
        raise InputError(origin, reason, "fetch or export it again")
    return tensor.float()
