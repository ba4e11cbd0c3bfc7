"""Zero small entries: element-wise magnitude pruning of one matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import EntryThreshold


def sparsify_entries(pieces: Pieces, step: EntryThreshold) -> Pieces:
    """Set the entries under the threshold, or the smallest share of them, to zero.

    The share is exact: ``round(share * out * in)`` entries go; among equal sizes the later ones
    in row order stay.
    """
    weight = pieces.weight
    if step.threshold is not None:
        smaller = weight.abs().float() < torch.tensor(step.threshold, dtype=torch.float32)
    else:
        smaller = _smallest(weight.abs(), round((step.share or 0.0) * weight.numel()))
    masked = torch.where(smaller, 0.0, weight)
    return replace(
        pieces,
        weight=masked,
        factors=None,
        rank=None,
        masked=True,
        sparse_factors=False,
        split=None,
    )


def _smallest(sizes: torch.Tensor, count: int) -> torch.Tensor:
    mask = torch.zeros(sizes.numel(), dtype=torch.bool, device=sizes.device)
    order = sizes.flatten().argsort(stable=True)
    mask[order[:count]] = True
    return mask.view_as(sizes)
