"""Read the tensors of a weights file into memory: safetensors, or a PyTorch state dict.

The file is copied, never mapped: a file that another program cuts short while it is open must not
end this one.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import (
    LARGEST_INFLATION,
    CheckedFile,
    FileKind,
    open_checked,
    open_regular,
)
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from pathlib import Path

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
# Where training scripts put the state dict; the averaged weights are those that get evaluated.
_WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "model.")


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of one weights file, by name, floating ones as float32, all of them finite.

    Attributes:
        path: the file.
        tensors: name to tensor; each owns its memory.
        sha256: of the whole file.
        metadata: text that a safetensors file carries beside its tensors.
        part: which entry of a training checkpoint the tensors are, such as ``"model_ema"``.
    """

    path: Path
    tensors: dict[str, Tensor]
    sha256: str
    metadata: dict[str, str] = field(default_factory=dict)
    part: str = ""


def read_checkpoint(path: Path, progress: Progress = no_progress) -> Checkpoint:
    """Read a weights file after the checks of `hostile_files`.

    Args:
        path: ``.safetensors``, or what ``torch.save`` made of a state dict or of a dictionary that
            holds one as ``model``, ``state_dict``, ``model_ema`` or ``state_dict_ema``.
        progress: called while tensors are read, in bytes; may raise `Cancelled`.

    Raises:
        InputError: the file fails a check, would run code, holds no tensors, or holds values that
            are not finite.
    """
    with open_checked(path) as file:
        read = _read_safetensors if file.kind is FileKind.SAFETENSORS else _read_pickle
        checkpoint = read(file, progress)
    for name in checkpoint.tensors:
        progress(file.size, file.size, f"checking {shown(name)}")
        checkpoint.tensors[name] = finite(path.name, name, checkpoint.tensors[name])
    return checkpoint


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a regular file, in hexadecimal."""
    with open_regular(path) as (stream, _):
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_safetensors(file: CheckedFile, progress: Progress) -> Checkpoint:
    """Read each tensor from its place, hashing the very bytes that are kept."""
    if file.header is None or not file.header.entries:
        raise InputError(file.path.name, "holds no tensors", "give a file with weights")
    digest = hashlib.sha256(file.stream.read(file.header.data_start))
    tensors = {}
    for entry in file.header.entries:
        progress(entry.start, file.size, f"reading {shown(file.path.name)}")
        held = bytearray(entry.stop - entry.start)
        if file.stream.readinto(held) != len(held):
            raise InputError(file.path.name, "became shorter while it was read", "open it again")
        digest.update(held)
        tensors[entry.name] = _array(held, DTYPES[entry.dtype]).reshape(entry.shape)
    return Checkpoint(file.path, _without_prefix(tensors), digest.hexdigest(), file.header.metadata)


def _array(held: bytearray, dtype: torch.dtype) -> Tensor:
    """Return the bytes as a flat tensor over the same memory."""
    return torch.frombuffer(held, dtype=dtype) if held else torch.empty(0, dtype=dtype)


def _read_pickle(file: CheckedFile, progress: Progress) -> Checkpoint:
    progress(0, file.size, f"reading {shown(file.path.name)}")
    sha256 = hashlib.file_digest(file.stream, "sha256").hexdigest()
    progress(file.size // 4, file.size, f"reading {shown(file.path.name)}")
    file.stream.seek(0)
    tensors, part = _state_dict(file.path, _unpickle(file))
    for name, tensor in tensors.items():
        _require_plain(file, name, tensor)
    if sum(map(_bytes_of, tensors.values())) > LARGEST_INFLATION * file.size:
        reason = "has tensors that repeat the same bytes over and over"
        raise InputError(file.path.name, reason, "fetch or save it again")
    return Checkpoint(file.path, _without_prefix(tensors), sha256, part=part)


def _unpickle(file: CheckedFile) -> object:
    """Let torch read a pickle, with its allow-list on whatever the environment says."""
    try:
        with warnings.catch_warnings(), _options_allowed():
            warnings.simplefilter("ignore")
            return torch.load(file.stream, map_location="cpu", weights_only=True)
    except Exception as error:  # a stranger's bytes can make the unpickler fail in any way
        wanted = re.search(r"GLOBAL (\S+)", str(error))
        if wanted:
            reason = f"asks for {shown(wanted[1])}, which no weights need, so it stays closed"
            next_step = "ask for a .safetensors file or a plain state dict"
            raise InputError(file.path.name, reason, next_step) from error
        reason = "is a broken PyTorch checkpoint, or none"
        raise InputError(file.path.name, reason, "fetch or save it again") from error


def _options_allowed() -> torch.serialization.safe_globals:
    """Let the options of a training run pass, which its script stores beside the weights."""
    return torch.serialization.safe_globals([argparse.Namespace])


def _state_dict(path: Path, loaded: object) -> tuple[dict[str, Tensor], str]:
    """Find the state dict in what was loaded; gives it with the name of the part it was in."""
    if isinstance(loaded, dict):
        inside = [(loaded, ""), *((loaded.get(part), part) for part in _WRAPPERS)]
        for candidate, part in inside:
            tensors = _tensors(candidate)
            if tensors:
                return tensors, part
    reason = f"holds no state dict (its content is a {shown(type(loaded).__name__)})"
    raise InputError(path.name, reason, "save module.state_dict() with torch.save")


def _tensors(candidate: object) -> dict[str, Tensor]:
    if not isinstance(candidate, dict):
        return {}
    return {k: v for k, v in candidate.items() if isinstance(k, str) and isinstance(v, Tensor)}


def _require_plain(file: CheckedFile, name: str, tensor: Tensor) -> None:
    """Refuse a tensor that claims more than the file holds, or that is not a plain array."""
    if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
        reason = f"tensor {shown(name)} is {tensor.layout} on {tensor.device}, not a plain array"
        raise InputError(file.path.name, reason, "save it as a dense tensor")
    if not name.isprintable():
        raise InputError(file.path.name, f"names a tensor {shown(name)!r}", "rename it")
    held = tensor.untyped_storage().nbytes()
    if _bytes_of(tensor) > held:
        reason = f"tensor {shown(name)} claims {tensor.numel()} elements in {held} bytes"
        raise InputError(file.path.name, reason, "fetch or save it again")


def _bytes_of(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take off what a wrapper around the network put before every one of its names."""
    for prefix in _PREFIXES * 2:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors


def finite(origin: str, name: str, tensor: Tensor) -> Tensor:
    """Return a floating tensor in float32, an integer one as it is.

    Raises:
        InputError: it holds NaN or infinite values; says how many.
    """
    if not tensor.is_floating_point():
        return tensor.contiguous()
    values = tensor.detach().to(torch.float32).contiguous()
    if not np.isfinite(values.numpy()).all():  # torch's threads cost more here than they save
        nan, infinite = int(values.isnan().sum()), int(values.isinf().sum())
        found = " and ".join(f"{n} {kind}" for n, kind in ((nan, "NaN"), (infinite, "Inf")) if n)
        plural = "values" if nan + infinite > 1 else "value"
        reason = f"tensor {shown(name)} holds {found} {plural}"
        raise InputError(origin, reason, "the spectrum needs finite entries")
    return values
