"""The extreme eigenvalues of noise whose row variances are drawn from a gamma law.

For given variances the largest eigenvalue is that of the generalised Marchenko-Pastur law, with
Tracy-Widom's fluctuation; and the edge itself moves with the variances drawn, mostly with the
largest of them. So the variances are drawn, 400 times with a fixed seed, and the probability is the
mean of Tracy-Widom's over the draws.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra.gamma_law import population
from rmt_studio.spectra.silverstein import Edges, edges_at, lower_root, upper_root
from rmt_studio.spectra.tracy_widom import TracyWidom1

if TYPE_CHECKING:
    from rmt_studio.spectra.gamma_law import GammaMarchenkoPastur

DRAWS = 400
_SEED = 20_230_118
_ROUNDS = 60
_REACH = 12.0  # Tracy-Widom scales, beyond which nothing is left of the law


def exceedance(law: GammaMarchenkoPastur, samples: int, eigenvalue: float) -> float:
    """Return the probability that the largest of this noise reaches an eigenvalue."""
    edges = _edges(law.ratio, law.theta, law.dimension)[1]
    return _beyond(edges, samples, eigenvalue / law.variance, 1.0)


def gamma_thresholds(law: GammaMarchenkoPastur, samples: int, beta: float) -> tuple[float, float]:
    """Return what the smallest of this noise falls below, and the largest exceeds, with ``beta``.

    The lower one is 0 where less than two rows are short of a square: the hard edge, as in
    `rmt_studio.spectra.thresholds.lower_noise_threshold`.

    Source: Ke, Ma & Lin (2023) simulate whole matrices for the upper one; here the variances alone
    are drawn, and El Karoui (2007) has the rest.
    """
    lower, upper = _edges(law.ratio, law.theta, law.dimension)
    high = law.variance * _quantile(upper, samples, beta, 1.0)
    if samples - law.dimension < 2:
        return 0.0, high
    return law.variance * max(_quantile(lower, samples, beta, -1.0), 0.0), high


def standardised(law: GammaMarchenkoPastur, samples: int, eigenvalue: float) -> float:
    """Return an eigenvalue centred and scaled to Tracy-Widom's law at the edge of ``law``."""
    variances, shares = population(law.theta, law.dimension)
    root = upper_root(variances[None], shares, law.ratio)
    edge = edges_at(root, variances[None], shares, law.ratio)
    scale = edge.scale[0] * samples ** (-2 / 3)
    return float((eigenvalue / law.variance - edge.place[0]) / scale)


def _beyond(edges: Edges, samples: int, place: float, side: float) -> float:
    """Return the mean over the draws of the probability to lie beyond a place (side 1: above)."""
    scale = edges.scale * samples ** (-2 / 3)
    return float(np.mean(1 - TracyWidom1().cdf(side * (place - edges.place) / scale)))


def _quantile(edges: Edges, samples: int, beta: float, side: float) -> float:
    """Return the place beyond which an eigenvalue lies with probability ``beta``, by bisection."""
    scale = edges.scale * samples ** (-2 / 3)
    low = float((edges.place - _REACH * scale).min())
    high = float((edges.place + _REACH * scale).max())
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        rare = _beyond(edges, samples, middle, side) < beta
        low, high = (low, middle) if rare == (side > 0) else (middle, high)
    return (low + high) / 2


@lru_cache(maxsize=64)
def _edges(ratio: float, theta: float, dimension: int) -> tuple[Edges, Edges]:
    """Return the lower and the upper edges of the drawn populations of mean variance 1."""
    rng = np.random.default_rng([_SEED, dimension])
    drawn = np.sort(rng.standard_gamma(theta, (DRAWS, dimension)), axis=1) / theta
    drawn = np.maximum(drawn, 1e-30)
    shares = np.full(dimension, 1 / dimension)
    low, high = lower_root(drawn, shares, ratio), upper_root(drawn, shares, ratio)
    return edges_at(low, drawn, shares, ratio), edges_at(high, drawn, shares, ratio)
