"""Which matrices of a model are of low rank, told from the weights themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loaded_model import LoadedModel


@dataclass(frozen=True)
class Part:
    """Some rows of a Linear layer, as two factors or dense.

    Attributes:
        rows: how many outputs.
        rank: of the factors; 0 where they would not be smaller and the rows stay dense.
    """

    rows: int
    rank: int


def low_rank_parts(
    model: LoadedModel, progress: Progress = no_progress
) -> dict[str, tuple[Part, ...]]:
    """Return, by module name, the parts of each Linear layer of which one at least is factored.

    A matrix (out, in) is two factors where ``r (out + in) < out in`` with r its numerical rank.
    """
    found = {}
    linears = list(_linears(model))
    for done, (name, layers) in enumerate(linears):
        progress(done, len(linears), f"rank of {name}")
        parts = tuple(_part(layer, model.weight(layer)) for layer in layers)
        if any(part.rank for part in parts):
            found[name] = parts
    return found


def _linears(model: LoadedModel) -> Iterator[tuple[str, list[Layer]]]:
    """Yield the Linear modules with their matrices, in the order of their rows."""
    modules = dict(model.module.named_modules())
    by_module: dict[str, list[Layer]] = {}
    for layer in model.layers:
        by_module.setdefault(layer.parameter.removesuffix(".weight"), []).append(layer)
    for name, layers in by_module.items():
        linear = modules.get(name)
        if type(linear) is nn.Linear and sum(x.shape[0] for x in layers) == linear.out_features:
            yield name, layers


def _part(layer: Layer, weight: Tensor) -> Part:
    rank = numerical_rank(weight)
    rows, columns = layer.shape
    return Part(rows, rank if rank > 0 and rank * (rows + columns) < rows * columns else 0)


def numerical_rank(weight: Tensor) -> int:
    """Return how many singular values stand above what float32 rounding makes of zeros.

    Rounding moves each entry by at most ``u |w|``, ``u = 2^-24``, so the singular values that were
    zero grow to no more than ``u ||W||_F`` (Weyl); twice that is the limit here.
    """
    values = torch.linalg.svdvals(weight.detach().cpu().double())
    limit = 2 * 2.0**-24 * values.square().sum().sqrt()
    return int((values > limit).sum())


def factors(weight: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Return A (out, r) and B (r, in) with ``A B`` the best matrix of rank r, in float32.

    Both take the square roots of the singular values, so that neither is scaled far from the
    other. The sign of each pair makes the largest entry of a row of B positive: the same weights
    give the same bytes whichever way the decomposition turns.
    """
    dense = weight.detach().cpu().double()
    left, values, right = torch.linalg.svd(dense, full_matrices=False)
    left, right = left[:, :rank], right[:rank]
    largest = right.abs().argmax(dim=1, keepdim=True)
    signs = right.gather(1, largest).sign()
    roots = values[:rank].sqrt()
    a, b = left * (roots * signs[:, 0]), right * (roots[:, None] * signs)
    return a.float().contiguous(), b.float().contiguous()
