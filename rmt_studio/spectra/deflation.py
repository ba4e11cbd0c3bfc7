"""How many eigenvalues are spikes: those that leave a noise bulk when they are set aside.

``k`` strong components of a ``p x n`` matrix take ``k`` dimensions from each side. What is left is
a ``(p - k) x (n - k)`` noise problem: its eigenvalues ``s^2 / n`` follow the Marchenko-Pastur law
of ratio ``(p - k)/(n - k)`` with variance ``v (n - k)/n``. Setting the spikes aside without
shrinking the sides as well leaves the variance ``k/n`` too low; keeping them leaves it far too
high (BEMA by 30 % at 20 % spikes of a square matrix).
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra.kolmogorov import central_window, kolmogorov_distances
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur, approximate_quantiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Estimator = Callable[[NDArray[np.float64], float], NDArray[np.float64]]

MOST = 0.5  # share of the eigenvalues that may be spikes
TRIM = 0.1  # at each end of what is left, where spikes and bulk mix
_FEWEST = 16  # eigenvalues; below, a spike cannot be told from the scatter of the bulk
_STEPS = 12  # of the first scan; each later one spans two of its steps
_FINER = 4
_SLACK = 1.5  # steps of the empirical cdf, about the scatter of noise's own distance


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
    Of the ``k`` whose distance is within ``1.5/p`` of the least the smallest is
    taken: finite spikes press the bulk down a little, and one more deflated presses it further.

    Measured over planted spikes of 1.5 to 10 times the detection limit at p = 768 and ratios 1,
    1/3 and 1/4, the variance matched afterwards errs by under 3 % up to 20 % spikes, 5 % at 30 %.

    Args:
        eigenvalues: ascending and positive, shape ``(..., p)``.
        ratio: ``p/n``.
        estimator: ``(ascending, ratio) -> variances``, used at each step of the scan.
    """
    spectra = np.atleast_2d(eigenvalues)
    counts = np.zeros(len(spectra), dtype=np.int64)
    if spectra.shape[1] >= _FEWEST:
        unlike = misfit(spectra, ratio, matched_variance) > noise_reach(spectra.shape[1])
        for row in np.flatnonzero(unlike):
            counts[row] = _least_distance(
                partial(_misfit_without, spectra[row], ratio, estimator), spectra.shape[1]
            )
    return counts.reshape(eigenvalues.shape[:-1])


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


def _misfit_without(
    eigenvalues: NDArray[np.float64], ratio: float, estimator: Estimator, spikes: int
) -> float:
    """Return the distance of one spectrum, shape ``(p,)``, after deflating ``spikes``."""
    return float(misfit(*deflate(eigenvalues, ratio, spikes), estimator))


def _least_distance(distance: Callable[[int], float], dimension: int) -> int:
    """Return the ``k`` of least distance: scanned up to `MOST`, then twice more finely."""
    seen = lru_cache(maxsize=None)(distance)
    most = int(MOST * dimension)
    step = max(most // _STEPS, 1)
    best = min(range(0, most + 1, step), key=seen)
    while step > 1 and step > dimension // 400:
        finer = max(step // _FINER, 1)
        around = range(max(best - step + finer, 0), min(best + step, most + 1), finer)
        best, step = min((best, *around), key=seen), finer
    near = seen(best) + _SLACK / dimension
    while best > 0 and seen(best - 1) <= near:
        best -= 1
    return best
