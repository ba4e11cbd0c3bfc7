"""The parts that a matrix is stored as, where the matrix itself does not tell them."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Split:
    """``W = L R + S`` with factors, or a sparse matrix, whose zeros are not stored.

    Attributes:
        left: L, shape (out, r).
        right: R, shape (r, in).
        sparse: S, shape (out, in); None where the factors are all.
    """

    left: torch.Tensor
    right: torch.Tensor
    sparse: torch.Tensor | None = None

    @classmethod
    def of_triples(cls, left: torch.Tensor, values: torch.Tensor, right: torch.Tensor) -> Split:
        """Return the factors of ``U diag(s) V^T``, roots of the singular values in both.

        Args:
            left: U, shape (out, r).
            values: s, shape (r,).
            right: V, shape (in, r).
        """
        roots = values.clamp_min(0).sqrt()
        return cls(left * roots, (right * roots).mT.contiguous())

    @property
    def stored(self) -> int:
        """How many numbers two dense factors and the entries of S take."""
        entries = 0 if self.sparse is None else int(torch.count_nonzero(self.sparse))
        return self.left.numel() + self.right.numel() + entries

    def rounded(self) -> Split:
        """Return the parts in float32."""
        sparse = None if self.sparse is None else self.sparse.float()
        return Split(self.left.float(), self.right.float(), sparse)
