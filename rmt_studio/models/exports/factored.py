"""Low-rank layers as two Linear layers each: fewer numbers, and fewer multiplications."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

import torch
from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.models.exports.code import create_model, lines, quoted
from rmt_studio.models.exports.format import Format, Subject, dense_bytes, rounded_copy
from rmt_studio.models.exports.ranks import Part, factors, low_rank_parts
from rmt_studio.models.exports.safetensors_file import write_safetensors
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KEY = "factored"  # of the metadata: module name to [rows, rank] of each part


class Parts(nn.ModuleList):
    """Layers that see the same input; their outputs lie side by side."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs of all parts, shape (..., sum of their outputs)."""
        return torch.cat([part(inputs) for part in self], dim=-1)


def split_linear(old: nn.Linear, parts: Sequence[Part]) -> Parts:
    """Return new layers in place of a Linear: two Linears for a part with a rank, else one."""
    bias, like = old.bias is not None, {"device": old.weight.device, "dtype": old.weight.dtype}
    return Parts(
        nn.Sequential(
            nn.Linear(old.in_features, part.rank, bias=False, **like),
            nn.Linear(part.rank, part.rows, bias=bias, **like),
        )
        if part.rank
        else nn.Linear(old.in_features, part.rows, bias=bias, **like)
        for part in parts
    )


def replace_layers(module: nn.Module, plan: Mapping[str, Sequence[Part]]) -> None:
    """Put factored layers, of any weights, in place of the Linear layers that the plan names.

    Raises:
        ValueError: the plan names what is no Linear layer, or has not its rows.
    """
    for name, parts in plan.items():
        old = module.get_submodule(name)
        if type(old) is not nn.Linear or sum(part.rows for part in parts) != old.out_features:
            raise ValueError(name)
        module.set_submodule(name, split_linear(old, parts))


def factored_module(model: LoadedModel, plan: Mapping[str, Sequence[Part]]) -> nn.Module:
    """Return a copy of the network with its low-rank layers as two Linears each.

    Raises:
        InputError: the network reads the weights of its layers itself.
    """
    module = copy.deepcopy(model.module).cpu()
    for name, parts in plan.items():
        old = module.get_submodule(name)
        assert isinstance(old, nn.Linear)  # noqa: S101 - the plan is of Linear layers
        new, row = split_linear(old, parts), 0
        for part, layer in zip(parts, new, strict=True):
            rows = slice(row, row + part.rows)
            row += part.rows
            _fill(layer, old, rows, part.rank)
        module.set_submodule(name, new)
    channels, *size = model.data_config["input_size"]
    try:
        with torch.inference_mode():
            module(torch.zeros(1, channels, *size))
    except (AttributeError, TypeError) as error:
        reason = "reads the weights of its layers itself, so they cannot become two layers each"
        raise InputError(model.title, reason, "export it dense") from error
    return module.eval()


def _fill(layer: nn.Module, old: nn.Linear, rows: slice, rank: int) -> None:
    first, last = layer if isinstance(layer, nn.Sequential) else (None, layer)
    assert isinstance(last, nn.Linear)  # noqa: S101 - as `split_linear` makes them
    with torch.no_grad():
        if isinstance(first, nn.Linear):
            a, b = factors(old.weight[rows], rank)
            first.weight.copy_(b)
            last.weight.copy_(a)
        else:
            last.weight.copy_(old.weight[rows])
        if old.bias is not None:
            last.bias.copy_(old.bias[rows])


def with_factors_multiplied(model: LoadedModel) -> LoadedModel:
    """Return a reopened factored model with one layer again where it has two; others as they are.

    Every format but those that hold a graph has timm's own names, which the two layers have not.
    """
    if not any(isinstance(child, Parts) for child in model.layout.modules()):
        return model
    module = copy.deepcopy(model.module).cpu()
    found = [(name, child) for name, child in module.named_modules() if isinstance(child, Parts)]
    for name, parts in found:
        module.set_submodule(name, _multiplied(parts))
    module.eval()
    return LoadedModel(
        module,
        model.architecture,
        model.source,
        matrices_of(module),
        model.data_config,
        model.provenance,
    )


def _multiplied(parts: Parts) -> nn.Linear:
    """Return one Linear that gives what the parts give, multiplied in float64."""
    weights, biases = [], []
    for part in parts:
        last = part[1] if isinstance(part, nn.Sequential) else part
        assert isinstance(last, nn.Linear)  # noqa: S101 - as `split_linear` makes them
        weight = last.weight.detach().double()
        if isinstance(part, nn.Sequential):
            weight = weight @ part.get_parameter("0.weight").detach().double()
        weights.append(weight.float())
        biases += [] if last.bias is None else [last.bias.detach()]
    whole = torch.cat(weights)
    new = nn.Linear(whole.shape[1], whole.shape[0], bias=bool(biases))
    with torch.no_grad():
        new.weight.copy_(whole)
        if biases:
            new.bias.copy_(torch.cat(biases))
    return new


def _plan(model: LoadedModel, progress: Progress = no_progress) -> dict[str, tuple[Part, ...]]:
    found = low_rank_parts(model, progress)
    if not found:
        reason = "holds no layer whose two factors would be smaller than itself"
        raise InputError(model.title, reason, "cut singular values first, or choose another format")
    return found


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    plan = _plan(subject.model, progress)
    module = factored_module(subject.model, plan)
    listed = {name: [[part.rows, part.rank] for part in parts] for name, parts in plan.items()}
    metadata = {**subject.metadata, KEY: json.dumps(listed, sort_keys=True)}
    write_safetensors(path, subject.with_module(module).tensors(), metadata)


def _rounded(subject: Subject) -> nn.Module:
    module = factored_module(subject.model, _plan(subject.model))
    return rounded_copy(subject.with_module(module))


def _content_bytes(subject: Subject) -> int:
    """Return the bytes of the file; takes the rank of every matrix, so it is no work for a GUI."""
    saved = 0
    for name, parts in _plan(subject.model).items():
        columns = subject.module.get_parameter(f"{name}.weight").shape[1]
        saved += sum(
            part.rows * columns - part.rank * (part.rows + columns) for part in parts if part.rank
        )
    return dense_bytes(subject) - saved * subject.dtype.itemsize


def _snippet(subject: Subject, path: str) -> str:
    return lines(
        "import json",
        "",
        "import timm",
        "import torch",
        "from safetensors import safe_open",
        "from safetensors.torch import load_file",
        "from torch import nn",
        "",
        "",
        "class Parts(nn.ModuleList):",
        "    def forward(self, inputs):",
        "        return torch.cat([part(inputs) for part in self], dim=-1)",
        "",
        "",
        "def layer(inputs, rows, rank, bias):",
        "    if not rank:",
        "        return nn.Linear(inputs, rows, bias=bias)",
        "    first = nn.Linear(inputs, rank, bias=False)",
        "    return nn.Sequential(first, nn.Linear(rank, rows, bias=bias))",
        "",
        "",
        f"path = {quoted(path)}",
        create_model(subject),
        'with safe_open(path, framework="pt") as file:',
        f'    plan = json.loads(file.metadata()["{KEY}"])',
        "for name, parts in plan.items():",
        "    old = model.get_submodule(name)",
        "    sizes = (old.in_features, old.bias is not None)",
        "    new = [layer(sizes[0], rows, rank, sizes[1]) for rows, rank in parts]",
        "    model.set_submodule(name, Parts(new))",
        "model.load_state_dict(load_file(path))",
        "model.eval()",
    )


FACTORED = Format(
    key="factored",
    label="Factored safetensors",
    gives="Each low-rank layer as two Linear layers: a smaller file and fewer multiplications.",
    suffix=".safetensors",
    dtypes=("fp32", "fp16", "bf16"),
    write=_write,
    snippet=_snippet,
    loads_with=("timm", "safetensors", "torch"),
    content_bytes=_content_bytes,
    rounded=_rounded,
)
