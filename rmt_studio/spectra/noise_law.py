"""What every law of noise eigenvalues offers, and the law that belongs to a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rmt_studio.spectra.gamma_edges import gamma_thresholds
from rmt_studio.spectra.gamma_law import GammaMarchenkoPastur
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur
from rmt_studio.spectra.thresholds import lower_noise_threshold, noise_threshold

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class NoiseLaw(Protocol):
    """A law of eigenvalues in the manner of a scipy.stats distribution; any shape of argument.

    `MarchenkoPastur` is one, `GammaMarchenkoPastur` another.
    """

    @property
    def ratio(self) -> float:
        """The aspect ratio ``c = p/n`` in (0, 1]."""
        ...

    @property
    def variance(self) -> float:
        """The (mean) variance of the entries, which is the mean of the law."""
        ...

    @property
    def support(self) -> tuple[float, float]:
        """The lower and the upper edge."""
        ...

    @property
    def mean(self) -> float:
        """The first moment."""
        ...

    def pdf(self, x: ArrayLike) -> NDArray:
        """Return the density at ``x``, 0 outside the support."""
        ...

    def cdf(self, x: ArrayLike) -> NDArray:
        """Return the share at or below ``x``."""
        ...

    def ppf(self, q: ArrayLike) -> NDArray:
        """Return the ``x`` with ``cdf(x) = q``; nan where ``q`` is not in [0, 1]."""
        ...

    def median(self) -> float:
        """Return the point with half of the law on each side."""
        ...


def bulk_law(
    variance: float,
    dimension: int,
    samples: int,
    deflated: int = 0,
    pressure: float = 1.0,
    theta: float | None = None,
) -> MarchenkoPastur | GammaMarchenkoPastur:
    """Return the law of the eigenvalues ``s^2 / n`` of a bulk beside ``k`` deflated spikes.

    Ratio ``(p - k)/(n - k)`` and variance ``v (n - k)/n`` times the pressure of the spikes: the
    strong components take ``k`` dimensions from each side, and the unit ``n`` stays that of the
    whole matrix. With a shape ``theta`` the row variances are gamma-distributed around it.
    """
    left = samples - deflated
    ratio, unit = (dimension - deflated) / left, variance * pressure * (left / samples)
    if theta is None:
        return MarchenkoPastur(ratio, unit)
    return GammaMarchenkoPastur(ratio, theta, dimension - deflated, unit)


def noise_thresholds(
    law: MarchenkoPastur | GammaMarchenkoPastur, samples: int, beta: float
) -> tuple[float, float]:
    """Return what the smallest of pure noise falls below, and the largest exceeds, with ``beta``.

    Each by itself; ``samples`` are those of the law, ``n - k``.
    """
    if isinstance(law, GammaMarchenkoPastur):
        return gamma_thresholds(law, samples, beta)
    return lower_noise_threshold(law, samples, beta), noise_threshold(law, samples, beta)
