"""The header of a safetensors file, each of its claims checked against the length of the file.

Source of the rules: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.wording import broken, shown

if TYPE_CHECKING:
    import io
    from pathlib import Path

LONGEST_HEADER = 16 * 2**20
MOST_TENSORS = 40_000
MOST_DIMENSIONS = 16
LONGEST_NAME = 1000
DTYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "U16": torch.uint16,
    "I16": torch.int16,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "U32": torch.uint32,
    "I32": torch.int32,
    "F32": torch.float32,
    "U64": torch.uint64,
    "I64": torch.int64,
    "F64": torch.float64,
}


@dataclass(frozen=True)
class TensorEntry:
    """One tensor of a safetensors header; ``start`` and ``stop`` count from the data's begin."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class Header:
    """A checked safetensors header: tensors in the order of the file, and where the data begin."""

    entries: tuple[TensorEntry, ...]
    metadata: dict[str, str]
    data_start: int


def read_header(path: Path, stream: io.BufferedReader, size: int) -> Header:
    """Read the header of a safetensors file and check each of its claims against the size.

    Raises:
        InputError: the header is too long, no JSON object, names a tensor twice, or the tensors do
            not fill the file without a gap or an overlap.
    """
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if not 2 <= length <= min(size - 8, LONGEST_HEADER):
        raise broken(path, f"claims a header of {length} bytes in a file of {size}")
    content = _parse(path, stream.read(length))
    metadata = content.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise broken(path, "has metadata that are not text")
    if len(content) > MOST_TENSORS:
        raise broken(path, f"names {len(content)} tensors")
    entries = [_entry(path, name, claim) for name, claim in content.items()]
    entries.sort(key=lambda entry: (entry.start, entry.stop))
    _require_full(path, entries, size - 8 - length)
    return Header(tuple(entries), metadata, 8 + length)


def _parse(path: Path, header: bytes) -> dict[str, Any]:
    try:
        content = json.loads(header, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise broken(path, f"has a header that cannot be read ({shown(error)})") from error
    if not isinstance(content, dict):
        raise broken(path, "has a header that is no JSON object")
    return content


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise ValueError("a name stands twice")
    return unique


def _entry(path: Path, name: str, claim: object) -> TensorEntry:
    """Check one tensor's claim on its own: its type, its shape, and the bytes that these need."""
    if not isinstance(claim, dict) or claim.keys() != {"dtype", "shape", "data_offsets"}:
        raise broken(path, f"describes tensor {shown(name)} in a way that makes no sense")
    dtype, shape, offsets = claim["dtype"], claim["shape"], claim["data_offsets"]
    if not name.isprintable():
        raise broken(path, f"names a tensor {shown(name)!r}, with control characters")
    if len(name) > LONGEST_NAME:
        raise broken(path, f"names a tensor {shown(name)}, in {len(name)} letters")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        reason = f"tensor {shown(name)} has the type {shown(dtype)}, which cannot be read"
        raise InputError(path.name, reason, f"convert it to one of {', '.join(DTYPES)}")
    if not (_are_counts(shape) and _are_counts(offsets)) or len(offsets) != 2:
        raise broken(path, f"gives tensor {shown(name)} a shape or place that makes no sense")
    if len(shape) > MOST_DIMENSIONS:
        raise broken(path, f"gives tensor {shown(name)} {len(shape)} dimensions")
    elements, held = math.prod(shape), offsets[1] - offsets[0]
    if elements * DTYPES[dtype].itemsize != held:
        raise broken(path, f"tensor {shown(name)} claims {elements} elements in {held} bytes")
    return TensorEntry(name, dtype, tuple(shape), offsets[0], offsets[1])


def _are_counts(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(v) is int and 0 <= v < 2**63 for v in value)


def _require_full(path: Path, entries: list[TensorEntry], held: int) -> None:
    end = 0
    for entry in entries:
        if entry.start != end:
            fault = "overlaps the one before it" if entry.start < end else "leaves a gap before it"
            raise broken(path, f"tensor {shown(entry.name)} {fault}")
        end = entry.stop
    if end != held:
        reason = f"is cut short: its tensors need {end} bytes and it holds {held}"
        longer = f"holds {held - end} bytes that belong to no tensor"
        raise broken(path, reason if end > held else longer)
