"""How many eigenvalues are spikes: those that leave a noise bulk when they are set aside.

``k`` strong components of a ``p x n`` matrix take ``k`` dimensions from each side. What is left is
a ``(p - k) x (n - k)`` noise problem: its eigenvalues ``s^2 / n`` follow the Marchenko-Pastur law
of ratio ``(p - k)/(n - k)`` with variance ``v (n - k)/n``. Setting the spikes aside without
shrinking the sides as well leaves the variance ``k/n`` too low; keeping them leaves it far too
high (BEMA by 30 % at 20 % spikes of a square matrix).

That is the whole story for endlessly strong components. One of finite strength repels the bulk and
so presses its eigenvalues down a little: `rmt_studio.spectra.pressure`.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra.kolmogorov import central_window, kolmogorov_distances
from rmt_studio.spectra.marchenko_pastur import (
    MarchenkoPastur,
    approximate_quantiles,
    quantiles_of_laws,
    shares_of_laws,
)
from rmt_studio.spectra.thresholds import noise_threshold

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Estimator = Callable[[NDArray[np.float64], float], NDArray[np.float64]]

MOST = 0.5  # share of the eigenvalues that may be spikes
TRIM = 0.1  # at each end of what is left, where spikes and bulk mix
_FEWEST = 16  # eigenvalues; below, a spike cannot be told from the scatter of the bulk
_STEPS = 12  # of the first scan; each later one spans two of its steps
_FINER = 4
_RANKS = 192  # at which the scan looks
_SLACK = 0.5  # steps of the empirical cdf, within which two distances count as the same
_SIGNIFICANCE = 0.05  # of the threshold beyond which an eigenvalue is a spike in any case
_SURE = 0.001  # of the threshold beyond which it is one even where the bulk as a whole fits
_BLUR = 0.003  # Kolmogorov distance that finite spikes add to the bulk they press on


def matched_variance(eigenvalues: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Return ``sum q_k lambda_k / sum q_k^2`` over all but a tenth at each end, shape ``(...)``.

    The quantiles are the quick ones of the scan, to about 1e-5.
    """
    window = central_window(eigenvalues.shape[-1], TRIM)
    quantiles = approximate_quantiles(eigenvalues.shape[-1], ratio)[window]
    return eigenvalues[..., window] @ quantiles / (quantiles @ quantiles)


def deflate(
    eigenvalues: NDArray[np.float64], ratio: float, spikes: int
) -> tuple[NDArray[np.float64], float]:
    """Return the ``p - k`` lowest eigenvalues in units ``n / (n - k)`` larger, and their ratio.

    Args:
        eigenvalues: ascending, shape ``(..., p)``.
        ratio: ``p/n``.
        spikes: ``k``, fewer than ``p``.
    """
    dimension = eigenvalues.shape[-1]
    samples = dimension / ratio
    left = dimension - spikes
    shrink = samples / (samples - spikes) if spikes else 1.0
    return eigenvalues[..., :left] * shrink, left / (samples - spikes) if spikes else ratio


def spike_counts(
    eigenvalues: NDArray[np.float64], ratio: float, estimator: Estimator = matched_variance
) -> NDArray[np.int64]:
    """Return for each spectrum the number of spikes whose deflation leaves the best noise bulk.

    It is 0 where the undeflated bulk fits as well as noise does (`noise_reach`), so that pure
    noise is not trimmed to flatter its distance; else the ``k`` up to half of the eigenvalues
    with the least Kolmogorov distance, found by a scan in steps of ``p/24`` that is twice refined.
    Of the ``k`` whose distance is within ``0.5/p`` of the least the smallest is taken, and then
    whatever still lies above the threshold of the bulk that is left. That is so for a bulk that
    fits, too, where noise would reach the largest eigenvalue once in 1000 times: three endless
    spikes of 64 move a distance less than noise does, and the variance by 8 %.

    Args:
        eigenvalues: ascending and positive, shape ``(..., p)``.
        ratio: ``p/n``.
        estimator: ``(ascending, ratio) -> variances``, used at each step of the scan.
    """
    spectra = np.atleast_2d(eigenvalues)
    counts = np.zeros(len(spectra), dtype=np.int64)
    if spectra.shape[1] >= _FEWEST:
        unlike = misfit(spectra, ratio, matched_variance) > noise_reach(spectra.shape[1])
        for row in np.flatnonzero(unlike | _surely_spiked(spectra, ratio)):
            exact = partial(_misfit_without, spectra[row], ratio, estimator)
            quick = partial(_quick_misfits, spectra[row], ratio)
            scan = quick if estimator is matched_variance else _one_by_one(exact)
            least = _least_distance(scan, exact, spectra.shape[1]) if unlike[row] else 0
            counts[row] = _with_all_above(spectra[row], ratio, estimator, least)
    return counts.reshape(eigenvalues.shape[:-1])


def credible_spike_counts(eigenvalues: NDArray[np.float64], ratio: float) -> NDArray[np.int64]:
    """Return `spike_counts` where what they leave is noise, else 0.

    Rows of unequal variance widen a bulk as well. Setting aside the upper end of such a spectrum
    improves the fit, but does not make it one; `leaves_noise` tells the two apart.
    """
    spectra = np.atleast_2d(eigenvalues)
    counts = np.atleast_1d(spike_counts(spectra, ratio))
    for row in np.flatnonzero(counts):
        counts[row] *= leaves_noise(*deflate(spectra[row], ratio, int(counts[row])))
    return counts.reshape(eigenvalues.shape[:-1])


def leaves_noise(eigenvalues: NDArray[np.float64], ratio: float) -> NDArray[np.bool_]:
    """Return whether spectra, shape ``(..., p)``, are as near their law as noise is.

    Within 0.003 of `noise_reach`: what planted spikes leave stays within 0.0024 of it (the patterns
    of `rmt_studio.spectra.pressure` up to 30 %, at p = 192 and 768). The matrices of a trained
    vision transformer mostly lie far beyond.
    """
    limit = noise_reach(eigenvalues.shape[-1]) + _BLUR
    return misfit(eigenvalues, ratio, matched_variance) <= limit


def noise_reach(dimension: int) -> float:
    """Return a Kolmogorov distance that pure noise with fitted variance hardly ever exceeds.

    ``(1.5 + log(p)/2) / p``: above the simulated 99 % quantile from p = 16 to p = 4096.
    """
    return (1.5 + 0.5 * math.log(dimension)) / dimension


def misfit(
    eigenvalues: NDArray[np.float64], ratio: float, estimator: Estimator
) -> NDArray[np.float64]:
    """Return the Kolmogorov distance from the law with the variance estimated, shape ``(...)``."""
    variance = np.asarray(estimator(eigenvalues, ratio))[..., None]
    return kolmogorov_distances(MarchenkoPastur(ratio).cdf(eigenvalues / variance), TRIM)[0]


def _surely_spiked(spectra: NDArray[np.float64], ratio: float) -> NDArray[np.bool_]:
    """Return of which spectra, shape ``(m, p)``, the largest eigenvalue is beyond noise."""
    threshold = noise_threshold(MarchenkoPastur(ratio), spectra.shape[1] / ratio, _SURE)
    return spectra[:, -1] > threshold * matched_variance(spectra, ratio)


def _misfit_without(
    eigenvalues: NDArray[np.float64], ratio: float, estimator: Estimator, spikes: int
) -> float:
    """Return the distance of one spectrum, shape ``(p,)``, after deflating ``spikes``."""
    return float(misfit(*deflate(eigenvalues, ratio, spikes), estimator))


def _one_by_one(
    distance: Callable[[int], float],
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """Return a scan that asks for each ``k`` by itself, once."""
    seen = lru_cache(maxsize=None)(distance)
    return lambda spikes: np.array([seen(int(k)) for k in spikes])


def _quick_misfits(
    eigenvalues: NDArray[np.float64], ratio: float, spikes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return `_misfit_without` for many ``k`` at once, shape ``(m,)``, with the matched variance.

    Each is read at 192 evenly spread ranks only: good enough to find the valley, not its floor.
    """
    dimension = eigenvalues.size
    samples, left = dimension / ratio, (dimension - spikes)[:, None]
    spread = (np.arange(min(_RANKS, dimension)) + 0.5) / min(_RANKS, dimension)
    ranks = (spread * left).astype(np.int64)
    levels, ratios = (ranks + 0.5) / left, (left / (samples - spikes[:, None]))[:, 0]
    values, quantiles = eigenvalues[ranks], quantiles_of_laws(levels, ratios)
    window = central_window(spread.size, TRIM)
    matched, square = values[:, window] * quantiles[:, window], quantiles[:, window] ** 2
    unit = matched.sum(axis=1) / square.sum(axis=1)
    gaps = np.abs(shares_of_laws(values / unit[:, None], ratios) - levels)
    return gaps.max(axis=1) + 0.5 / left[:, 0]


def _least_distance(
    scan: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    distance: Callable[[int], float],
    dimension: int,
) -> int:
    """Return the ``k`` of least distance: scanned up to `MOST`, then twice more finely.

    Args:
        scan: distances of many ``k``, perhaps roughly.
        distance: that of one ``k``, which settles the last steps.
        dimension: ``p``.
    """
    most = int(MOST * dimension)
    step = max(most // _STEPS, 1)
    places = np.arange(0, most + 1, step)
    best = int(places[scan(places).argmin()])
    while step > 1 and step > dimension // 400:
        finer = max(step // _FINER, 1)
        places = np.arange(max(best - step + finer, 0), min(best + step, most + 1), finer)
        best, step = int(places[scan(places).argmin()]), finer
    near = distance(best) + _SLACK / dimension
    while best > 0 and distance(best - 1) <= near:
        best -= 1
    return best


def _with_all_above(
    eigenvalues: NDArray[np.float64], ratio: float, estimator: Estimator, spikes: int
) -> int:
    """Return the number of spikes with all that lie above the threshold of what is left."""
    dimension = eigenvalues.size
    samples = dimension / ratio
    for _ in range(3):
        left, left_ratio = deflate(eigenvalues, ratio, spikes)
        unit = float(estimator(left, left_ratio)) * (samples - spikes) / samples
        law = MarchenkoPastur(left_ratio, unit)
        threshold = noise_threshold(law, samples - spikes, _SIGNIFICANCE)
        above = int(np.count_nonzero(eigenvalues > threshold))
        if above <= spikes:
            break
        spikes = min(above, int(MOST * dimension))
    return spikes
