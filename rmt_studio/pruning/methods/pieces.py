"""A matrix on its way through the steps of a rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.pruning.split import Split
    from rmt_studio.spectra import BulkFit, Spectrum


@dataclass(frozen=True)
class Pieces:
    """One matrix and what is known of how it can be stored.

    Attributes:
        weight: the matrix as it is by now, float64, shape (out, in).
        spectrum: of the dense matrix; with ``fit`` it says where the edge lies.
        fit: bulk fit of the dense matrix.
        factors: ``(U, s, V)`` with shapes (out, r), (r,), (in, r) and ``U diag(s) V^T = weight``,
            while the matrix is such a product.
        rank: where a singular-value cut fixed it.
        masked: whether single entries were set to zero.
        sparse_factors: whether entries of the factors were.
        split: a product of factors and a sparse matrix beside it, where the matrix is the sum of
            two such.
        moments: second moment ``E[x x^T]`` of the layer's inputs, float64 (in, in); None where
            they are taken for white.
        gradients: second moments of the loss's gradient at the outputs, float64 (out,); None
            where all count alike.
        tick: called now and then by steps that take long; may raise `Cancelled`.
    """

    weight: torch.Tensor
    spectrum: Spectrum
    fit: BulkFit
    factors: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None
    rank: int | None = None
    masked: bool = False
    sparse_factors: bool = False
    split: Split | None = None
    moments: torch.Tensor | None = None
    gradients: torch.Tensor | None = None
    tick: Callable[[], None] = lambda: None

    @property
    def input_moments(self) -> torch.Tensor:
        """The second moment of the inputs; the identity for white ones."""
        if self.moments is not None:
            return self.moments
        return torch.eye(self.weight.shape[1], dtype=self.weight.dtype, device=self.weight.device)

    @cached_property
    def decomposition(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The factors, or the singular value decomposition where there are none yet."""
        if self.factors is not None:
            return self.factors
        left, values, right = torch.linalg.svd(self.weight, full_matrices=False)
        return left, values, right.mT

    def recomposed(
        self,
        factors: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
        **changes: int | bool | None,
    ) -> Pieces:
        """Return the pieces of ``U diag(s) V^T``."""
        left, values, right = factors
        known = {"factors": factors, "split": None, **changes}
        return replace(self, weight=(left * values) @ right.mT, **known)  # pyright: ignore[reportArgumentType]

    def storage(self) -> dict[str, int]:
        """Return how many numbers each possible storage of the matrix takes."""
        counts = {"dense": self.weight.numel()}
        if self.masked or self.sparse_factors:
            counts["masked"] = int(torch.count_nonzero(self.weight))
        if self.split is not None:
            counts["low rank plus sparse"] = self.split.stored
        if self.factors is not None and self.rank is not None and not self.sparse_factors:
            counts["two factors"] = self.rank * (self.weight.shape[0] + self.weight.shape[1])
        if self.factors is not None and self.sparse_factors:
            left, values, right = self.factors
            sides = torch.count_nonzero(left) + torch.count_nonzero(right)
            counts["sparse factors"] = int(sides) + values.numel()
        return counts
