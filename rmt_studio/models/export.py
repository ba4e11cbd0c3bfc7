"""Write a model as a dense safetensors file under timm's names, and prove that it loads.

The header is written here and not by the safetensors library, which orders metadata anew in every
process: the same model gives the same bytes. The library reads the file back in the verification.

Source of the format: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.checkpoint import DTYPES
from rmt_studio.models.verification import logit_difference
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.models.loaded_model import LoadedModel

_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_OTHER_FORMATS = (".pth", ".pt", ".bin", ".ckpt", ".onnx", ".json")


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Attributes:
        path: the file.
        bytes: its size.
        sha256: of the whole file.
        max_logit_difference: largest absolute difference of a logit between the model in memory
            and the file loaded in a fresh process; None where that was not asked for.
        verified: whether the difference was measured and is within the tolerance.
    """

    path: Path
    bytes: int
    sha256: str
    max_logit_difference: float | None
    verified: bool


def export(
    model: LoadedModel,
    path: Path | str,
    *,
    verify: bool = True,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write a model's state dict with its provenance as metadata; all or nothing.

    The file is verified before it takes its place: an older file there stays until then, and stays
    for good when the verification fails.

    Args:
        model: what to write; not changed.
        path: where to; the folder must exist, the name end in ``.safetensors``.
        verify: load the file in a fresh process, with timm and safetensors alone, and compare the
            logits of a seeded input.
        progress: called between the steps; may raise `Cancelled`.

    Raises:
        InputError: the path is the model's own source or cannot be written, or the file does not
            give the same logits.
    """
    path = Path(path)
    _require_safe_target(model, path)
    progress(0, 2, f"writing {path.name}")
    with atomic_write(path) as beside:
        sha256 = write_safetensors(beside, model.module.state_dict(), _metadata(model))
        size = beside.stat().st_size
        progress(1, 2, "verifying in a fresh process" if verify else "")
        difference = logit_difference(model, beside, path, progress) if verify else None
    progress(2, 2, "")
    return ExportReport(path, size, sha256, difference, verified=verify)


def _require_safe_target(model: LoadedModel, path: Path) -> None:
    if path.suffix.lower() in _OTHER_FORMATS:
        next_step = f"write {path.with_suffix('.safetensors').name}"
        raise InputError(path, "does not look like the name of a safetensors file", next_step)
    source = model.source.file
    there = source is not None and os.path.exists(source) and os.path.exists(path)
    if source is not None and there and os.path.samefile(source, path):
        reason = "is the file that the model was opened from"
        raise InputError(path, reason, "choose another name: the source is never overwritten")


def _metadata(model: LoadedModel) -> dict[str, str]:
    try:
        ours = version("rmt-studio")
    except PackageNotFoundError:  # run from a checkout that is not installed
        ours = "unknown"
    return {**model.provenance, "format": "pt", "rmt_studio_version": ours}


def write_safetensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    """Write a safetensors file whose bytes depend on its content alone; gives its SHA-256.

    Tensors are ordered as the library does it: wide types first, so that each is aligned, then by
    name. Metadata are ordered by key.

    Args:
        path: the file; replaced.
        tensors: name to tensor, on any device.
        metadata: text beside them.
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
        for name in order:
            held = _bytes(tensors[name])
            digest.update(held)
            stream.write(held)
    return digest.hexdigest()


def _bytes(tensor: Tensor) -> memoryview:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return memoryview(flat.view(torch.uint8).numpy())  # pyright: ignore[reportArgumentType]
