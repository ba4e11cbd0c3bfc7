"""Which entries of all matrices together have the least or the greatest score: exact counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

Scores = dict[str, "Tensor"]
Masks = dict[str, "Tensor"]


def least(
    scores: Mapping[str, Tensor], count: int, tick: Callable[[], None] = lambda: None
) -> Masks:
    """Return masks of the ``count`` least scores of all, by layer.

    Of equal scores those of the first layers are taken, and the first entries there.

    Args:
        scores: by layer, any shapes; no NaN.
        count: how many, from 0 to all.
        tick: called between passes over the scores; may raise `Cancelled`.
    """
    joined = torch.cat([score.reshape(-1) for score in scores.values()])
    chosen = torch.zeros(len(joined), dtype=torch.bool)
    if count:
        tick()
        last = np.partition(joined.numpy(), count - 1)[count - 1].item()
        tick()
        chosen = joined < last
        tied = (joined == last).nonzero().squeeze(1)
        tick()
        chosen[tied[: count - int(chosen.sum())]] = True
    sizes = [score.numel() for score in scores.values()]
    parts = zip(scores.items(), chosen.split(sizes), strict=True)
    return {name: part.view_as(score) for (name, score), part in parts}


def greatest(
    scores: Mapping[str, Tensor], count: int, tick: Callable[[], None] = lambda: None
) -> Masks:
    """Return masks of the ``count`` greatest scores of all, by layer; ties as in `least`."""
    return least({name: -score for name, score in scores.items()}, count, tick)
