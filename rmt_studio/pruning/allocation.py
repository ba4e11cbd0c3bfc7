"""Shares of the layers that together cost least, given what a few shares of each layer cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.pruning.ranking import whole_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 0.95
"""No layer loses more than this share: beyond the last probe its cost is a guess."""

_GRID = 0.005
_LEAST_COST = 1e-9


def cheapest_shares(
    costs: list[tuple[float, ...]], probes: tuple[float, ...], sizes: list[int], remove: int
) -> list[float]:
    """Return the share of each layer for which the sum of the costs is least.

    Between probes, and beyond the first and the last, the logarithm of a cost is a straight line
    in the share; costs that fall with the share are taken for the greatest before them. Of each
    curve the lower convex hull counts, so taking the steps of all layers in the order of what an
    entry costs there is optimal: the Lagrange multiplier is the slope where the target is met.

    Args:
        costs: of each layer, at each probe.
        probes: shares, ascending, in (0, 1).
        sizes: entries of each layer.
        remove: how many go together; more than `MOST` of all is shared out evenly beyond it.
    """
    grid = np.arange(0, MOST + _GRID / 2, _GRID)
    slopes = np.stack([_slopes(grid, np.array(probes), np.array(cost)) for cost in costs])
    entries = np.array(sizes, dtype=np.float64)[:, None] * np.full(len(grid) - 1, _GRID)
    order = np.argsort((slopes / np.array(sizes)[:, None]).ravel(), kind="stable")
    reached = np.cumsum(entries.ravel()[order])
    taken = np.zeros(entries.size)
    last = min(int(np.searchsorted(reached, remove)), entries.size - 1)
    taken[order[:last]] = 1
    before = reached[last] - entries.ravel()[order[last]]
    taken[order[last]] = min(1, (remove - before) / entries.ravel()[order[last]])
    shares = taken.reshape(entries.shape).sum(1) * _GRID
    missing = remove - float(shares @ np.array(sizes))
    room = float((1 - shares) @ np.array(sizes))
    return whole_shares(shares + (1 - shares) * max(0.0, missing / room), sizes, remove)


def _slopes(
    grid: NDArray[np.float64], probes: NDArray[np.float64], costs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the slope of the convex hull of the cost in each step of the grid."""
    logs = np.log(np.maximum.accumulate(costs.clip(min=_LEAST_COST)))
    value = np.exp(_extended(grid, probes, logs))
    return _hull(grid, value - value[0])


def _extended(
    grid: NDArray[np.float64], places: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the broken line through some points, its first and last piece drawn on."""
    if len(places) == 1:  # nothing tells how steep: as steep as a cost that doubles every tenth
        return values[0] + (grid - places[0]) * np.log(2) / 0.1
    piece = np.clip(np.searchsorted(places, grid) - 1, 0, len(places) - 2)
    steep = np.diff(values) / np.diff(places)
    return values[piece] + (grid - places[piece]) * steep[piece]


def _hull(places: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slopes of the lower convex hull between neighbouring places."""
    corners: list[int] = []
    for index in range(len(places)):
        while len(corners) > 1 and _above(places, values, corners[-2], corners[-1], index):
            corners.pop()
        corners.append(index)
    return np.diff(np.interp(places, places[corners], values[corners])) / np.diff(places)


def _above(
    places: NDArray[np.float64], values: NDArray[np.float64], first: int, middle: int, last: int
) -> bool:
    there = (places[middle] - places[first]) / (places[last] - places[first])
    return bool(values[middle] >= values[first] + there * (values[last] - values[first]))
