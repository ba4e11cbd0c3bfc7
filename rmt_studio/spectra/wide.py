"""A matrix read in float64 a few columns at a time, so that no wide copy of it need exist."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

_BLOCK_BYTES = 2**20  # of float64 values: few enough for the cache, enough for a product's speed
_FEWEST_COLUMNS = 64


@dataclass(frozen=True, eq=False)
class Wide:
    """A matrix, or a batch of one shape, seen with rows <= columns and in float64 over a unit.

    Attributes:
        weight: as given, shape ``(..., out, in)``, of a floating type with arithmetic, finite.
        unit: a power of two in which the squares of the entries neither overflow nor all vanish.
            To divide by it costs no digits.
    """

    weight: Tensor
    unit: float = 1.0

    @property
    def view(self) -> Tensor:
        """The matrix or its transpose, shape ``(..., p, n)`` with ``p <= n``; no copy."""
        tall = self.weight.shape[-2] > self.weight.shape[-1]
        return self.weight.mT if tall else self.weight

    def blocks(self) -> Iterator[Tensor]:
        """Give the columns of the view in order, in float64 over the unit, shape ``(..., p, k)``.

        Each is written over the one before. What is float64 in the right unit already comes whole,
        without a copy.
        """
        view = self.view
        if view.dtype == torch.float64 and self.unit == 1.0:
            yield view
            return
        columns = max(_BLOCK_BYTES // (8 * view.shape[-2]), _FEWEST_COLUMNS)
        buffer = torch.empty_like(view[..., :columns], dtype=torch.float64)
        for block in view.split(columns, dim=-1):
            wide = buffer[..., : block.shape[-1]].copy_(block)
            yield wide if self.unit == 1.0 else wide.div_(self.unit)

    def whole(self) -> Tensor:
        """Return all of it as given, not turned, in float64 over the unit."""
        wide = self.weight.to(torch.float64)
        return wide if self.unit == 1.0 else wide / self.unit


def unit_of(largest: float) -> float:
    """Return the unit of a matrix whose largest absolute entry is given; mostly 1."""
    if largest == 0 or 1e-100 < largest < 1e100:
        return 1.0
    return math.ldexp(1.0, math.frexp(largest)[1] - 1)
