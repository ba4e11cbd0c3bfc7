"""The noise law fitted to one spectrum: its edges, its thresholds, how well it fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.spectra.bulk_methods import BULK_METHODS, DEFAULT_METHOD, DEFAULT_TRIM
from rmt_studio.spectra.deflation import deflate
from rmt_studio.spectra.kolmogorov import kolmogorov_distances
from rmt_studio.spectra.noise_law import bulk_law, noise_thresholds
from rmt_studio.spectra.null_distance import misfit_p_values, null_distances
from rmt_studio.spectra.pressure import bulk_pressure
from rmt_studio.spectra.tails import numerical_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.spectra.bulk_methods import BulkMethod
    from rmt_studio.spectra.gamma_law import GammaMarchenkoPastur
    from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur
    from rmt_studio.spectra.spectrum import Spectrum

_OPEN_RANGES = {"alpha": (0.0, 0.5), "beta": (0.0, 1.0)}


@dataclass(frozen=True)
class BulkFit:
    """The noise law of one weight matrix. Edges and threshold are eigenvalues ``s^2 / n``.

    Attributes:
        method: the estimator, a key of `BULK_METHODS`.
        options: its options, defaults filled in.
        ratio: ``dimension / samples``; that of the fitted law unless spikes were deflated.
        samples: the longer side of the matrix, ``n``.
        dimension: the eigenvalues that took part: the shorter side less ``zeros``.
        zeros: the eigenvalues left out because they are zero, see `fit_bulk`.
        variance: the fitted variance ``v`` of the noise entries; their mean where rows differ.
        lower_edge: ``v (1 - sqrt(c))^2``, the lower edge of `law`.
        upper_edge: ``v (1 + sqrt(c))^2``, the upper edge of `law`, where the bulk of an endless
            matrix would stop.
        threshold: the upper edge with the Tracy-Widom correction for this finite size; the
            largest of pure noise of that variance exceeds it with probability ``beta``. The scatter
            of a fitted variance adds to it on small matrices (6 % for 5 at 64 x 64 with BEMA, 9 %
            with the median): `edge_test` takes it into account.
        ks_distance: Kolmogorov distance of all eigenvalues from the law; of the
            ``dimension - deflated`` lowest where spikes were deflated.
        ks_central: the same over the central quantiles ``[alpha, 1 - alpha]`` (the papers'
            ``mu_fit``); methods without an ``alpha`` use 0.25.
        ks_null_95: the 95 % quantile of ``ks_distance`` when there is nothing but noise.
        ks_central_null_95: the same for ``ks_central``.
        bulk_fraction: share of all eigenvalues, zeros included, at or below ``upper_edge``.
        spikes: how many eigenvalues lie above ``threshold``.
        lower_threshold: the same below: the smallest of pure noise falls under it with
            probability ``beta``; 0 at the hard edge of a square, see `lower_noise_threshold`.
        below: how many eigenvalues, zeros apart, lie under ``lower_threshold``.
        deflated: ``k``, the largest eigenvalues that the method set aside as spikes. The law, its
            edges and the threshold are then those of the ``(p - k) x (n - k)`` noise that is
            left, still on the eigenvalue scale ``s^2 / n`` of the whole matrix; ``variance``
            stays that of the noise entries. 0 for methods that keep all.
        pressure: the factor, at most 1, by which those spikes press the eigenvalues of the rest
            down, see `bulk_pressure`; ``variance`` is free of it, `law` has it.
        theta: the shape of the gamma law of the row variances, for the method that fits one;
            None where all are equal.
    """

    method: str
    options: dict[str, float] = field(hash=False)
    ratio: float
    samples: int
    dimension: int
    zeros: int
    variance: float
    lower_edge: float
    upper_edge: float
    threshold: float
    ks_distance: float
    ks_central: float
    ks_null_95: float
    ks_central_null_95: float
    bulk_fraction: float
    spikes: int
    lower_threshold: float = 0.0
    below: int = 0
    deflated: int = 0
    pressure: float = 1.0
    theta: float | None = None

    @property
    def law(self) -> MarchenkoPastur | GammaMarchenkoPastur:
        """The fitted law of the bulk, on the eigenvalue scale: `bulk_law` of the numbers above."""
        return bulk_law(
            self.variance, self.dimension, self.samples, self.deflated, self.pressure, self.theta
        )

    @property
    def bulk_share(self) -> float:
        """The share ``(p - k)/p`` of the eigenvalues that `law` describes; 1 without deflation."""
        return (self.dimension - self.deflated) / self.dimension

    @property
    def ks_p_value(self) -> float:
        """The p-value of ``ks_distance`` under pure noise, see `misfit_p_values`."""
        return self._p_values[0]

    @property
    def ks_central_p_value(self) -> float:
        """The p-value of ``ks_central`` under pure noise, see `misfit_p_values`."""
        return self._p_values[1]

    @property
    def _p_values(self) -> tuple[float, float]:
        trim = self.options.get("alpha", DEFAULT_TRIM)
        left = self.dimension - self.deflated
        distances = self.ks_distance, self.ks_central
        ratio = left / (self.samples - self.deflated)
        return misfit_p_values(self.method, trim, left, ratio, distances, self.theta)

    @property
    def singular_value_lower_edge(self) -> float:
        """The lower edge on the singular-value scale, ``sqrt(n lower_edge)``."""
        return math.sqrt(self.samples * self.lower_edge)

    @property
    def singular_value_edge(self) -> float:
        """The upper edge on the singular-value scale, ``sqrt(n upper_edge)``."""
        return math.sqrt(self.samples * self.upper_edge)

    @property
    def singular_value_lower_threshold(self) -> float:
        """The lower threshold on the singular-value scale, ``sqrt(n lower_threshold)``."""
        return math.sqrt(self.samples * self.lower_threshold)

    @property
    def singular_value_threshold(self) -> float:
        """The threshold on the singular-value scale, ``sqrt(n threshold)``."""
        return math.sqrt(self.samples * self.threshold)


def fit_bulk(spectrum: Spectrum, method: str = DEFAULT_METHOD, **options: float) -> BulkFit:
    """Fit the Marchenko-Pastur law to the bulk of a spectrum.

    Singular values of zero (below 1e-6 of the largest) are not noise: they are left out, and the
    law is that of a matrix with as many rows fewer. For rows that were zeroed as a whole this is
    exact; for a matrix that lost its small singular values no noise law is right, and the
    Kolmogorov distances say so. Any number of values from one up is fitted; below about ten the
    law is a coarse guide, as the null quantiles beside the distances show.

    Args:
        spectrum: of the weight matrix.
        method: a key of `BULK_METHODS`.
        options: those of the method: ``alpha`` in (0, 1/2), the share trimmed at each end of the
            spectrum ("bema"), and ``beta`` in (0, 1), the significance of the threshold.

    Raises:
        InputError: the method or an option is unknown or out of range, or every singular
            value is zero.
    """
    settings = _settings(method, options)
    trim = settings.get("alpha", DEFAULT_TRIM)
    eigenvalues = _nonzero_eigenvalues(spectrum)
    dimension, samples = eigenvalues.size, spectrum.samples
    noise = _estimate(BULK_METHODS[method], eigenvalues, samples, trim)
    law = bulk_law(dimension=dimension, samples=samples, **noise)
    lower, upper = law.support
    left = dimension - noise["deflated"]
    below, above = noise_thresholds(law, samples - noise["deflated"], settings["beta"])
    whole, central = kolmogorov_distances(law.cdf(eigenvalues[:left]), trim)
    nulls = null_distances(method, trim, left, law.ratio, noise["theta"])
    return BulkFit(
        method=method,
        options=settings,
        ratio=dimension / samples,
        samples=samples,
        dimension=dimension,
        zeros=spectrum.dimension - dimension,
        lower_edge=lower,
        upper_edge=upper,
        threshold=above,
        ks_distance=float(whole),
        ks_central=float(central),
        ks_null_95=nulls[0],
        ks_central_null_95=nulls[1],
        bulk_fraction=float(np.mean(spectrum.eigenvalues <= upper)),
        spikes=int(np.count_nonzero(eigenvalues > above)),
        lower_threshold=below,
        below=int(np.count_nonzero(eigenvalues < below)),
        **noise,
    )


def _estimate(
    method: BulkMethod, eigenvalues: NDArray[np.float64], samples: int, trim: float
) -> dict[str, Any]:
    """Return what the method says of the noise, in the words of `bulk_law`."""
    ratio = eigenvalues.size / samples
    deflated = int(method.spikes(eigenvalues, ratio)) if method.spikes else 0
    left, left_ratio = deflate(eigenvalues, ratio, deflated)
    if method.gamma:
        variance, spread = (float(number) for number in method.gamma(left, left_ratio, trim))
        theta = spread**-2 if spread else None
    else:
        variance, theta = float(method.variance(left, left_ratio, trim)), None
    pressure = bulk_pressure(eigenvalues[left.size :], variance, ratio, samples)
    variance /= pressure
    return {"variance": variance, "deflated": deflated, "pressure": pressure, "theta": theta}


def _settings(method: str, options: dict[str, float]) -> dict[str, float]:
    """Return the options with defaults filled in, or say which one cannot be."""
    if method not in BULK_METHODS:
        known = ", ".join(BULK_METHODS)
        raise InputError(f"bulk method {method!r}", "is not known", f"choose one of {known}")
    defaults = BULK_METHODS[method].defaults
    for name, value in options.items():
        if name not in defaults:
            known = ", ".join(defaults)
            raise InputError(
                f"option {name!r}", f"is not one of method {method!r}", f"it has {known}"
            )
        low, high = _OPEN_RANGES[name]
        if not low < value < high:
            raise InputError(f"{name} = {value}", f"lies outside ({low:g}, {high:g})")
    return {**defaults, **options}


def _nonzero_eigenvalues(spectrum: Spectrum) -> NDArray[np.float64]:
    """Return the eigenvalues that are not zero, ascending, or say that there are none."""
    rank = numerical_rank(spectrum)
    if rank == 0:
        out, inputs = spectrum.shape
        raise InputError(
            f"spectrum of a {out} x {inputs} matrix",
            "all its singular values are zero, no noise law has variance 0",
            "leave this matrix as it is",
        )
    return np.ascontiguousarray(spectrum.eigenvalues[rank - 1 :: -1])  # twice as quick to search
