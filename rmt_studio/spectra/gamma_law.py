"""The law of noise whose rows have gamma-distributed variances: BEMA's general model.

Ke, Ma & Lin let the features of a data matrix, its ``p`` columns, have variances ``t_i`` drawn from
a gamma law of shape ``theta`` and mean ``v``; the samples are alike. A weight's longer side stands
for the samples here as everywhere, so the ``p`` rows of the shorter side are the features. A
spectrum does not say which side its unequal variances are on; in a square matrix it cannot matter,
in others the same spread on the longer side moves the bulk less (its population is larger).

As ``theta`` grows the variances become equal and the law Marchenko and Pastur's. The law of the
endless model has no edges, for a gamma variable has no bounds; ``p`` of them do. So the population
of this law is that of a ``p``-row matrix: the means of ``p`` equal shares of the gamma law,
neighbours taken together in its middle where ``p`` is large.

Source: Ke, Ma & Lin (2023), "Estimation of the number of spiked eigenvalues in a covariance matrix
by bulk eigenvalue matching analysis", JASA 118, general model and algorithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.special import gammainc, gammaincinv

from rmt_studio.errors import InputError
from rmt_studio.spectra.silverstein import law_curve

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LEAST_THETA = 0.25  # of a population: the standard deviation of the variances is twice their mean
_CELLS = 160


@dataclass(frozen=True)
class GammaMarchenkoPastur:
    """The generalised Marchenko-Pastur law of ``p`` rows with gamma-distributed variances.

    Accurate to about 1e-4 in the cdf: the curve is interpolated between 500 exact points.

    Attributes:
        ratio: aspect ratio ``c = p/n`` in (0, 1].
        theta: shape of the gamma law, at least `LEAST_THETA`; the relative standard deviation of
            the variances is ``theta^(-1/2)``.
        dimension: ``p``, the number of rows.
        variance: mean ``v > 0`` of the variances; also the mean of the law.

    Raises:
        InputError: the shape is too small or not finite.
    """

    ratio: float
    theta: float
    dimension: int
    variance: float = 1.0

    def __post_init__(self) -> None:
        if not LEAST_THETA <= self.theta < math.inf:
            raise InputError(
                f"gamma shape {self.theta!r}",
                f"is not a finite number from {LEAST_THETA:g} up",
                "use the Marchenko-Pastur law for equal variances",
            )

    @property
    def support(self) -> tuple[float, float]:
        """The ends of the bulk; there may be gaps between them."""
        x = self._curve.x
        return self.variance * float(x[0]), self.variance * float(x[-1])

    @property
    def mean(self) -> float:
        """The first moment, ``v``."""
        return self.variance

    def pdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the density at ``x`` (any shape); 0 outside the support and at its ends."""
        x = np.asarray(x, dtype=np.float64)
        root = np.sqrt(np.maximum(x / self.variance, 0.0))
        density = self._curve.root_density(root) / np.where(root > 0, root, math.inf)
        return np.where(np.isnan(x), np.nan, density / self.variance)[()]

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the law at or below ``x`` (any shape)."""
        x = np.asarray(x, dtype=np.float64)
        low, high = self.support
        share = self._curve.share(np.sqrt(np.clip(x, low, high) / self.variance))
        return np.select([x <= low, x >= high], [0.0, 1.0], share)[()]

    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Return the ``x`` with ``cdf(x) = q`` (any shape); nan where ``q`` is not in [0, 1]."""
        q = np.asarray(q, dtype=np.float64)
        return np.where((q >= 0) & (q <= 1), self.variance * self._curve.root(q) ** 2, np.nan)[()]

    def median(self) -> float:
        """Return the point with half of the law on each side."""
        return float(self.ppf(0.5))

    @property
    def _curve(self) -> _Curve:
        return _curve(self.ratio, self.theta, self.dimension)


class _Curve:
    """The law of unit variance over ``sqrt(x)``, in which it is smooth even at a hard edge."""

    def __init__(self, ratio: float, theta: float, dimension: int) -> None:
        found = law_curve(*population(theta, dimension), ratio)
        root = np.sqrt(found.x)
        new = np.append(True, np.diff(root) > 1e-12 * root[-1])
        self.x, self._root, self._cdf = found.x[new], root[new], found.cdf[new]
        self._root_density = self._root * found.density[new]
        if self.x[0] == 0:  # the density grows like x^(-1/2) towards the hard edge
            self._root_density[0] = self._root_density[1]
        self.share = PchipInterpolator(self._root, self._cdf)

    def root(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``sqrt(x)`` at the levels ``q``."""
        rises = np.append(True, np.diff(self._cdf) > 1e-13)
        rises[-1] = True
        inverse = PchipInterpolator(*_increasing(self._cdf[rises], self._root[rises]))
        return inverse(np.clip(q, 0.0, 1.0))

    def root_density(self, root: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``sqrt(x)`` times the density, 0 outside the support."""
        return np.interp(root, self._root, self._root_density, left=0.0, right=0.0)


def _increasing(
    levels: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairs without a level that the last one has reached already."""
    keep = np.append(np.diff(levels) > 0, True)
    return levels[keep], places[keep]


@lru_cache(maxsize=64)
def _curve(ratio: float, theta: float, dimension: int) -> _Curve:
    return _Curve(ratio, theta, dimension)


def population(theta: float, dimension: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return variances of mean 1 (ascending) and their shares for ``p`` rows, each shape ``(m,)``.

    Each stands for a whole number of the ``p`` equal shares of the gamma law: for one at both
    ends, where each row counts, for up to ``1.5 p/160`` in the middle. It is the mean over them:
    ``E[t; t <= x] = P(theta + 1, theta x)`` with the regularised incomplete gamma function ``P``.
    """
    cells = max(_CELLS, round(4 * math.sqrt(dimension)))
    place = np.linspace(0.0, 1.0, min(dimension, cells) + 1)
    bend = place if dimension <= cells else place**2 * (3 - 2 * place)
    levels = np.unique(np.round(dimension * bend)) / dimension
    means = np.diff(gammainc(theta + 1, gammaincinv(theta, levels)))
    shares = np.diff(levels)
    return means / shares, shares
