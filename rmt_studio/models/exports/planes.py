"""Pack tensors with zstd, byte plane by byte plane.

The bytes of the numbers are regrouped first: the lowest byte of every number, then the next, up to
the highest. Signs and exponents, which are much alike, then lie together, and zstd finds what
mantissas between them hide. The same idea is Blosc's byte shuffle (Alted, 2010).
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import torch
import zstandard

from rmt_studio.errors import InputError
from rmt_studio.models.exports.safetensors_file import tensor_bytes

if TYPE_CHECKING:
    from torch import Tensor

KEY = "zstd"  # of the metadata: name to [dtype, shape] of each packed tensor
LEVEL = 9  # higher ones find 1 % more and take ten times as long
_WINDOW = 2**27  # bytes; more than the level ever asks for


def pack(tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], str]:
    """Return the tensors, packed where that is smaller, and the metadata that unpack them."""
    found, plan = dict(tensors), {}
    for name, tensor in sorted(tensors.items()):
        if not tensor.numel():
            continue
        size = tensor.element_size()
        planes = torch.frombuffer(bytearray(tensor_bytes(tensor)), dtype=torch.uint8)
        shuffled = planes.reshape(-1, size).T.contiguous().numpy().tobytes()
        frame = zstandard.ZstdCompressor(level=LEVEL).compress(shuffled)
        if len(frame) < len(shuffled):
            found[name] = torch.frombuffer(bytearray(frame), dtype=torch.uint8)
            plan[name] = [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
    return found, json.dumps(plan, sort_keys=True)


def unpack(tensors: dict[str, Tensor], plan: str, origin: str, most: int) -> dict[str, Tensor]:
    """Return the tensors as they were before `pack`; a frame gives what the plan says or nothing.

    Args:
        tensors: of the file.
        plan: its metadata under `KEY`.
        origin: the file's name, for messages.
        most: bytes that all of them together may take.

    Raises:
        InputError: the plan does not fit the frames, or claims more than that.
    """
    found = dict(tensors)
    try:
        for name, (dtype, shape) in json.loads(plan).items():
            found[name] = _unpacked(found[name], dtype, shape, most)
            most -= found[name].nbytes
    except (KeyError, ValueError, TypeError, AttributeError, zstandard.ZstdError) as error:
        raise InputError(
            origin, "holds packed tensors that are broken", "fetch it again"
        ) from error
    return found


def _unpacked(frame: Tensor, dtype: str, shape: list[int], most: int) -> Tensor:
    kind = getattr(torch, dtype)
    if not isinstance(kind, torch.dtype) or min(shape, default=1) < 0:
        raise ValueError("a dtype and a shape")
    wanted = math.prod(shape) * kind.itemsize
    held = frame.numpy().tobytes()
    claimed = zstandard.frame_content_size(held)
    if wanted != claimed or wanted > most:
        raise ValueError("as many bytes as the shape has")
    raw = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompress(held)
    planes = torch.frombuffer(bytearray(raw), dtype=torch.uint8).reshape(kind.itemsize, -1)
    return planes.T.contiguous().reshape(-1).view(kind).reshape(shape)
