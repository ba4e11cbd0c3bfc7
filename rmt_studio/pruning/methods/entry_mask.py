"""Masks by score, with or without an update of the entries that stay.

Sources: magnitude pruning (LeCun, Denker & Solla, 1989; Han et al., 2015); Wanda (Sun et al.,
2024); SparseGPT (Frantar & Alistarh, 2023); n:m groups (Mishra et al., 2021).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from rmt_studio.pruning.methods.masks import (
    lowest,
    lowest_in_groups,
    refuse_indivisible,
    removed_by,
)
from rmt_studio.pruning.methods.scores import scores
from rmt_studio.pruning.second_order import exact_update, sweep
from rmt_studio.pruning.steps import parse_pattern

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import EntryMask


def mask_entries(pieces: Pieces, step: EntryMask) -> Pieces:
    """Set the entries of least score to zero and update the others as the step says.

    Entries that are zero already stay zero. For white inputs no update changes anything.

    Raises:
        InputError: the pattern does not divide the inputs.
    """
    masked = _swept(pieces, step) if step.update == "sweep" else _masked(pieces, step)
    return replace(
        pieces,
        weight=masked,
        factors=None,
        rank=None,
        masked=True,
        sparse_factors=False,
        split=None,
    )


def _masked(pieces: Pieces, step: EntryMask) -> Tensor:
    weight = pieces.weight
    removed = removed_by(scores(pieces, step), step) | (weight == 0)
    if step.update == "exact" and pieces.moments is not None:
        return exact_update(weight, removed, pieces.moments, step.damping, tick=pieces.tick)
    return torch.where(removed, 0.0, weight)


def _swept(pieces: Pieces, step: EntryMask) -> Tensor:
    weight, share = pieces.weight, step.share or 0.0
    rows = len(weight)

    def least(found: Tensor, before: int) -> Tensor:
        through = round(share * rows * (before + found.shape[1]))
        return lowest(found, through - round(share * rows * before))

    if step.pattern is None:
        updated = sweep(weight, pieces.input_moments, least, step.damping, tick=pieces.tick)
    else:
        pattern = step.pattern
        refuse_indivisible("the matrix", weight.shape[1], pattern)
        updated = sweep(
            weight,
            pieces.input_moments,
            lambda found, _: lowest_in_groups(found, pattern),
            step.damping,
            group=parse_pattern(pattern)[1],
            tick=pieces.tick,
        )
    return torch.where(weight == 0, 0.0, updated)
