"""Which entries go, given their scores: exact counts over a matrix, its rows, or n:m groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.pruning.steps import parse_pattern

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.pruning.steps import EntryMask


def removed_by(scores: Tensor, step: EntryMask) -> Tensor:
    """Return which entries go, bool (out, in).

    A share is exact over the matrix: ``round(share * out * in)`` entries go. Within rows the
    numbers differ by one at most. Among equal scores the later ones stay.

    Raises:
        InputError: the pattern does not divide the inputs.
    """
    if step.pattern is not None:
        return lowest_in_groups(scores, step.pattern)
    if step.compare == "row":
        return lowest_in_rows(scores, round((step.share or 0.0) * scores.numel()))
    return lowest(scores, round((step.share or 0.0) * scores.numel()))


def lowest(scores: Tensor, count: int) -> Tensor:
    """Return a mask of the ``count`` least scores of all."""
    mask = torch.zeros(scores.numel(), dtype=torch.bool, device=scores.device)
    mask[scores.flatten().argsort(stable=True)[:count]] = True
    return mask.view_as(scores)


def lowest_in_rows(scores: Tensor, count: int) -> Tensor:
    """Return a mask of ``count`` entries, shared out evenly: the least scores of each row."""
    rows = torch.arange(len(scores) + 1, device=scores.device) * count // len(scores)
    ranks = scores.argsort(dim=1, stable=True).argsort(dim=1)
    return ranks < rows.diff()[:, None]


def lowest_in_groups(scores: Tensor, pattern: str) -> Tensor:
    """Return a mask that leaves ``n`` of each ``m`` consecutive entries of a row."""
    kept, group = parse_pattern(pattern)
    refuse_indivisible("the matrix", scores.shape[1], pattern)
    groups = scores.reshape(-1, group)
    ranks = groups.argsort(dim=1, stable=True).argsort(dim=1)
    return (ranks < group - kept).view_as(scores)


def refuse_indivisible(name: str, inputs: int, pattern: str) -> None:
    """Refuse inputs that do not make whole groups.

    Raises:
        InputError: names the layer.
    """
    group = parse_pattern(pattern)[1]
    if inputs % group:
        reason = f"has {inputs} inputs, which groups of {group} (pattern {pattern}) do not divide"
        raise InputError(name, reason, "choose another pattern or leave the layer out")
