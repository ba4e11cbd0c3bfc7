"""Write safetensors files whose bytes depend on their content alone.

The header is written here and not by the safetensors library, which orders metadata anew in every
process. The library reads the file back in the verification.

Source of the format: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import torch

from rmt_studio.models.safetensors_header import DTYPES
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def write_safetensors(
    path: Path,
    tensors: dict[str, Tensor],
    metadata: dict[str, str],
    progress: Progress = no_progress,
) -> str:
    """Write a safetensors file whose bytes depend on its content alone; gives its SHA-256.

    Tensors are ordered as the library does it: wide types first, so that each is aligned, then by
    name. Metadata are ordered by key.

    Args:
        path: the file; replaced.
        tensors: name to tensor, on any device.
        metadata: text beside them.
        progress: called before each tensor; may raise `Cancelled`.
    """
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    end = 0
    for name in order:
        tensor, start = tensors[name], end
        end += tensor.numel() * tensor.element_size()
        place = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape)}
        header[name] = {**place, "data_offsets": [start, end]}
    head = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    head += b" " * (-len(head) % 8)
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for part in (len(head).to_bytes(8, "little"), head):
            digest.update(part)
            stream.write(part)
        for done, name in enumerate(order):
            progress(done, len(order), "")
            held = tensor_bytes(tensors[name])
            digest.update(held)
            stream.write(held)
    return digest.hexdigest()


def tensor_bytes(tensor: Tensor) -> memoryview:
    """Return the little-endian bytes of a tensor, row by row."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return memoryview(flat.view(torch.uint8).numpy())  # pyright: ignore[reportArgumentType]
