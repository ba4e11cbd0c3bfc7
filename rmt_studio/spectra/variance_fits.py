"""The noise variance by least Kolmogorov distance and by maximum likelihood: one-dimensional
searches over ``log v``, for many spectra at once.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra.deflation import matched_variance
from rmt_studio.spectra.kolmogorov import central_window, kolmogorov_distances
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur, midpoint_quantiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Objective = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_GOLDEN = (math.sqrt(5) - 1) / 2
_TINY = 1e-300
_REACH = 1e-3  # in log v: wide enough for digits, narrow enough for a parabola


def golden_minimum(
    objective: Objective, low: NDArray[np.float64], high: NDArray[np.float64], rounds: int
) -> NDArray[np.float64]:
    """Return the minimisers of functions with one valley each, by golden section.

    Each round shortens every bracket to 0.618 of its length.

    Args:
        objective: ``(m,) -> (m,)``, one function value per place.
        low: left ends, shape ``(m,)``.
        high: right ends, shape ``(m,)``.
        rounds: how many.

    Source: Kiefer (1953), "Sequential minimax search for a maximum".
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = objective(left), objective(right)
    for _ in range(rounds):
        down = at_left <= at_right
        low, high = np.where(down, low, left), np.where(down, right, high)
        new = np.where(down, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_new = objective(new)
        left, right = np.where(down, new, right), np.where(down, left, new)
        at_left, at_right = np.where(down, at_new, at_right), np.where(down, at_left, at_new)
    return (low + high) / 2


def least_distance_variance(
    eigenvalues: NDArray[np.float64], ratio: float, *, rounds: int = 32
) -> NDArray[np.float64]:
    """Return the variance whose law lies nearest in Kolmogorov distance, shape ``(...)``.

    Searched around the matched variance, up to a factor of ``1.1 + 4/p`` on each side, where the
    law holds the median: elsewhere the distance is 1/2 or more, and flat. 32 rounds leave about
    1e-7 of it. On square noise it is about ``0.4/p`` of itself too low, since the worst
    place is often the smallest eigenvalue, which lies lower than the law has it.

    Args:
        eigenvalues: ascending and positive, shape ``(..., p)``.
        ratio: ``p/n``.
        rounds: of the golden section.

    Source: Wolfowitz (1957), "The minimum distance method".
    """
    spectra = np.atleast_2d(eigenvalues)
    law, reach = MarchenkoPastur(ratio), math.log(1.1 + 4 / spectra.shape[1])
    lower, upper = law.support
    middle = np.median(spectra, axis=1)
    least, most = middle / upper, middle / lower if lower > 0 else np.full(len(spectra), math.inf)
    start = np.clip(matched_variance(spectra, ratio), least, most)
    low, high = np.maximum(np.log(least / start), -reach), np.minimum(np.log(most / start), reach)

    def distance(shift: NDArray[np.float64]) -> NDArray[np.float64]:
        scaled = spectra / (start * np.exp(shift))[:, None]
        return kolmogorov_distances(law.cdf(scaled), 0.0)[0]

    shift = golden_minimum(distance, low, high, rounds)
    return (start * np.exp(shift)).reshape(eigenvalues.shape[:-1])


def likeliest_variance(
    eigenvalues: NDArray[np.float64], ratio: float, trim: float
) -> NDArray[np.float64]:
    """Return the variance of greatest likelihood of the central eigenvalues, shape ``(...)``.

    With ``a`` and ``b`` the ends of the central window, it maximises

        sum_window log(f(lambda/v) / v) + m log F(a/v) + m log(1 - F(b/v)),

    ``m`` being the number of eigenvalues on each side: those count, where they lie does not. The
    likelihood is that of independent draws, which eigenvalues are not; the shift of order ``1/p``
    that this leaves is divided out by the estimate on the law's own mid-point quantiles.

    Args:
        eigenvalues: ascending and positive, shape ``(..., p)``.
        ratio: ``p/n``.
        trim: share left out at each end.

    Source: Cohen (1950), "Estimating the mean and variance of normal populations from singly
    truncated and doubly truncated samples", for samples censored at both ends.
    """
    spectra = np.atleast_2d(eigenvalues)
    found = _likeliest(spectra, ratio, trim) / _likeliest_of_law(spectra.shape[1], ratio, trim)
    return found.reshape(eigenvalues.shape[:-1])


@lru_cache(maxsize=256)
def _likeliest_of_law(dimension: int, ratio: float, trim: float) -> float:
    """Return the uncorrected estimate on the mid-point quantiles of unit variance."""
    return float(_likeliest(midpoint_quantiles(dimension, ratio)[None], ratio, trim)[0])


def _likeliest(spectra: NDArray[np.float64], ratio: float, trim: float) -> NDArray[np.float64]:
    """Return the maximisers, shape ``(m,)``, within the laws that hold the whole window."""
    window = central_window(spectra.shape[1], trim)
    central, beside = spectra[:, window], window.start
    lower, upper = MarchenkoPastur(ratio).support
    low = np.log(central[:, -1] / upper)
    high = np.log(central[:, 0] / lower) if lower > 0 else low + math.log(upper) + 7
    start = np.log(matched_variance(spectra, ratio))
    high = np.maximum(np.minimum(high, start + 1.5), low)
    surprise = partial(_surprise, central, ratio, beside)
    found = golden_minimum(surprise, low, high, 24)
    inner = np.minimum(found - low, high - found) > _REACH  # no law may hold the window: low = high
    return np.exp(np.where(inner, _settled(surprise, found), found))


def _settled(objective: Objective, near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vertices of parabolas through three places around smooth minima.

    Values near a flat bottom differ by less than their rounding, so a search by comparison alone
    stops at 1e-8. Where the three do not curve upwards, or the vertex lies outside them, the
    minimum is at an end of the bracket and stays where it was found.
    """
    below, at, above = (objective(near + shift) for shift in (-_REACH, 0.0, _REACH))
    curve = below - 2 * at + above
    shift = _REACH * (below - above) / (2 * np.where(curve > 0, curve, 1.0))
    return near + np.where((curve > 0) & (np.abs(shift) < _REACH), shift, 0.0)


def _surprise(
    central: NDArray[np.float64], ratio: float, beside: int, log_variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return minus the log-likelihood of the window, ``beside`` eigenvalues on each side of it."""
    law = MarchenkoPastur(ratio)
    lower, upper = law.support
    x = central / np.exp(log_variance)[:, None]
    inside = np.maximum((upper - x) * (x - lower), _TINY)
    density = 0.5 * np.log(inside) - np.log(x)
    found = density.sum(axis=1) - central.shape[1] * log_variance
    if beside:
        ends = law.cdf(x[:, [0, -1]])
        found += beside * np.log(np.maximum(ends[:, 0] * (1 - ends[:, 1]), _TINY))
    return -found
