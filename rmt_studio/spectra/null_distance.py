"""The Kolmogorov distance that pure noise reaches: the yardstick beside every fit.

Eigenvalues repel each other and so sit far more evenly than independent draws; fitting the
variance to them takes off some more. The 95 % quantile grows from about 2/p at p = 16 to 4.5/p at
p = 4096, where independent draws would reach 1.36/sqrt(p). `rmt_studio.spectra.null_table`
simulated it for pure noise whose variance is fitted by the method in question, and
`rmt_studio.spectra.gamma_null_table` for noise with unequal row variances; here it is looked up.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_studio.spectra.bulk_methods import BULK_METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_P_VALUE = 0.001
TABLE_FILE = Path(__file__).with_name("null_table.json")
GAMMA_TABLE_FILE = Path(__file__).with_name("gamma_null_table.json")


def null_distances(
    method: str, trim: float, dimension: int, ratio: float, theta: float | None = None
) -> tuple[float, float]:
    """Return the 95 % quantiles of the whole and the central distance under pure noise.

    Args:
        method: a key of `BULK_METHODS`, with its other options at any value.
        trim: share left out at each end by the estimator and by the central distance.
        dimension: number of eigenvalues, ``p``.
        ratio: aspect ratio ``p/n``.
        theta: the fitted shape of the gamma law of row variances, where there is one.
    """
    at_95 = null_quantiles(method, trim, dimension, ratio, theta)[_table()["levels"].index(0.95)]
    return float(at_95[0]), float(at_95[1])


@lru_cache(maxsize=4096)
def null_quantiles(
    method: str, trim: float, dimension: int, ratio: float, theta: float | None = None
) -> NDArray[np.float64]:
    """Return the quantiles of the whole and the central distance under pure noise, read-only.

    At the levels 50, 75, 90, 95, 99 and 99.9 %, shape ``(6, 2)``. ``p`` times the quantile is
    interpolated linearly in the trim, the ratio and ``log p``. Trim and ratio are held at the ends
    of the table (0.05 to 0.45 and 0.001 to 1); beyond its largest ``p`` of 4096 the last straight
    line in ``log p`` goes on, which is the growth seen below it.

    For a method that fits unequal variances it is noise of the fitted spread: see
    `_gamma_quantiles`.
    """
    table = _table()
    if BULK_METHODS[method].gamma and dimension >= _gamma_table()["dimensions"][0]:
        quantiles = _gamma_quantiles(trim, dimension, ratio, theta)
    else:
        entry = table["same_as"].get(method, method)
        values = _between(table["trims"][entry], table["scaled_quantiles"][entry], trim)
        values = _between(table["ratios"], values, ratio)
        scaled = _between(np.log(table["dimensions"]), values, math.log(dimension), extend=True)
        quantiles = scaled / dimension
    quantiles.setflags(write=False)
    return quantiles


def _gamma_quantiles(
    trim: float, dimension: int, ratio: float, theta: float | None
) -> NDArray[np.float64]:
    """Return the quantiles for noise whose row variances have the spread ``theta^(-1/2)``.

    The logarithm of the quantile is interpolated linearly in the trim, the spread, the ratio and
    ``log p``, the first three held at the ends of the table, the last going on beyond its largest
    ``p``. Under its least, 16, no spread is fitted.
    """
    table = _gamma_table()
    values = _between(table["trims"], np.log(table["quantiles"]), trim)
    values = _between(table["spreads"], values, theta**-0.5 if theta else 0.0)
    values = _between(table["ratios"], values, ratio)
    return np.exp(_between(np.log(table["dimensions"]), values, math.log(dimension), extend=True))


def misfit_p_values(
    method: str,
    trim: float,
    dimension: int,
    ratio: float,
    distances: tuple[float, float],
    theta: float | None = None,
) -> tuple[float, float]:
    """Return the p-values of a whole and a central distance under pure noise.

    Between the simulated levels ``log`` of the p-value is interpolated linearly in the distance;
    up to the median it falls from 1 at ``1/(2p)``, the least distance there is. The simulation
    tells nothing beyond its last level: `LEAST_P_VALUE` stands for "that or less".
    """
    table, quantiles = _table(), null_quantiles(method, trim, dimension, ratio, theta)
    shares = np.log(1 - np.array([0.0, *table["levels"]]))
    least = 0.5 / dimension
    found = [
        math.exp(
            np.interp(distance, np.maximum.accumulate([least, *column]), shares, right=-math.inf)
        )
        for distance, column in zip(distances, quantiles.T, strict=True)
    ]
    return max(found[0], LEAST_P_VALUE), max(found[1], LEAST_P_VALUE)


def p_value_text(p_value: float) -> str:
    """Return a p-value as it is printed: two digits, "< 0.001" where the simulation ends."""
    return f"< {LEAST_P_VALUE:g}" if p_value <= LEAST_P_VALUE else f"{p_value:.2g}"


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


@lru_cache(maxsize=1)
def _gamma_table() -> dict[str, Any]:
    """Return the simulated table for unequal row variances, its quantiles as an array."""
    table = json.loads(GAMMA_TABLE_FILE.read_text(encoding="utf-8"))
    return {**table, "quantiles": np.array(table["quantiles"])}
