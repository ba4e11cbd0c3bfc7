"""How heavy the tail of a spectrum is: the exponent ``alpha`` of ``f(x) ~ x^-alpha``.

The eigenvalues are treated as independent draws, as everybody in this field does; they are not,
so the standard error is a guide and the distance has no textbook p-value.

Sources: Hill (1975), "A simple general approach to inference about the tail of a distribution";
Clauset, Shalizi & Newman (2009), "Power-law distributions in empirical data"; Martin & Mahoney
(2021), "Implicit self-regularization in deep neural networks", for weight spectra.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.spectra.tails import numerical_rank

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from rmt_studio.spectra.spectrum import Spectrum

_BLOCK = 64  # tails measured at once; bounds the memory to this many times the spectrum


@dataclass(frozen=True)
class PowerLawTail:
    """A power law ``f(x) = (alpha - 1)/xmin (x/xmin)^-alpha`` for ``x >= xmin``.

    Attributes:
        alpha: the exponent of the density, above 1.
        xmin: where the tail starts, on the scale of the values given (of a spectrum:
            ``s^2 / n``).
        distance: the Kolmogorov distance ``D`` of the tail's values from the law.
        count: how many values the tail holds.
    """

    alpha: float
    xmin: float
    distance: float
    count: int

    @property
    def standard_error(self) -> float:
        """The error ``(alpha - 1)/sqrt(count)`` of ``alpha`` for independent draws."""
        return (self.alpha - 1) / math.sqrt(self.count)


def eigenvalue_tail(spectrum: Spectrum) -> PowerLawTail:
    """Return the power law of the eigenvalue tail; zeros (see `numerical_rank`) are left out.

    Raises:
        InputError: fewer than two different eigenvalues above zero.
    """
    return power_law_tail(spectrum.eigenvalues[: numerical_rank(spectrum)])


def power_law_tail(values: ArrayLike) -> PowerLawTail:
    """Return the likeliest power law of the tail whose Kolmogorov distance is least.

    For each start ``xmin`` among the values the exponent of greatest likelihood is
    ``alpha = 1 + m / sum log(x_i / xmin)`` over the ``m`` values from ``xmin`` up, and

        D = max |F_m(x) - 1 + (x/xmin)^-(alpha - 1)|

    on both sides of each step of the empirical ``F_m``; the start of least ``D`` is kept.

    Args:
        values: positive numbers, any order, shape ``(p,)``.

    Raises:
        InputError: a value is not positive and finite, or fewer than two differ.

    Source: Clauset, Shalizi & Newman (2009), section 3.
    """
    logs = _sorted_logs(values)
    starts = np.flatnonzero(np.diff(logs, prepend=-np.inf) > 0)[:-1]
    if starts.size == 0:
        raise InputError(f"tail of {logs.size} values", "needs two that differ")
    counts = logs.size - starts
    sums = np.cumsum(logs[::-1])[::-1][starts] - counts * logs[starts]
    slopes = counts / np.maximum(sums, np.finfo(np.float64).tiny)
    blocks = [starts[i : i + _BLOCK] for i in range(0, starts.size, _BLOCK)]
    distances = np.concatenate(
        [_distances(logs, block, slopes[i * _BLOCK :][:_BLOCK]) for i, block in enumerate(blocks)]
    )
    best = int(np.argmin(distances))
    return PowerLawTail(
        alpha=float(1 + slopes[best]),
        xmin=float(np.exp(logs[starts[best]])),
        distance=float(distances[best]),
        count=int(counts[best]),
    )


def hill_exponents(values: ArrayLike) -> NDArray[np.float64]:
    """Return the exponent ``alpha`` by Hill's estimator for each number of upper values.

    ``alpha_k = 1 + k / sum_{i <= k} log(x_(i) / x_(k+1))`` with ``x_(1) >= x_(2) >= ...``, for
    ``k = 1 .. p - 1``; infinite where the values are equal. A flat stretch of the curve is a tail.

    Args:
        values: positive numbers, any order, shape ``(p,)``.

    Returns:
        Shape ``(p - 1,)``.

    Raises:
        InputError: a value is not positive and finite, or there are fewer than two.
    """
    logs = _sorted_logs(values)[::-1]
    if logs.size < 2:
        raise InputError(f"tail of {logs.size} values", "needs two at the least")
    counts = np.arange(1, logs.size)
    means = np.cumsum(logs)[:-1] / counts - logs[1:]
    means[logs[1:] == logs[0]] = 0.0  # what rounding leaves of equal values
    with np.errstate(divide="ignore"):
        return 1 + 1 / np.maximum(means, 0.0)


def _sorted_logs(values: ArrayLike) -> NDArray[np.float64]:
    """Return the logarithms, ascending, or say why there are none."""
    x = np.sort(np.asarray(values, dtype=np.float64).ravel())
    if not (np.isfinite(x).all() and (x > 0).all()):
        raise InputError(f"tail of {x.size} values", "needs positive finite values")
    return np.log(x)


def _distances(
    logs: NDArray[np.float64], starts: NDArray[np.int64], slopes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the Kolmogorov distance of each tail, shape ``(tails,)``."""
    first = starts[0]
    excess = logs[first:] - logs[starts][:, None]
    inside = np.arange(first, logs.size) >= starts[:, None]
    survival = np.exp(-slopes[:, None] * np.where(inside, excess, 0.0))
    counts = (logs.size - starts)[:, None]
    above = (logs.size - np.arange(first, logs.size)) / counts  # share at or above each value
    gaps = np.maximum(above - survival, survival - above + 1 / counts)
    return np.where(inside, gaps, 0.0).max(axis=1)
