"""2:4 sparsity for PyTorch's semi-structured tensors, which NVIDIA GPUs multiply faster.

The file keeps half of the values and one bit per entry, in the layout of `sparse_layout`. What a
GPU wants beside the values differs between its libraries, so PyTorch makes it at loading.

Source: Mishra et al., "Accelerating Sparse Deep Neural Networks" (2021);
https://docs.pytorch.org/docs/stable/sparse.html, "Semi-Structured Sparse Tensors".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.models.exports.code import create_model, lines, quoted
from rmt_studio.models.exports.compressed import LAYOUT, READ_SPARSE, kinds
from rmt_studio.models.exports.format import Format, Subject
from rmt_studio.models.exports.safetensors_file import write_safetensors
from rmt_studio.models.exports.sparse_layout import bitmask_parts

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from rmt_studio.progress import Progress

KEY = "semi_structured"  # of the metadata: names of the Linear layers
_MULTIPLES = (32, 64)  # of rows and columns, for 16-bit types under CUTLASS and cuSPARSELt


def two_of_four(weight: Tensor) -> bool:
    """Return whether each four consecutive inputs of a row hold at most two non-zeros."""
    groups = weight.reshape(-1, 4)
    return bool(((groups != 0).sum(dim=1) <= 2).all())


def semi_structured_layers(module: nn.Module) -> list[str]:
    """Return the names of the Linear layers that a GPU can take as 2:4, by pattern and size."""
    rows, columns = _MULTIPLES
    return [
        name
        for name, child in module.named_modules()
        if type(child) is nn.Linear
        and child.out_features % rows == 0
        and child.in_features % columns == 0
        and two_of_four(child.weight.detach())
    ]


def _layers(subject: Subject) -> list[str]:
    found = semi_structured_layers(subject.module)
    if not found:
        reason = (
            "holds no Linear layer with two zeros in each four inputs, and rows and columns in "
            f"multiples of {_MULTIPLES[0]} and {_MULTIPLES[1]}"
        )
        next_step = "prune by the pattern 2:4 first, or choose another format"
        raise InputError(subject.model.title, reason, next_step)
    return found


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    layers = _layers(subject)
    stored: dict[str, Tensor] = {}
    for name, tensor in subject.tensors().items():
        if name.removesuffix(".weight") in layers and name.endswith(".weight"):
            parts = bitmask_parts(tensor)
            stored |= {f"{name}.{part}": value for part, value in parts.items()}
        else:
            stored[name] = tensor
    told = {KEY: json.dumps(layers), LAYOUT: json.dumps(kinds(stored), sort_keys=True)}
    write_safetensors(path, stored, {**subject.metadata, **told})


def _content_bytes(subject: Subject) -> int:
    layers = {f"{name}.weight" for name in _layers(subject)}
    total = 0
    for name, tensor in subject.tensors().items():
        parts = bitmask_parts(tensor).values() if name in layers else (tensor,)
        total += sum(part.nbytes for part in parts)
    return total


def _snippet(subject: Subject, path: str) -> str:
    dtype = str(subject.dtype).removeprefix("torch.")
    return lines(
        "import json",
        "",
        "import numpy as np",
        "import timm",
        "import torch",
        "from safetensors import safe_open",
        "from torch import nn",
        "from torch.sparse import to_sparse_semi_structured",
        "",
        f'with safe_open({quoted(path)}, framework="pt") as file:',
        "    about = file.metadata()",
        "    stored = {name: file.get_tensor(name) for name in file.keys()}",
        "",
        READ_SPARSE,
        "",
        create_model(subject),
        "model.load_state_dict(stored)",
        "model.eval()",
        f"if torch.cuda.is_available():  # from here on it wants images as {dtype} on the GPU",
        f"    model.to('cuda', torch.{dtype})",
        f'    for name in json.loads(about["{KEY}"]):',
        "        linear = model.get_submodule(name)",
        "        weight = to_sparse_semi_structured(linear.weight.detach())",
        "        linear.weight = nn.Parameter(weight, requires_grad=False)",
    )


SEMI_STRUCTURED = Format(
    key="2:4",
    label="2:4 semi-structured",
    gives="For NVIDIA GPUs (Ampere and newer), which multiply 2:4 matrices faster. 16-bit.",
    suffix=".safetensors",
    dtypes=("fp16", "bf16"),
    write=_write,
    snippet=_snippet,
    loads_with=("timm", "safetensors", "torch"),
    content_bytes=_content_bytes,
)
