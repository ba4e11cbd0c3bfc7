"""The index of a checkpoint in several files: which tensor is in which of them.

Source: ``huggingface_hub``'s guide on saving sharded checkpoints (``....index.json``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import MEBIBYTE, open_regular
from rmt_studio.models.safetensors_header import MOST_TENSORS
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

INDEX_SUFFIX = ".index.json"
INDEX_NAMES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
LARGEST_INDEX = 16 * MEBIBYTE
MOST_SHARDS = 1000


def shards_of(index: Path) -> dict[Path, set[str]]:
    """Return the files that an index names, each with the names of its tensors.

    Raises:
        InputError: it is no index, too long, or names files outside its own folder.
    """
    with open_regular(index, LARGEST_INDEX) as (stream, _):
        content = _json(index, stream.read())
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict) or not places:
        raise _bad(index, "holds no weight_map")
    if len(places) > MOST_TENSORS:
        raise _bad(index, f"names {len(places)} tensors")
    shards: dict[Path, set[str]] = {}
    for name, place in places.items():
        shards.setdefault(index.parent / _file_name(index, place), set()).add(name)
    if len(shards) > MOST_SHARDS:
        raise _bad(index, f"names {len(shards)} files")
    return shards


def _file_name(index: Path, place: object) -> str:
    """Return a name that can only be of a weights file beside the index."""
    plain = isinstance(place, str) and place.isprintable() and not set(place) & set('/\\:"*?<>|')
    if not plain or not str(place).endswith((".safetensors", ".bin", ".pth", ".pt")):
        raise _bad(index, f"names the file {shown(place)!r}, which is no weights file beside it")
    return str(place)


def _json(index: Path, text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(index, f"is not valid JSON ({shown(error)})") from error


def _bad(index: Path, reason: str) -> InputError:
    return InputError(index.name, reason, "fetch all files of the checkpoint again")
