"""Open a model: timm's own weights, a checkpoint, a folder, a hub id, or the embedded demo.

A load is staged. The file is checked and compared with the architecture before anything is read of
its tensors, and nothing outside is touched until the whole is there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from timm.data.config import resolve_model_data_config
from timm.models import is_model

from rmt_studio.assets import resource
from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint, blueprint_of_folder, blueprint_of_metadata
from rmt_studio.models.building import require_architecture
from rmt_studio.models.checkpoint import SUFFIXES, StoredCheckpoint, open_checkpoint, sha256_of
from rmt_studio.models.exports.reading import is_packed, load_pruned
from rmt_studio.models.guess import required_guess
from rmt_studio.models.hub import cached_weights, fetch_folder, fetch_pretrained
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import UNKNOWN, LoadedModel, Source
from rmt_studio.models.opened import BARE, GUESS, bare_model, network_of, provenance, unnamed
from rmt_studio.models.shards import INDEX_NAMES
from rmt_studio.models.stored import finite
from rmt_studio.models.stored_model import StoredModel, StoredSource
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

__all__ = ["LoadedModel", "Source", "load_model"]

READ_AT_ONCE = 128 * 2**20  # bytes: read and checked in some tenths of a second
_HUB = ("hf-hub:", "hf_hub:")
_LAID_OUT, _WHOLE = 10, 100  # shares of the way, in percent


def load_model(
    name: str | Path,
    *,
    checkpoint: Path | str | None = None,
    num_classes: int | None = None,
    progress: Progress = no_progress,
) -> LoadedModel:
    """Open a model.

    A checkpoint of up to ``READ_AT_ONCE`` bytes is read and checked whole. Of a larger one only the
    header is read; tensors follow when they are asked for, see `StoredModel`.

    Args:
        name: a timm architecture (``"deit_tiny_patch16_224"``), ``"demo"``, a folder with
            ``config.json`` and weights, ``"hf-hub:owner/name"``, a file that says itself what
            network it is, or with a checkpoint ``"guess"`` for the architecture that its shapes
            suggest and ``"bare"`` for its matrices alone.
        checkpoint: weights to use in place of the pretrained ones, or of the folder's own; see
            `open_checkpoint` for the kinds.
        num_classes: rows of the classifier; by default what the weights have. Other weights than
            that are refused.
        progress: called between the steps, in percent; may raise `Cancelled`.

    Raises:
        InputError: unknown name, missing or broken file, weights that do not fit or are not
            finite, or a hub that does not answer.
    """
    name = os.fspath(name)
    progress(0, _WHOLE, "opening")
    file = _expanded(checkpoint) if checkpoint is not None else None
    packed = file or _single_file(name)
    if packed is not None and is_packed(packed):
        return _unpacked(name, packed, progress)
    if file is None and (alone := _single_file(name)) is not None:
        return _ready(_alone(alone, num_classes), progress)
    if name in (GUESS, BARE):
        if file is None:
            raise InputError(name, "needs a checkpoint", f"{name} --checkpoint FILE")
        stored = open_checkpoint(file)
        source = StoredSource("checkpoint", str(file), stored)
        if name == BARE or stored.from_onnx:
            return _ready(bare_model(stored, source), progress)
        guessed = required_guess(stored).blueprint
        return _ready(network_of(guessed, stored, source, num_classes), progress)
    folder = _folder(name)
    if folder is None:
        require_architecture(name)
        if file is None:
            return _pretrained(name, num_classes, progress)
    blueprint = blueprint_of_folder(folder) if folder else Blueprint(name)
    stored = open_checkpoint(file or weights_in(folder or Path()))
    blueprint = blueprint if folder else _as_exported(blueprint, stored)
    kind = "checkpoint" if file else _kind(name)
    source = StoredSource(kind, str(file) if file else name, stored)
    return _ready(network_of(blueprint, stored, source, num_classes), progress)


def _unpacked(name: str, file: Path, progress: Progress) -> LoadedModel:
    """Open a compressed, factored or 2:4 export, if it is of the architecture that was named.

    Raises:
        InputError: it is of another one, or broken.
    """
    model = load_pruned(file, progress=progress)
    own = model.architecture.partition(".")[0]
    if is_model(name) and name.partition(".")[0] != own:
        raise InputError(file.name, f"is an export of {own} and not of {name}", f"name it {own}")
    return model


def _single_file(name: str) -> Path | None:
    """Return the checkpoint that a name stands for; None where it is no file."""
    path = _expanded(name)
    known = name in ("", "demo", GUESS, BARE) or name.startswith(_HUB) or is_model(name)
    return None if known or os.path.isdir(path) or not os.path.exists(path) else path


def _alone(file: Path, num_classes: int | None) -> StoredModel:
    """Open a file that says what network it is, or whose network does not matter.

    Raises:
        InputError: it does not say; names what its shapes suggest and how to take that.
    """
    stored = open_checkpoint(file)
    source = StoredSource("checkpoint", str(file), stored)
    if stored.from_onnx:
        return bare_model(stored, source)
    own = blueprint_of_metadata(file, stored.metadata)
    if own is None:
        raise unnamed(stored)
    if own.architecture == UNKNOWN:
        return bare_model(stored, source)
    return network_of(own, stored, source, num_classes)


def _ready(model: StoredModel, progress: Progress) -> StoredModel:
    """Read a small checkpoint whole, so that what is wrong with it is said before it is open."""
    progress(_LAID_OUT, _WHOLE, "listed its layers")
    if model.stored_bytes <= READ_AT_ONCE:
        model.read(_share(progress))
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
    if name.endswith(SUFFIXES) or os.sep in name or name.startswith("local-dir:"):
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


def weights_in(folder: Path) -> Path:
    """Choose the weights file of a folder: the usual names first, else the only one there is."""
    single = ("model.safetensors", "pytorch_model.bin")
    usual = [folder / name for name in (single[0], INDEX_NAMES[0], single[1], INDEX_NAMES[1])]
    there = [path for path in usual if os.path.exists(path)][:1] or _weights_among(folder)
    if len(there) == 1:
        return there[0]
    found = ", ".join(shown(path.name) for path in there[:3]) or "none"
    reason = f"should hold one weights file, model.safetensors, and holds {found}"
    raise InputError(folder, reason, "give the checkpoint file as well (--checkpoint FILE)")


def _weights_among(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES))
    except OSError as error:
        raise InputError(folder, f"cannot be listed ({error.strerror})") from error


def _as_exported(blueprint: Blueprint, stored: StoredCheckpoint) -> Blueprint:
    """Take over what one of our exports says of its own arguments, if it is the same network."""
    own = blueprint_of_metadata(stored.path, stored.metadata)
    same = own and own.architecture.partition(".")[0] == blueprint.architecture.partition(".")[0]
    return own if own and same else blueprint


def _pretrained(name: str, num_classes: int | None, progress: Progress) -> LoadedModel:
    """Open a network with the weights that timm names for it."""
    progress(0, _WHOLE, f"fetching the weights of {name}")
    module = fetch_pretrained(name)
    progress(_LAID_OUT, _WHOLE, "checking the weights")
    for key, tensor in module.state_dict().items():
        finite(f"weights of {name}", key, tensor)
    classes = getattr(module, "num_classes", None)
    if num_classes not in (None, classes):
        reason = f"tell {classes} classes apart and not {num_classes}"
        raise InputError(f"weights of {name}", reason, "leave the number of classes out")
    file = cached_weights(name)
    source = Source("pretrained", name, sha256_of(file) if file else None, file)
    blueprint = Blueprint(name).with_arguments(num_classes=classes)
    data_config = resolve_model_data_config(module)
    told = {**provenance(blueprint, data_config, source), "source_sha256": source.sha256 or ""}
    progress(_WHOLE, _WHOLE, "")
    return LoadedModel(module, name, source, matrices_of(module), data_config, told)


def _share(progress: Progress) -> Progress:
    """Return a callback for the reading of a file, which follows the laying out."""

    def report(done: int, total: int, note: str = "") -> None:
        progress(_LAID_OUT + (_WHOLE - _LAID_OUT) * done // max(total, 1), _WHOLE, note)

    return report
