"""The estimators of the noise variance that a bulk of eigenvalues shows, under their names.

Each takes ascending eigenvalues ``(..., p)`` of one matrix or of many alike, so that the null
distributions are simulated by the very code that fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra import deflation
from rmt_studio.spectra.gamma_fit import gamma_fit
from rmt_studio.spectra.kolmogorov import central_window
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur, midpoint_quantiles
from rmt_studio.spectra.variance_fits import least_distance_variance, likeliest_variance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from rmt_studio.spectra.gamma_fit import GammaFit

DEFAULT_METHOD = "deflated"
DEFAULT_TRIM = 0.25
DEFAULT_BETA = 0.05


@dataclass(frozen=True)
class BulkMethod:
    """One way to read the noise variance off a spectrum.

    Attributes:
        label: the name that a person reads.
        source: where it was published.
        defaults: its options with their default values; ``beta`` is the significance of the
            threshold in every method.
        variance: ``(ascending eigenvalues (..., p), ratio, trim) -> variances (...)``.
        scatter: what the fitted variance adds to the scatter of the largest eigenvalue over it on
            pure noise, as a standard deviation of the variance in units of ``v sqrt(2/(p n))``,
            that of the mean square of all entries. Less than the variance's own, which moves
            with that eigenvalue; simulated at 64 x 64 to 192 x 768, to a fifth.
        spikes: ``(ascending eigenvalues (..., p), ratio) -> counts (...)`` of the eigenvalues to
            set aside before (`rmt_studio.spectra.deflation`); None where the method keeps all.
        gamma: as ``variance``, but of noise with unequal row variances, whose spread comes with it
            (`rmt_studio.spectra.gamma_fit`); None where one variance is fitted.
    """

    label: str
    source: str
    defaults: Mapping[str, float]
    variance: Callable[[NDArray[np.float64], float, float], NDArray[np.float64]]
    scatter: float
    spikes: Callable[[NDArray[np.float64], float], NDArray[np.int64]] | None = None
    gamma: Callable[[NDArray[np.float64], float, float], GammaFit] | None = None


def bema_variance(
    eigenvalues: NDArray[np.float64], ratio: float, trim: float
) -> NDArray[np.float64]:
    """Return the variance by bulk eigenvalue matching: a line through the central quantiles.

    ``v = sum q_k lambda_k / sum q_k^2`` over the eigenvalues in the central window, with ``q_k``
    their expected places under unit variance. The source takes ``q_k`` at the level ``k/p``. Here
    it is the mid-point ``(k - 1/2)/p``: the k-th of p ordered values scatters around that level,
    so ``k/p`` shifts every quantile by half a spacing to one side and biases ``v`` by order
    ``1/p``, and the outcome would depend on whether one counts from the top or the bottom.

    Source: Ke, Ma & Lin (2023), "Estimation of the number of spiked eigenvalues in a covariance
    matrix by bulk eigenvalue matching analysis", JASA 118.
    """
    window = central_window(eigenvalues.shape[-1], trim)
    quantiles = midpoint_quantiles(eigenvalues.shape[-1], ratio)[window]
    return eigenvalues[..., window] @ quantiles / (quantiles @ quantiles)


def gamma_variance(
    eigenvalues: NDArray[np.float64], ratio: float, trim: float
) -> NDArray[np.float64]:
    """Return the mean of unequal row variances, matched together with their spread."""
    return gamma_fit(eigenvalues, ratio, trim).variance


def median_variance(
    eigenvalues: NDArray[np.float64], ratio: float, _trim: float
) -> NDArray[np.float64]:
    """Return the variance by matching medians: ``v = median(lambda) / median of the law``.

    Source: Gavish & Donoho (2014), "The optimal hard threshold for singular values is 4/sqrt(3)".
    """
    return np.median(eigenvalues, axis=-1) / MarchenkoPastur(ratio).median()


def deflated_variance(
    eigenvalues: NDArray[np.float64], ratio: float, _trim: float
) -> NDArray[np.float64]:
    """Return the variance by matching all quantiles but a tenth at each end, or BEMA's.

    Where the spikes are set aside the window may be wider than that of BEMA alone. Where no
    number of spikes leaves noise (`rmt_studio.spectra.deflation.credible_spike_counts`) none is
    set aside, and the window is BEMA's.
    """
    wide = bema_variance(eigenvalues, ratio, deflation.TRIM)
    plain = bema_variance(eigenvalues, ratio, DEFAULT_TRIM)
    return np.where(deflation.leaves_noise(eigenvalues, ratio), wide, plain)


def nearest_variance(
    eigenvalues: NDArray[np.float64], ratio: float, _trim: float
) -> NDArray[np.float64]:
    """Return the variance of the law nearest in Kolmogorov distance."""
    return least_distance_variance(eigenvalues, ratio)


def nearest_spikes(eigenvalues: NDArray[np.float64], ratio: float) -> NDArray[np.int64]:
    """Return the number of spikes for which the nearest law of all variances is the nearest.

    The least distance over variance and bulk share together. With the pressure of the spikes
    divided out (`rmt_studio.spectra.pressure.bulk_pressure`) the variance errs, over the spikes
    described there, by at most 1.3 % up to 20 % spikes, 3.3 % at 30 % and 4.3 % at 40 %.
    """
    return deflation.spike_counts(eigenvalues, ratio, partial(least_distance_variance, rounds=10))


BULK_METHODS: Mapping[str, BulkMethod] = MappingProxyType(
    {
        "bema": BulkMethod(
            "Bulk matching (BEMA)",
            "Ke, Ma & Lin 2023",
            MappingProxyType({"alpha": DEFAULT_TRIM, "beta": DEFAULT_BETA}),
            bema_variance,
            0.95,
        ),
        "bema_gamma": BulkMethod(
            "Unequal variances (BEMA-gamma)",
            "Ke, Ma & Lin 2023, general model",
            MappingProxyType({"alpha": DEFAULT_TRIM, "beta": DEFAULT_BETA}),
            gamma_variance,
            0.95,
            gamma=gamma_fit,
        ),
        "median": BulkMethod(
            "Median",
            "Gavish & Donoho 2014",
            MappingProxyType({"beta": DEFAULT_BETA}),
            median_variance,
            1.9,
        ),
        "deflated": BulkMethod(
            "Spikes deflated",
            "bulk matching after Ke, Ma & Lin 2023 on the (p - k) x (n - k) law",
            MappingProxyType({"beta": DEFAULT_BETA}),
            deflated_variance,
            0.4,
            deflation.credible_spike_counts,
        ),
        "kolmogorov": BulkMethod(
            "Least Kolmogorov distance",
            "Wolfowitz 1957",
            MappingProxyType({"beta": DEFAULT_BETA}),
            nearest_variance,
            0.9,
            nearest_spikes,
        ),
        "likelihood": BulkMethod(
            "Maximum likelihood",
            "Cohen 1950",
            MappingProxyType({"beta": DEFAULT_BETA}),
            likeliest_variance,
            1.25,
            deflation.spike_counts,
        ),
        "paper": BulkMethod(
            "Preset of the paper",
            "Ke, Ma & Lin 2023, as in the MP-based pruning papers",
            MappingProxyType({"alpha": 0.25, "beta": 0.8}),
            bema_variance,
            0.95,
        ),
    }
)
