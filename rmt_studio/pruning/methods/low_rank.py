"""The best matrix of a given rank: by the weights alone, or by what the layer's inputs see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import LowRank

_ASVD_EXPONENT = 0.5  # the published alpha


def approximate(pieces: Pieces, step: LowRank) -> Pieces:
    """Return the product of two factors nearest to the matrix in the step's metric ``M``.

    With ``M = L L^T`` the best rank-r matrix is ``U_r S_r V_r^T L^-1`` from the singular value
    decomposition of ``W L`` (Eckart & Young), which is ``U_r U_r^T W``: the factors ``A = U_r``
    and ``B = U_r^T W`` need no inverse, so ``M`` may be singular. ``U`` holds the eigenvectors of
    ``W M W^T``.

    - "plain": ``M = I``, the truncated SVD.
    - "diagonal": ``M = diag(m_j)^(1/2)`` with ``m_j`` the mean square of input j: ASVD (Yuan et
      al., 2023) with its exponent 1/2 on the size of the inputs, here their root mean square where
      it takes the mean absolute value.
    - "whitened": ``M = H``: SVD-LLM (Wang et al., 2024), the least error of the layer's outputs.
    """
    weight = pieces.weight
    if step.rank >= min(weight.shape):
        return pieces
    left = leading_outputs(weight, METRICS[step.metric](pieces), step.rank, pieces.tick)
    factors = (left, left.new_ones(step.rank), weight.mT @ left)
    return pieces.recomposed(factors, rank=step.rank, masked=False, sparse_factors=False)


def leading_outputs(
    weight: Tensor, metric: Tensor, rank: int, tick: Callable[[], None] = lambda: None
) -> Tensor:
    """Return ``U_r``, the leading eigenvectors of ``W M W^T``, shape (out, r), orthonormal.

    Where there are more outputs than inputs, from the smaller ``M^(1/2) W^T W M^(1/2)``: an
    eigenvalue problem cannot be interrupted, so it had better be short.
    """
    out, width = weight.shape
    if out <= width:
        return _leading_vectors(weight @ metric @ weight.mT, rank)
    values, vectors = torch.linalg.eigh(metric)
    tick()
    seen = weight @ ((vectors * values.clamp_min(0).sqrt()) @ vectors.mT)
    return torch.linalg.qr(seen @ _leading_vectors(seen.mT @ seen, rank)).Q


def _leading_vectors(gram: Tensor, rank: int) -> Tensor:
    return torch.linalg.eigh((gram + gram.mT) / 2).eigenvectors.flip(1)[:, :rank]


def _plain(pieces: Pieces) -> Tensor:
    return torch.eye(pieces.weight.shape[1], dtype=torch.float64, device=pieces.weight.device)


def _diagonal(pieces: Pieces) -> Tensor:
    return torch.diag(pieces.input_moments.diagonal().pow(_ASVD_EXPONENT))


def _whitened(pieces: Pieces) -> Tensor:
    return pieces.input_moments


METRICS: Mapping[str, Callable[[Pieces], Tensor]] = {
    "plain": _plain,
    "diagonal": _diagonal,
    "whitened": _whitened,
}
