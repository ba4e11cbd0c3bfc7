"""The Kolmogorov distance that pure noise reaches: the yardstick beside every fit.

Eigenvalues repel each other and so sit far more evenly than independent draws; fitting the
variance to them takes off some more. The 95 % quantile grows from about 2/p at p = 16 to 4.5/p at
p = 4096, where independent draws would reach 1.36/sqrt(p). `rmt_studio.spectra.null_table`
simulated it for pure noise whose variance is fitted by the method in question; here it is looked
up.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

TABLE_FILE = Path(__file__).with_name("null_table.json")


@lru_cache(maxsize=4096)
def null_distances(method: str, trim: float, dimension: int, ratio: float) -> tuple[float, float]:
    """Return the 95 % quantiles of the whole and the central distance under pure noise.

    ``p`` times the quantile is interpolated linearly in the trim, the ratio and ``log p``. Trim
    and ratio are held at the ends of the table (0.05 to 0.45 and 0.001 to 1); beyond its largest
    ``p`` of 4096 the last straight line in ``log p`` goes on, which is the growth seen below it.

    Args:
        method: a key of `BULK_METHODS`, with its other options at any value.
        trim: share left out at each end by the estimator and by the central distance.
        dimension: number of eigenvalues, ``p``.
        ratio: aspect ratio ``p/n``.
    """
    table = _table()
    values = _between(table["trims"][method], table["scaled_quantiles"][method], trim)
    values = _between(table["ratios"], values, ratio)
    levels = _between(np.log(table["dimensions"]), values, math.log(dimension), extend=True)
    return float(levels[0] / dimension), float(levels[1] / dimension)


def _between(
    nodes: list[float] | np.ndarray, values: np.ndarray, at: float, *, extend: bool = False
) -> np.ndarray:
    """Interpolate along the first axis; past the last node hold or, if told, go on straight."""
    if len(nodes) == 1:
        return values[0]
    place = int(np.clip(np.searchsorted(nodes, at) - 1, 0, len(nodes) - 2))
    weight = (at - nodes[place]) / (nodes[place + 1] - nodes[place])
    weight = max(weight, 0.0) if extend else min(max(weight, 0.0), 1.0)
    return (1 - weight) * values[place] + weight * values[place + 1]


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    """Return the simulated table, its quantiles as arrays by method."""
    table = json.loads(TABLE_FILE.read_text(encoding="utf-8"))
    scaled = table["scaled_quantiles"]
    return {**table, "scaled_quantiles": {key: np.array(value) for key, value in scaled.items()}}
