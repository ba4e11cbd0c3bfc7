"""Sparsify singular vectors, most where the singular value lies deepest in the bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import SingularVectorNullTest, SingularVectorSparsification


def vector_thresholds(
    values: torch.Tensor, edge: float, step: SingularVectorSparsification
) -> torch.Tensor:
    """Return ``T_i = theta max(floor, (1 - s_i/edge)_+^exponent)``, one per singular value."""
    if edge <= 0:
        return torch.full_like(values, step.theta * step.floor)
    depth = (1 - values / edge).clamp_min(0)
    return step.theta * depth.pow(step.exponent).clamp_min(step.floor)


def sparsify_singular_vectors(pieces: Pieces, step: SingularVectorSparsification) -> Pieces:
    """Zero the entries of ``u_i`` and ``v_i`` smaller in size than ``T_i`` and recompose.

    Source: Berlyand, Bourdais, Owhadi & Shmalo (2025), singular-vector sparsification; ``s_plus``
    is the fitted edge on the singular-value scale.
    """
    left, values, right = pieces.decomposition
    threshold = vector_thresholds(values, pieces.fit.singular_value_edge, step)
    sparse = tuple(torch.where(side.abs() < threshold, 0.0, side) for side in (left, right))
    return pieces.recomposed((sparse[0], values, sparse[1]), sparse_factors=True)


def keep_unlikely_entries(pieces: Pieces, step: SingularVectorNullTest) -> Pieces:
    """Zero the entries of ``u_i`` and ``v_i`` with ``|u_ik| sqrt(N) < z`` and recompose.

    Source: the Haar variant of the step above; uniform vectors are the null of
    `rmt_studio.spectra.localisation`.
    """
    left, values, right = pieces.decomposition
    sparse = tuple(
        torch.where(side.abs() * len(side) ** 0.5 < step.z, 0.0, side) for side in (left, right)
    )
    return pieces.recomposed((sparse[0], values, sparse[1]), sparse_factors=True)
