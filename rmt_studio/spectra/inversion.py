"""Quantiles of a law whose cdf and density are known: one vectorised root-finder for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_ROUNDS = 60
_STEP = 1e-15
_TINY = 1e-300


def invert_cdf(
    cdf: Curve, pdf: Curve, grid: NDArray[np.float64], share: NDArray[np.float64], noise: float
) -> NDArray[np.float64]:
    """Return the ``x`` with ``cdf(x) = share``, shape ``(m,)``; nan where share is not in [0, 1].

    Newton's steps inside a bracket that only ever shrinks; a step that would leave it becomes a
    bisection, so the flat ends of a cdf cannot throw the search off.

    Args:
        cdf: the distribution function, vectorised, increasing over the grid.
        pdf: its derivative.
        grid: ascending points that span the support; its cells are the first brackets.
        share: the wanted values, shape ``(m,)``.
        noise: relative rounding error of ``cdf``; a value met this closely counts as met.
    """
    values = np.maximum.accumulate(cdf(grid))
    cell = np.searchsorted(values, share, side="right").clip(1, grid.size - 1)
    low, high = grid[cell - 1], grid[cell]
    x = (low + high) / 2
    for _ in range(_ROUNDS):
        excess = cdf(x) - share
        low = np.where(excess < 0, x, low)
        high = np.where(excess > 0, x, high)
        step = x - excess / np.maximum(pdf(x), _TINY)
        moved = np.where((low <= step) & (step <= high), step, (low + high) / 2)
        settled = (np.abs(moved - x) < _STEP) | (np.abs(excess) <= noise * share)
        x = moved
        if settled.all():
            break
    return np.where((share >= 0) & (share <= 1), x, np.nan)
