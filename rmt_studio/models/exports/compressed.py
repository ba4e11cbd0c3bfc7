"""Compressed sparse safetensors: zeros take a bit each, or none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rmt_studio.models.exports import planes
from rmt_studio.models.exports.code import create_model, lines, quoted
from rmt_studio.models.exports.format import Format, Subject
from rmt_studio.models.exports.safetensors_file import write_safetensors
from rmt_studio.models.exports.sparse_layout import packed, stored_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from rmt_studio.progress import Progress

LAYOUT = "sparse_layout"  # key of the metadata


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    parts: dict[str, Tensor] = {}
    tensors = subject.tensors()
    for done, (name, tensor) in enumerate(tensors.items()):
        progress(done, len(tensors), "packing")
        parts |= packed(name, tensor)
    metadata = {**subject.metadata, LAYOUT: json.dumps(kinds(parts), sort_keys=True)}
    if subject.options.zstd:
        parts, metadata[planes.KEY] = planes.pack(parts)
    write_safetensors(path, parts, metadata)


def kinds(parts: dict[str, Tensor]) -> dict[str, str]:
    """Return how each tensor is stored that is not stored dense."""
    ends = {".bitmask": "sparse-bitmask", ".crow_indices": "csr"}
    return {
        name.removesuffix(end): kind
        for name in parts
        for end, kind in ends.items()
        if name.endswith(end)
    }


def _content_bytes(subject: Subject) -> int | None:
    """Return the bytes without zstd; what zstd finds only packing tells."""
    if subject.options.zstd:
        return None
    return sum(min(stored_bytes(tensor).values()) for tensor in subject.tensors().values())


def _snippet(subject: Subject, path: str) -> str:
    unpack = (
        "",
        'for name, (dtype, shape) in json.loads(about["zstd"]).items():',
        "    raw = zstandard.decompress(stored[name].numpy().tobytes())",
        "    dtype = getattr(torch, dtype)",
        "    planes = torch.frombuffer(bytearray(raw), dtype=torch.uint8)",
        "    planes = planes.view(dtype.itemsize, -1).T.contiguous()",
        "    stored[name] = planes.view(-1).view(dtype).view(shape)",
    )
    runs = subject.model.can_run
    return lines(
        "import json",
        "",
        "import numpy as np",
        *(("import timm",) if runs else ()),
        "import torch",
        *(("import zstandard",) if subject.options.zstd else ()),
        "from safetensors import safe_open",
        "",
        f'with safe_open({quoted(path)}, framework="pt") as file:',
        "    about = file.metadata()",
        "    stored = {name: file.get_tensor(name) for name in file.keys()}",
        *(unpack if subject.options.zstd else ()),
        "",
        READ_SPARSE,
        *(("", create_model(subject), "model.load_state_dict(stored)", "model.eval()") * runs),
    )


READ_SPARSE = lines(
    'for name, kind in json.loads(about["sparse_layout"]).items():',
    "    parts = {}",
    "    for key in [key for key in stored if key.rpartition('.')[0] == name]:",
    "        parts[key.rpartition('.')[2]] = stored.pop(key)",
    '    shape = parts["shape"].tolist()',
    '    if kind == "sparse-bitmask":',
    '        bits = parts["bitmask"].numpy()',
    '        bits = np.unpackbits(bits, axis=1, count=shape[-1], bitorder="little")',
    '        full = torch.zeros(shape, dtype=parts["compressed"].dtype)',
    '        full[torch.from_numpy(bits).bool().view(shape)] = parts["compressed"]',
    "    else:",
    '        rows = torch.arange(shape[0]).repeat_interleave(parts["crow_indices"].long().diff())',
    '        full = torch.zeros(shape, dtype=parts["values"].dtype).view(shape[0], -1)',
    '        full[rows, parts["col_indices"].long()] = parts["values"]',
    "    stored[name] = full.view(shape)",
)

COMPRESSED = Format(
    key="compressed",
    label="Compressed sparse",
    gives="Zeros take one bit or less each. The file is small; the model runs as fast as before.",
    suffix=".safetensors",
    dtypes=("fp32", "fp16", "bf16"),
    write=_write,
    snippet=_snippet,
    loads_with=("timm", "safetensors", "zstandard"),
    content_bytes=_content_bytes,
    runs=False,
    packs=True,
)
