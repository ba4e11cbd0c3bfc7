"""The Tracy-Widom law of order 1: how far the largest eigenvalue of pure noise strays.

For real noise, ``n lambda_1 / v`` centred and scaled as Johnstone (2001) has, for large matrices,
the cdf

    F1(s) = det(1 - K_s),    K_s(x, y) = Ai(x + y + s) on L^2(0, infinity),

the determinant of Ferrari & Spohn (2005). It is evaluated as Bornemann (2010), "On the numerical
evaluation of Fredholm determinants", does: the integral operator becomes a small matrix on the
nodes of a Gauss-Legendre rule, and its determinant converges exponentially in their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Chebyshev, legendre
from scipy.special import airy

from rmt_studio.spectra.inversion import invert_cdf

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_SUPPORT = (-9.0, 12.0)  # less than 1e-13 of the law lies outside
_DEGREE = 64  # of the interpolant of F1 over the support: error below 1e-11
_NODES = 28  # of the quadrature: error of the determinant below 1e-11
_AIRY_VANISHES = 14.0  # Ai is below 1e-16 from here on
_CELLS = 2048


@dataclass(frozen=True)
class TracyWidom1:
    """The Tracy-Widom law for real matrices (beta = 1), in the manner of scipy.stats.

    Absolute accuracy of ``cdf`` about 1e-11. The first use in a process builds the interpolant,
    some tens of milliseconds; it is shared by all instances.

    Source: Tracy & Widom (1996), "On orthogonal and symplectic matrix ensembles".
    """

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of a value at or below ``x`` (any shape)."""
        return np.clip(_cdf_series()(np.clip(x, *_SUPPORT)), 0.0, 1.0)[()]

    def pdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the density at ``x`` (any shape); 0 beyond the tabulated -9 to 12."""
        x = np.asarray(x, dtype=np.float64)
        density = np.maximum(_pdf_series()(np.clip(x, *_SUPPORT)), 0.0)
        return np.where((x < _SUPPORT[0]) | (x > _SUPPORT[1]), 0.0, density)[()]

    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Return the ``x`` with ``cdf(x) = q`` (any shape); nan where ``q`` is not in [0, 1].

        ``q`` of 0 and 1 give minus and plus infinity.
        """
        q = np.asarray(q, dtype=np.float64)
        grid = np.linspace(*_SUPPORT, _CELLS + 1)
        noise = float(np.finfo(np.float64).eps)
        x = invert_cdf(self.cdf, self.pdf, grid, q.ravel(), noise).reshape(q.shape)
        return np.select([q == 0, q == 1], [-np.inf, np.inf], x)[()]


@lru_cache(maxsize=1)
def _cdf_series() -> Chebyshev:
    """Return the Chebyshev interpolant of ``F1`` over the support."""
    return Chebyshev.interpolate(_fredholm_determinant, _DEGREE, domain=list(_SUPPORT))


@lru_cache(maxsize=1)
def _pdf_series() -> Chebyshev:
    """Return the derivative of the interpolant."""
    return _cdf_series().deriv()


def _fredholm_determinant(s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``F1`` at each ``s``, shape ``(m,)``, by Gauss-Legendre quadrature."""
    nodes, weights = legendre.leggauss(_NODES)
    length = (_AIRY_VANISHES - s)[:, None]
    x = length * (nodes + 1) / 2
    root_weight = np.sqrt(length * weights / 2)
    kernel = airy(x[:, :, None] + x[:, None, :] + s[:, None, None])[0]
    return np.linalg.det(
        np.eye(_NODES) - root_weight[:, :, None] * kernel * root_weight[:, None, :]
    )
