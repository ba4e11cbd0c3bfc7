"""BEMA for unequal noise variances: mean and spread matched to the bulk's quantiles together.

The expected places of the eigenvalues are asked for at many spreads of the variances. They are
smooth in the spread, so the law is solved at a few of them, once for each shape, and a Chebyshev
series in between answers in microseconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

from rmt_studio.spectra.gamma_law import LEAST_THETA, GammaMarchenkoPastur
from rmt_studio.spectra.kolmogorov import central_window
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur, midpoint_quantiles
from rmt_studio.spectra.variance_fits import golden_minimum

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_SPREAD = LEAST_THETA**-0.5
_FEWEST = 16  # eigenvalues; below, unequal variances cannot be told from the scatter of equal ones
_DEGREE = 15
_PLACES = 161  # of the first search
_ROUNDS = 30
_LEAST_SPREAD = 1e-3  # the law is then Marchenko and Pastur's to 1e-6


class GammaFit(NamedTuple):
    """Mean of the variances, and their standard deviation over that mean: ``theta^(-1/2)``."""

    variance: NDArray[np.float64]
    spread: NDArray[np.float64]


def gamma_fit(eigenvalues: NDArray[np.float64], ratio: float, trim: float) -> GammaFit:
    """Return ``v`` and the spread whose law's quantiles lie nearest to the central eigenvalues.

    Least ``sum_k (lambda_k - v q_k(theta))^2`` over the central window, ``q_k`` at mid-points as in
    `rmt_studio.spectra.bulk_methods.bema_variance`. For each spread the best ``v`` is
    ``sum q lambda / sum q^2``; over spreads from 0 to 2 the remainder is searched on a grid and
    then by golden section. Equal variances, spread 0, are the edge of the range and often the
    outcome for plain noise. Under 16 eigenvalues the spread is not asked for.

    Simulated at p = 128, n = 512 for a spread of 1, 0.5 and 0.2: found 1.00 +- 0.09, 0.50 +- 0.04
    and 0.20 +- 0.03, with a mean variance that scatters by 11, 5 and 2 %, where the mean of 128
    drawn variances alone scatters by 9, 4 and 2 %. On noise of equal variances the spread found by
    chance is about 0.05, and lifts the mean variance by some 0.1 %.

    Args:
        eigenvalues: ascending and positive, shape ``(..., p)``.
        ratio: ``p/n``.
        trim: share left out at each end.

    Returns:
        Both of shape ``(...)``.

    Source: Ke, Ma & Lin (2023), general algorithm; there the quantiles are simulated.
    """
    dimension, shape = eigenvalues.shape[-1], eigenvalues.shape[:-1]
    window = central_window(dimension, trim)
    spectra = np.atleast_2d(eigenvalues)[:, window]
    if dimension < _FEWEST:
        quantiles = midpoint_quantiles(dimension, ratio)[window]
        plain = spectra @ quantiles / (quantiles @ quantiles)
        return GammaFit(plain.reshape(shape), np.zeros(shape))
    series = quantile_series(dimension, ratio)[:, window]
    unit = spectra[:, -1:]  # the squares of eigenvalues may leave the range of float64
    spectra = spectra / unit
    along, gram = spectra @ series.T, series @ series.T
    spread = _nearest_spread(along, gram, np.square(spectra).sum(axis=1))
    basis = spread_basis(spread)
    variance = (along * basis).sum(axis=1) / ((basis @ gram) * basis).sum(axis=1)
    return GammaFit((variance * unit[:, 0]).reshape(shape), spread.reshape(shape))


def _nearest_spread(
    along: NDArray[np.float64], gram: NDArray[np.float64], square: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the spread of least remainder for each spectrum, shape ``(m,)``.

    Args:
        along: scalar products of spectra and series terms, shape ``(m, terms)``.
        gram: those of the series terms, shape ``(terms, terms)``.
        square: squared norms of the spectra, shape ``(m,)``.
    """

    def remainder(spread: NDArray[np.float64]) -> NDArray[np.float64]:
        basis = spread_basis(spread)
        norm = ((basis @ gram) * basis).sum(axis=1)
        return 1 - (along * basis).sum(axis=1) ** 2 / (norm * square)

    grid = np.linspace(0.0, MOST_SPREAD, _PLACES)
    basis = spread_basis(grid)
    match = (along @ basis.T) ** 2 / ((basis @ gram) * basis).sum(axis=1)
    best = match.argmax(axis=1)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, grid.size - 1)]
    spread = golden_minimum(remainder, low, high, _ROUNDS)
    none = remainder(np.zeros(len(square))) <= remainder(spread) + 1e-14
    return np.where(none | (spread < _LEAST_SPREAD), 0.0, spread)


def spread_basis(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Chebyshev polynomials at spreads, shape ``(m, terms)``."""
    return chebyshev.chebvander(2 * spread / MOST_SPREAD - 1, _DEGREE)


@lru_cache(maxsize=32)
def quantile_series(dimension: int, ratio: float) -> NDArray[np.float64]:
    """Return `spread_series` of the mid-point quantiles, shape ``(terms, dimension)``, read-only.

    Kept for the shapes of a model.
    """
    series = spread_series(dimension, ratio, (np.arange(dimension) + 0.5) / dimension)
    series.setflags(write=False)
    return series


def spread_series(dimension: int, ratio: float, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Chebyshev coefficients, over the spread, of the quantiles at some levels.

    The law is solved at the extreme points of the last polynomial, spread 0 among them, where it
    is Marchenko and Pastur's. In the series' range the central quantiles err by 1e-5 at ratios
    from 1/4 up; at 1/50 a wide spread breaks the bulk into parts and they err by some per cent.

    Args:
        dimension: ``p``.
        ratio: ``p/n``.
        levels: in [0, 1], shape ``(m,)``.

    Returns:
        Shape ``(terms, m)``.
    """
    nodes = -np.cos(np.pi * np.arange(_DEGREE + 1) / _DEGREE)
    spreads = MOST_SPREAD * (nodes[1:] + 1) / 2
    laws = [GammaMarchenkoPastur(ratio, float(spread**-2), dimension) for spread in spreads]
    values = np.array([law.ppf(levels) for law in (MarchenkoPastur(ratio), *laws)])
    series = np.linalg.solve(chebyshev.chebvander(nodes, _DEGREE), values)
    return np.asarray(series, dtype=np.float64)
