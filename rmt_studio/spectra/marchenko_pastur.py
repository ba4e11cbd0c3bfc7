"""The Marchenko-Pastur law: where the eigenvalues of pure noise lie.

``X = W W^T / n`` for a ``p x n`` matrix of independent entries with mean 0 and variance ``v`` has,
for large ``p`` and ratio ``c = p/n <= 1``, the eigenvalue density

    f(x) = sqrt((hi - x) (x - lo)) / (2 pi c v x),    lo, hi = v (1 -+ sqrt(c))^2.

Everything here runs on the angle ``phi`` in [0, pi] with ``x/v = 1 + c - 2 sqrt(c) cos(phi)``, in
which the cdf is an elementary function that keeps its digits at every ratio.

Source: Marchenko & Pastur (1967), "Distribution of eigenvalues for some sets of random matrices".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.spectra.inversion import invert_cdf

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CELLS = 512


@dataclass(frozen=True)
class MarchenkoPastur:
    """The Marchenko-Pastur law of one aspect ratio, in the manner of a scipy.stats distribution.

    Attributes:
        ratio: aspect ratio ``c = p/n`` in (0, 1].
        variance: variance ``v > 0`` of the matrix entries; also the mean of the law.

    Raises:
        InputError: the ratio is not in (0, 1] or the variance is not positive and finite.
    """

    ratio: float
    variance: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise InputError(
                f"Marchenko-Pastur ratio {self.ratio!r}",
                "lies outside (0, 1]",
                "give the shorter side over the longer side of the matrix",
            )
        if not 0 < self.variance < math.inf:
            raise InputError(
                f"Marchenko-Pastur variance {self.variance!r}",
                "is not a positive finite number",
                "give the variance of the matrix entries",
            )

    @property
    def support(self) -> tuple[float, float]:
        """The lower and the upper edge ``v (1 -+ sqrt(c))^2``."""
        root = math.sqrt(self.ratio)
        return self.variance * (1 - root) ** 2, self.variance * (1 + root) ** 2

    @property
    def mean(self) -> float:
        """The first moment, ``v``."""
        return self.variance

    @property
    def second_moment(self) -> float:
        """The mean of ``x^2``, which is ``v^2 (1 + c)``."""
        return self.variance**2 * (1 + self.ratio)

    def pdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the density at ``x`` (any shape).

        It is that of the open interval between the edges and 0 elsewhere, the edges included: at
        ``c = 1`` it grows without bound towards 0 but what is returned stays finite.
        """
        x = np.asarray(x, dtype=np.float64)
        lower, upper = self.support
        inside = (lower < x) & (x < upper)
        at = np.where(inside, x, upper)
        root = np.sqrt(upper - at) * np.sqrt(np.maximum(at - lower, 0.0))
        density = root / at / (2 * np.pi * self.ratio * self.variance)
        return np.where(np.isnan(x), np.nan, density)[()]

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the law at or below ``x`` (any shape): 0 under, 1 over the support.

        Closed form; absolute accuracy about 1e-14 for ratios of 1e-3 and more.
        """
        lower, upper = self.support
        at = np.clip(np.asarray(x, dtype=np.float64), lower, upper)
        angle = 2 * np.arctan2(np.sqrt(at - lower), np.sqrt(upper - at))
        return _share(angle, self.ratio)[()]

    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Return the ``x`` with ``cdf(x) = q`` (any shape); nan where ``q`` is not in [0, 1]."""
        q = np.asarray(q, dtype=np.float64)
        root = math.sqrt(self.ratio)
        half = np.sin(_angle(q.ravel(), self.ratio).reshape(q.shape) / 2)
        return (self.variance * ((1 - root) ** 2 + 4 * root * half**2))[()]

    def median(self) -> float:
        """Return the point with half of the law on each side."""
        return float(self.ppf(0.5))


@lru_cache(maxsize=256)
def midpoint_quantiles(dimension: int, ratio: float) -> NDArray[np.float64]:
    """Return where ``p`` ordered eigenvalues of unit-variance noise are expected.

    They are the quantiles at ``(k - 1/2) / p`` for ``k = 1..p``, ascending, read-only, shape
    ``(dimension,)``. Kept per ``(dimension, ratio)``, because a model repeats few shapes.
    """
    quantiles = MarchenkoPastur(ratio).ppf((np.arange(dimension) + 0.5) / dimension)
    quantiles.setflags(write=False)
    return quantiles


@lru_cache(maxsize=256)
def approximate_quantiles(dimension: int, ratio: float) -> NDArray[np.float64]:
    """Return `midpoint_quantiles` by interpolation in the angle: ten times quicker, to about 1e-4.

    For searches that ask for many ratios and settle the last digits afterwards.
    """
    angles = _angle_grid()
    middles = (np.arange(dimension) + 0.5) / dimension
    half = np.sin(np.interp(middles, _share(angles, ratio), angles) / 2)
    root = math.sqrt(ratio)
    quantiles = (1 - root) ** 2 + 4 * root * half**2
    quantiles.setflags(write=False)
    return quantiles


def shares_of_laws(x: NDArray[np.float64], ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cdf of one law of unit variance for each row.

    Args:
        x: shape ``(m, k)``.
        ratios: in (0, 1], shape ``(m,)``.
    """
    ratios = ratios[:, None]
    lower, upper = (1 - np.sqrt(ratios)) ** 2, (1 + np.sqrt(ratios)) ** 2
    at = np.clip(x, lower, upper)
    return _share(2 * np.arctan2(np.sqrt(at - lower), np.sqrt(upper - at)), ratios)


def quantiles_of_laws(
    levels: NDArray[np.float64], ratios: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the quantiles of one law of unit variance for each row, as `approximate_quantiles`.

    Args:
        levels: in [0, 1], shape ``(m, k)``.
        ratios: in (0, 1], shape ``(m,)``.
    """
    angles, ratios = _angle_grid(), ratios[:, None]
    pairs = zip(levels, _share(angles, ratios), strict=True)
    half = np.sin(np.array([np.interp(level, share, angles) for level, share in pairs]) / 2)
    return (1 - np.sqrt(ratios)) ** 2 + 4 * np.sqrt(ratios) * half**2


@lru_cache(maxsize=1)
def _angle_grid() -> NDArray[np.float64]:
    """Return angles from 0 to pi, denser towards both ends, where the cdf is cubic."""
    place = np.linspace(0.0, 1.0, _CELLS + 1)
    return np.pi * place**2 * (3 - 2 * place)


def _share(angle: NDArray[np.float64], ratio: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cdf at an angle: ``phi/pi + (r sin(phi) - (1 - c) delta) / (pi c)``, r = sqrt(c).

    ``delta = arg(1 - r exp(-i phi))`` stands for the difference of the two arcsines of the
    textbook antiderivative, whose cancellation would cost digits at small ratios.
    """
    root = np.sqrt(ratio)
    rise = root * np.sin(angle)
    delta = np.arctan2(rise, 1 - root * np.cos(angle))
    share = angle / np.pi + (rise - (1 - ratio) * delta) / (np.pi * ratio)
    return np.clip(share, 0.0, 1.0)


def _slope(angle: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Return the derivative of `_share`: ``2 sin(phi)^2 / (pi x)``."""
    root = math.sqrt(ratio)
    x = (1 - root) ** 2 + 4 * root * np.sin(angle / 2) ** 2
    return 2 * np.sin(angle) ** 2 / (np.pi * np.maximum(x, 1e-300))


def _angle(share: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Return the angles at which the cdf takes the values ``share``, shape ``(m,)``."""
    noise = 4 * np.finfo(np.float64).eps / math.sqrt(ratio)
    grid = np.linspace(0.0, np.pi, _CELLS + 1)
    angle = invert_cdf(
        partial(_share, ratio=ratio), partial(_slope, ratio=ratio), grid, share, noise
    )
    return np.select([share == 0, share == 1], [0.0, np.pi], angle)
