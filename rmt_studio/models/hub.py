"""Weights from the Hugging Face hub: asked once and briefly whether it is there, then fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import huggingface_hub
import timm
from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError
from timm.models import get_pretrained_cfg

from rmt_studio.errors import InputError
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from torch import nn

PATIENCE = 8.0  # seconds for one answer; left alone, timm asks for most of a minute
_GIVE_A_FILE = "connect to the internet, or give a checkpoint file (--checkpoint FILE)"
_WEIGHTS = (
    "model.safetensors",
    "pytorch_model.bin",
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.bin",
)


def fetch_pretrained(architecture: str) -> nn.Module:
    """Build a timm network with the weights that timm names for it.

    Raises:
        InputError: timm names none, or they could not be fetched.
    """
    registered = get_pretrained_cfg(architecture)
    if registered is None or not registered.has_weights:
        reason = "has no pretrained weights in timm"
        raise InputError(architecture, reason, "give a checkpoint file (--checkpoint FILE)")
    thing = f"weights of {architecture}"
    if registered.hf_hub_id and cached_weights(architecture) is None:
        _require_answer(thing, registered.hf_hub_id)
    try:
        return timm.create_model(architecture, pretrained=True).eval()
    except Exception as error:  # the hub's client, its transport and timm each raise their own
        raise _not_fetched(thing, error) from error


def cached_weights(architecture: str) -> Path | None:
    """Return the file that the hub's cache holds for an architecture, if any."""
    registered = get_pretrained_cfg(architecture)
    if registered is None or not registered.hf_hub_id:
        return None
    names = [registered.hf_hub_filename] if registered.hf_hub_filename else _WEIGHTS
    repository, _, revision = registered.hf_hub_id.partition("@")
    found = (
        huggingface_hub.try_to_load_from_cache(repository, name, revision=revision or None)
        for name in names
    )
    return next((Path(path) for path in found if isinstance(path, str)), None)


def fetch_folder(identifier: str) -> Path:
    """Fetch ``config.json`` and the weights of a hub model; gives the folder that they are in.

    Args:
        identifier: ``owner/name`` or ``owner/name@revision``.

    Raises:
        InputError: the hub does not answer, or has no such model, or it lacks a file.
    """
    repository, _, revision = identifier.partition("@")
    thing = f"hf-hub:{shown(identifier)}"
    _require_answer(thing, repository, revision)
    try:
        config = _fetch(repository, "config.json", revision)
        for name in _WEIGHTS[:2]:
            try:
                _fetch(repository, name, revision)
            except EntryNotFoundError:
                continue
            return Path(config).parent
    except Exception as error:  # as above
        raise _not_fetched(thing, error) from error
    raise InputError(thing, "holds no model.safetensors and no pytorch_model.bin")


def _fetch(repository: str, name: str, revision: str) -> str:
    return huggingface_hub.hf_hub_download(repository, name, revision=revision or None)


def _require_answer(thing: str, repository: str, revision: str = "") -> None:
    """Ask the hub for one small file's address, once."""
    try:
        url = huggingface_hub.hf_hub_url(repository, "config.json", revision=revision or None)
        huggingface_hub.get_hf_file_metadata(url, timeout=PATIENCE)
    except RepositoryNotFoundError as error:
        reason = "is not on the Hugging Face hub, or is private"
        raise InputError(thing, reason, "check the name") from error
    except EntryNotFoundError:
        return
    except Exception as error:  # as above
        raise _not_fetched(thing, error) from error


def _not_fetched(thing: str, error: Exception) -> InputError:
    first_line = next(iter(str(error).splitlines()), "") or type(error).__name__
    return InputError(thing, f"could not be fetched ({shown(first_line, 160)})", _GIVE_A_FILE)
