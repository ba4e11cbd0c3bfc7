"""Open a model: timm's own weights, a checkpoint, a folder, a hub id, or the embedded demo.

A load is staged. The file is checked, read, and compared with the architecture before the network
is built around it, and nothing outside is touched until the whole is there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from timm.data.config import resolve_model_data_config
from timm.models import is_model

from rmt_studio.assets import resource
from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint, blueprint_of_folder, blueprint_of_metadata
from rmt_studio.models.building import assemble, classes_in, require_architecture
from rmt_studio.models.checkpoint import Checkpoint, finite, read_checkpoint, sha256_of
from rmt_studio.models.hub import cached_weights, fetch_folder, fetch_pretrained
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LoadedModel", "Source", "load_model"]

_HUB = ("hf-hub:", "hf_hub:")
_SUFFIXES = (".safetensors", ".bin", ".pth", ".pt", ".ckpt")
_READ, _BUILT, _WHOLE = 70, 95, 100  # shares of the way, in percent


def load_model(
    name: str | Path,
    *,
    checkpoint: Path | str | None = None,
    num_classes: int | None = None,
    progress: Progress = no_progress,
) -> LoadedModel:
    """Open a model.

    Args:
        name: a timm architecture (``"deit_tiny_patch16_224"``), ``"demo"``, a folder with
            ``config.json`` and weights, or ``"hf-hub:owner/name"``.
        checkpoint: weights to use in place of the pretrained ones, or of the folder's own:
            ``.safetensors``, or a PyTorch state dict (``.pth``, ``.pt``, ``.bin``, ``.ckpt``).
        num_classes: rows of the classifier; by default what the weights have. Other weights than
            that are refused.
        progress: called between the steps, in percent; may raise `Cancelled`.

    Raises:
        InputError: unknown name, missing or broken file, weights that do not fit or are not
            finite, or a hub that does not answer.
    """
    name = os.fspath(name)
    folder = _folder(name)
    if folder is None:
        require_architecture(name)
    if folder is None and checkpoint is None:
        return _pretrained(name, num_classes, progress)
    blueprint = blueprint_of_folder(folder) if folder else Blueprint(name)
    file = _weights_in(folder) if folder and checkpoint is None else _expanded(checkpoint or "")
    read = read_checkpoint(file, _share(progress))
    blueprint = blueprint if folder else _as_exported(blueprint, read)
    require_architecture(blueprint.architecture)
    progress(_READ, _WHOLE, f"building {blueprint.architecture}")
    blueprint = _fitted(blueprint, read, num_classes)
    module = assemble(blueprint, read.tensors, shown(file.name))
    source = Source(
        kind="checkpoint" if checkpoint is not None else _kind(name),
        location=name if checkpoint is None else str(file),
        sha256=read.sha256,
        file=file,
    )
    progress(_BUILT, _WHOLE, "listing its layers")
    model = _loaded(module, blueprint, source, read.part)
    progress(_WHOLE, _WHOLE, "")
    return model


def _folder(name: str) -> Path | None:
    """Return the folder that a name stands for; None where it is to be an architecture."""
    if name == "demo":
        return _demo()
    if name.startswith(_HUB):
        return fetch_folder(name.partition(":")[2])
    if not name or is_model(name):
        return None
    path = _expanded(name.removeprefix("local-dir:"))
    if os.path.isdir(path):
        return path
    if os.path.exists(path):
        next_step = f"name its architecture as well: ARCHITECTURE --checkpoint {path}"
        raise InputError(path, "is a file, and a file does not say what network it is", next_step)
    if path.suffix in _SUFFIXES or os.sep in name or name.startswith("local-dir:"):
        raise InputError(path, "no such file or folder", "check the path")
    return None


def _expanded(path: Path | str) -> Path:
    return Path(os.path.expanduser(path))


def _demo() -> Path:
    try:
        return resource("demo", "config.json").parent
    except FileNotFoundError as error:
        raise InputError("demo", str(error)) from error


def _kind(name: str) -> Literal["pretrained", "folder", "demo"]:
    if name == "demo":
        return "demo"
    return "pretrained" if name.startswith(_HUB) else "folder"


def _weights_in(folder: Path) -> Path:
    """Choose the weights file of a folder: the usual names first, else the only one there is."""
    usual = [folder / name for name in ("model.safetensors", "pytorch_model.bin")]
    there = [path for path in usual if path.exists()][:1] or sorted(
        path for path in folder.iterdir() if path.suffix in _SUFFIXES
    )
    if len(there) == 1:
        return there[0]
    if (folder / "model.safetensors.index.json").exists():
        raise InputError(folder, "holds weights in several shards", "merge them into one file")
    found = ", ".join(shown(path.name) for path in there[:3]) or "none"
    reason = f"should hold one weights file, model.safetensors, and holds {found}"
    raise InputError(folder, reason, "give the checkpoint file as well (--checkpoint FILE)")


def _as_exported(blueprint: Blueprint, read: Checkpoint) -> Blueprint:
    """Take over what one of our exports says of its own arguments, if it is the same network."""
    own = blueprint_of_metadata(read.path, read.metadata)
    same = own and own.architecture.partition(".")[0] == blueprint.architecture.partition(".")[0]
    return own if own and same else blueprint


def _fitted(blueprint: Blueprint, read: Checkpoint, num_classes: int | None) -> Blueprint:
    """Set the size of the classifier: the one asked for, else the one in the file."""
    shapes = {name: tuple(tensor.shape) for name, tensor in read.tensors.items()}
    found = classes_in(blueprint.architecture, shapes)
    return blueprint.with_arguments(num_classes=found if num_classes is None else num_classes)


def _pretrained(name: str, num_classes: int | None, progress: Progress) -> LoadedModel:
    """Open a network with the weights that timm names for it."""
    progress(0, _WHOLE, f"fetching the weights of {name}")
    module = fetch_pretrained(name)
    progress(_READ, _WHOLE, "checking the weights")
    for key, tensor in module.state_dict().items():
        finite(f"weights of {name}", key, tensor)
    classes = getattr(module, "num_classes", None)
    if num_classes not in (None, classes):
        reason = f"tell {classes} classes apart and not {num_classes}"
        raise InputError(f"weights of {name}", reason, "leave the number of classes out")
    file = cached_weights(name)
    source = Source("pretrained", name, sha256_of(file) if file else None, file)
    model = _loaded(module, Blueprint(name).with_arguments(num_classes=classes), source)
    progress(_WHOLE, _WHOLE, "")
    return model


def _loaded(module: nn.Module, blueprint: Blueprint, source: Source, part: str = "") -> LoadedModel:
    data_config = resolve_model_data_config(module)
    provenance = {
        "architecture": blueprint.architecture,
        "model_args": json.dumps(blueprint.arguments, sort_keys=True),
        "data_config": json.dumps(data_config, sort_keys=True),
        "source": f"{source.kind}:{Path(source.location).name}",
        "source_sha256": source.sha256 or "",
    }
    if part:
        provenance["source_part"] = part
    layers = matrices_of(module)
    return LoadedModel(module, blueprint.architecture, source, layers, data_config, provenance)


def _share(progress: Progress) -> Progress:
    """Return a callback for the reading of a file, which is the first share of the whole way."""

    def report(done: int, total: int, note: str = "") -> None:
        progress(_READ * done // max(total, 1), _WHOLE, note)

    return report
