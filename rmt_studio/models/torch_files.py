"""What ``torch.save`` wrote, zip or older: where its tensors lie, found without unpickling.

Sources: ``torch/serialization.py`` for the two layouts; PKWARE's APPNOTE, 4.3.7, for the header
that stands before a member of a zip.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import LARGEST_INFLATION, LONGEST_PICKLE, CheckedFile, FileKind
from rmt_studio.models.pickle_data import read_pickle
from rmt_studio.models.pickle_values import ForbiddenName, PickledTensor, PickleError, Storage
from rmt_studio.models.safetensors_header import DTYPES, LONGEST_NAME
from rmt_studio.models.stored import Piece, StoredTensor, WeightsFile
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = 0x1950A86A20F9469CFC6C  # of the layout before the zip
_OLD_TYPES = {
    "Float": torch.float32,
    "Double": torch.float64,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Char": torch.int8,
    "Byte": torch.uint8,
    "Bool": torch.bool,
    "Untyped": torch.uint8,
}
# Where training scripts put the state dict; averaged weights and teachers are what gets evaluated.
_WRAPPERS = (
    *("state_dict_ema", "model_ema", "ema_state_dict", "teacher", "state_dict", "model"),
    *("model_state_dict", "net", "network", "module", "weights"),
)
_DEEPEST_WRAPPER = 3
_READABLE = {
    *DTYPES.values(),
    *(torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu),
}


@dataclass(frozen=True)
class _Place:
    """Where a storage lies."""

    start: int
    bytes: int


def tensors_in(file: CheckedFile, origin: WeightsFile) -> tuple[dict[str, StoredTensor], str]:
    """Return where the tensors of a checkpoint lie, and which entry of it they are.

    Args:
        file: open, and checked by `hostile_files.open_checked`.
        origin: the same, to be read from later.

    Raises:
        InputError: the file asks for code, is broken or cut, holds no tensors, or a tensor claims
            more than the file holds.
    """
    read = _zip if file.kind is FileKind.TORCH_ZIP else _older
    content, places = read(file)
    found, part = _state_dict(file.path, content)
    tensors = {}
    for name, tensor in found.items():
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise InputError(file.path.name, f"names a tensor {shown(name)!r}", "rename it")
        tensors[name] = StoredTensor(name, (_piece(file.path, origin, name, tensor, places),))
    needed = sum(one.numel * one.dtype.itemsize for one in tensors.values())
    if needed > LARGEST_INFLATION * file.size:
        reason = "has tensors that repeat the same bytes over and over"
        raise InputError(file.path.name, reason, "fetch or save it again")
    return tensors, part


# --- the two layouts --------------------------------------------------------------------------


def _zip(file: CheckedFile) -> tuple[object, dict[str, _Place]]:
    with zipfile.ZipFile(file.stream) as archive:
        members = {member.filename: member for member in archive.infolist()}
    folder = next(name for name in members if _leaf(name) == "data.pkl").removesuffix("data.pkl")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
        reason = "is a compressed archive, which torch.save never writes"
        raise InputError(file.path.name, reason, "save it again with torch.save")
    places = {
        name.removeprefix(f"{folder}data/"): _member(file, member)
        for name, member in members.items()
        if name.startswith(f"{folder}data/")
    }
    order = members.get(f"{folder}byteorder")
    if order is not None and not _is_little(file, order):
        reason = "was saved on a machine that orders bytes the other way round"
        raise InputError(file.path.name, reason, "load and save it there as safetensors")
    pickled = _content(file, _member(file, members[f"{folder}data.pkl"]))
    return _plain(file.path, io.BytesIO(pickled)), places


def _is_little(file: CheckedFile, order: zipfile.ZipInfo) -> bool:
    place = _member(file, order)
    return place.bytes == len(b"little") and _content(file, place) == b"little"


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _member(file: CheckedFile, member: zipfile.ZipInfo) -> _Place:
    """Find where the bytes of a member begin, behind a header of its own."""
    there = 0 <= member.header_offset < file.size
    file.stream.seek(member.header_offset if there else file.size)
    header = file.stream.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise _broken(file.path, f"member {shown(member.filename)} is not where it should be")
    name, extra = struct.unpack("<26xHH", header)
    start = member.header_offset + 30 + name + extra
    if start + member.file_size > file.size:
        raise _broken(file.path, f"member {shown(member.filename)} is cut short")
    return _Place(start, member.file_size)


def _content(file: CheckedFile, place: _Place) -> bytes:
    file.stream.seek(place.start)
    return file.stream.read(place.bytes)


def _older(file: CheckedFile) -> tuple[object, dict[str, _Place]]:
    """Read the layout before the zip: five pickles, then each storage behind its length."""
    stream = io.BytesIO(file.stream.read(LONGEST_PICKLE))
    magic, protocol, system = (_plain(file.path, stream) for _ in range(3))
    if type(magic) is not int or magic != _MAGIC or protocol != 1001:
        raise _broken(file.path, "no magic number")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise _broken(file.path, "bytes ordered the other way round")
    seen: dict[str, Storage] = {}
    content = _plain(file.path, stream, seen)
    keys = _plain(file.path, stream)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _broken(file.path, "no list of storages")
    places, end = {}, stream.tell()
    for key in keys:
        if key not in seen:
            raise _broken(file.path, f"storage {shown(key)} is not described")
        file.stream.seek(end)
        held = int.from_bytes(file.stream.read(8), "little")
        if held != seen[key].elements:
            raise _broken(file.path, f"storage {shown(key)} holds {held} elements")
        places[key] = _Place(end + 8, held * _dtype(file.path, seen[key].type_name).itemsize)
        end = places[key].start + places[key].bytes
        if end > file.size:
            raise _broken(file.path, "it is cut short")
    return content, places


def _plain(path: Path, stream: io.BytesIO, seen: dict[str, Storage] | None = None) -> object:
    try:
        return read_pickle(stream, {} if seen is None else seen)
    except ForbiddenName as error:
        reason = f"asks for {shown(error)}, which no weights need, so it stays closed"
        next_step = "ask for a .safetensors file or a plain state dict"
        raise InputError(path.name, reason, next_step) from error
    except PickleError as error:
        raise _broken(path, str(error)) from error


def _broken(path: Path, fault: str) -> InputError:
    reason = f"is a broken PyTorch checkpoint, or none ({fault})"
    return InputError(path.name, reason, "fetch or save it again")


# --- which of its tensors, and where ----------------------------------------------------------


def _state_dict(path: Path, content: object) -> tuple[dict[str, PickledTensor], str]:
    """Find the state dict in what was read; gives it with the name of the part it was in."""
    found = _search(content, 0)
    if found is None:
        kind = getattr(content, "kind", type(content).__name__)
        reason = f"holds no state dict (its content is a {shown(kind)})"
        raise InputError(path.name, reason, "save module.state_dict() with torch.save")
    return found


def _search(content: object, depth: int) -> tuple[dict[str, PickledTensor], str] | None:
    if not isinstance(content, dict) or depth > _DEEPEST_WRAPPER:
        return None
    for part in _WRAPPERS:
        inner = _search(content.get(part), depth + 1)
        if inner is not None:
            return inner[0], f"{part}.{inner[1]}".removesuffix(".")
    tensors = {
        key: value
        for key, value in content.items()
        if isinstance(key, str) and isinstance(value, PickledTensor)
    }
    return (tensors, "") if tensors else None


def _piece(
    path: Path, origin: WeightsFile, name: str, tensor: PickledTensor, places: dict[str, _Place]
) -> Piece:
    """Check one tensor's claims against its storage, and those of the storage against the file."""
    if tensor.fault or tensor.storage is None:
        reason = f"tensor {shown(name)} is {tensor.fault}, not a plain array"
        raise InputError(path.name, reason, "save it as a dense tensor")
    storage = tensor.storage
    place = places.get(storage.key)
    own = _dtype(path, storage.type_name)
    if place is None or storage.elements * own.itemsize != place.bytes:
        raise _broken(path, f"storage {shown(storage.key)} is not as long as it claims")
    dtype = _dtype(path, tensor.type_name) if tensor.type_name else own
    held = place.bytes // dtype.itemsize
    elements = 1
    for length in tensor.shape:
        elements *= length
    last = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
    if elements and (elements > held or tensor.offset + last >= held):
        reason = f"tensor {shown(name)} claims {shown(elements)} elements in {place.bytes} bytes"
        raise InputError(path.name, reason, "fetch or save it again")
    start = place.start + tensor.offset * dtype.itemsize
    strides = None if _contiguous(tensor) else tensor.strides
    return Piece(origin, start, dtype, tensor.shape, strides)


def _contiguous(tensor: PickledTensor) -> bool:
    step = 1
    for length, stride in zip(reversed(tensor.shape), reversed(tensor.strides), strict=True):
        if length > 1 and stride != step:
            return False
        step *= length
    return True


def _dtype(path: Path, type_name: str) -> torch.dtype:
    leaf = type_name.removesuffix("Storage").rpartition(".")[2]
    found: Any = _OLD_TYPES.get(leaf) or getattr(torch, leaf, None)
    if found not in _READABLE:
        reason = f"holds numbers of the type {shown(leaf)}, which cannot be read"
        raise InputError(path.name, reason, "convert them to float32")
    return found
