"""A product of two thin factors and a sparse matrix together, ``W = A B + S``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from rmt_studio.pruning.methods.low_rank import leading_outputs
from rmt_studio.pruning.methods.masks import lowest
from rmt_studio.pruning.second_order import exact_update, sweep_variances
from rmt_studio.pruning.split import Split

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import LowRankPlusSparse


def split(pieces: Pieces, step: LowRankPlusSparse) -> Pieces:
    """Return ``A B + S`` of rank ``r`` and so many entries, near the matrix in its outputs.

    Alternating projections on ``||(W - A B - S) H^(1/2)||_F`` with ``H`` the moments of the inputs:
    the best product of rank r for ``W - S`` (`leading_outputs`), then the entries of ``W - A B``
    with the largest second-order score ``w_ij^2 / d_j^2``. At the end ``S`` is the least-squares
    solution on its support. Stored are ``r (out + in)`` numbers and the entries of ``S``.

    Sources: Zhou & Tao (2011), "GoDec"; in the metric of the outputs as Zhang & Papyan (2024),
    "OATS", which scales by the diagonal of ``H``.
    """
    weight, moments = pieces.weight, pieces.input_moments
    removed = round(step.share * weight.numel())
    variances = sweep_variances(moments, step.damping)
    thin, mask = torch.zeros_like(weight), torch.ones_like(weight, dtype=torch.bool)
    factors = (weight[:, :0], weight[:0])
    for _ in range(step.rounds if step.rank else 1):
        pieces.tick()
        mask = lowest((weight - thin).square() / variances, removed)
        if step.rank:
            rest = weight - (weight - thin).masked_fill(mask, 0.0)
            left = leading_outputs(rest, moments, step.rank, pieces.tick)
            factors = (left, left.mT @ rest)
            thin = factors[0] @ factors[1]
    sparse = _fitted(weight - thin, mask, pieces, step)
    return replace(
        pieces,
        weight=thin + sparse,
        factors=None,
        rank=None,
        masked=not step.rank,
        sparse_factors=False,
        split=Split(*factors, sparse) if step.rank else None,
    )


def _fitted(rest: Tensor, mask: Tensor, pieces: Pieces, step: LowRankPlusSparse) -> Tensor:
    if pieces.moments is None:
        return rest.masked_fill(mask, 0.0)
    return exact_update(rest, mask, pieces.moments, step.damping, tick=pieces.tick)
