"""How a tensor with many zeros is stored: as bitmask or CSR, whichever takes less.

Bitmask is the published ``sparse-bitmask`` layout of compressed-tensors
(https://github.com/vllm-project/compressed-tensors): beside ``NAME.shape`` (int64) the non-zero
values row by row as ``NAME.compressed``, one bit per entry, lowest bit first, rows padded to whole
bytes, as ``NAME.bitmask`` (uint8, rows x bytes), and where each row begins as ``NAME.row_offsets``
(int64). CSR has the names of ``torch.sparse_csr_tensor``: ``NAME.values``, ``NAME.crow_indices``
and ``NAME.col_indices``, the latter uint16 where columns allow it. Rows are all axes but the last
of a bitmask, and the outputs of a CSR matrix.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    Parts = dict[str, Tensor]

_SHORT = 2**16
_INDEX = 4  # bytes of a row pointer of CSR
_KINDS = {
    "bitmask": ("shape", "compressed", "bitmask", "row_offsets"),
    "csr": ("shape", "values", "crow_indices", "col_indices"),
}


def stored_bytes(tensor: Tensor) -> dict[str, int]:
    """Return the bytes of each way to store a tensor."""
    count, size = int(torch.count_nonzero(tensor)), tensor.element_size()
    ways = {"dense": tensor.numel() * size}
    if tensor.ndim >= 2 and tensor.is_floating_point() and tensor.numel():
        columns = tensor.shape[-1]
        rows = tensor.numel() // columns
        shape = 8 * tensor.ndim
        ways["bitmask"] = count * size + rows * (-(-columns // 8) + 8) + shape
        wide = tensor.numel() // tensor.shape[0]
        index = 2 if wide <= _SHORT else _INDEX
        ways["csr"] = count * (size + index) + (tensor.shape[0] + 1) * _INDEX + shape
    return ways


def packed(name: str, tensor: Tensor) -> Parts:
    """Return the tensors that stand for one tensor in the file: itself, or the parts of it."""
    ways = stored_bytes(tensor)
    kind = min(ways, key=lambda way: ways[way])
    if kind == "dense":
        return {name: tensor}
    parts = bitmask_parts(tensor) if kind == "bitmask" else csr_parts(tensor)
    return {f"{name}.{part}": value for part, value in parts.items()}


def bitmask_parts(tensor: Tensor) -> Parts:
    """Return values, bits and row offsets of a tensor (..., columns)."""
    rows = tensor.reshape(-1, tensor.shape[-1])
    there = rows != 0
    counts = there.sum(dim=1)
    bits = np.packbits(there.numpy(), axis=1, bitorder="little")
    return {
        "shape": torch.tensor(tensor.shape, dtype=torch.int64),
        "compressed": rows[there],
        "bitmask": torch.from_numpy(bits),
        "row_offsets": counts.cumsum(0) - counts,
    }


def csr_parts(tensor: Tensor) -> Parts:
    """Return values, row pointers and column indices of a tensor unfolded to (out, in)."""
    rows = tensor.reshape(tensor.shape[0], -1)
    there = rows != 0
    pointers = torch.zeros(rows.shape[0] + 1, dtype=torch.int32)
    pointers[1:] = there.sum(dim=1).cumsum(0)
    columns = there.nonzero()[:, 1]
    return {
        "shape": torch.tensor(tensor.shape, dtype=torch.int64),
        "values": rows[there],
        "crow_indices": pointers,
        "col_indices": columns.to(torch.uint16 if rows.shape[1] <= _SHORT else torch.int32),
    }


def expanded(stored: Mapping[str, Tensor], origin: str, most: int) -> dict[str, Tensor]:
    """Return the dense tensors of a file; nothing that its parts say of each other is believed.

    Args:
        stored: the tensors of the file.
        origin: its name, for messages.
        most: entries that any one of them may have.

    Raises:
        InputError: parts are missing or contradict each other.
    """
    left = dict(stored)
    found = {}
    for name in [key.removesuffix(".shape") for key in stored if key.endswith(".shape")]:
        kind = next(kind for kind in _KINDS if kind == "csr" or f"{name}.bitmask" in stored)
        try:
            parts = [left.pop(f"{name}.{part}") for part in _KINDS[kind]]
            found[name] = _READERS[kind](_size(parts[0], most), *parts[1:])
        except (KeyError, ValueError, RuntimeError, IndexError) as error:
            reason = f"holds a sparse tensor {name!r} whose parts do not fit together"
            raise InputError(origin, reason, "fetch or export it again") from error
    return left | found


def _from_bitmask(size: list[int], values: Tensor, bits: Tensor, offsets: Tensor) -> Tensor:
    if math.prod(size) > 8 * bits.numel():
        raise ValueError("a bit for each entry")
    there = np.unpackbits(bits.numpy(), axis=1, count=size[-1], bitorder="little")
    mask = torch.from_numpy(there).bool().reshape(size)
    if int(mask.sum()) != values.numel() or offsets.numel() != bits.shape[0]:
        raise ValueError("as many values as bits")
    full = torch.zeros(size, dtype=values.dtype)
    full[mask] = values
    return full


def _from_csr(size: list[int], values: Tensor, pointers: Tensor, columns: Tensor) -> Tensor:
    rows = pointers.numel() - 1
    wide = math.prod(size[1:])
    begin, column = pointers.long(), columns.long()
    counts = begin.diff()
    fits = rows == size[0] and int(begin[0]) == 0 and bool((counts >= 0).all())
    if not fits or int(begin[-1]) != values.numel() or values.numel() != column.numel():
        raise ValueError("pointers that rise to the number of values")
    full = torch.zeros(rows, wide, dtype=values.dtype)
    full[torch.arange(rows).repeat_interleave(counts), column] = values
    return full.reshape(size)


def _size(shape: Tensor, most: int) -> list[int]:
    """Return a shape of at most ``most`` entries."""
    size = [int(axis) for axis in shape]
    if len(size) < 2 or min(size) < 1 or math.prod(size) > most:
        raise ValueError("a shape that its parts can fill")
    return size


_READERS: dict[str, Callable[..., Tensor]] = {"bitmask": _from_bitmask, "csr": _from_csr}
