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

_BLOCK = 32  # tails measured at once: small enough for the cache of one core
_COARSE = 16


@dataclass(frozen=True)
class PowerLawTail:
    """A power law ``f(x) = (alpha - 1)/xmin (x/xmin)^-alpha`` for ``x >= xmin``.

    Attributes:
        alpha: the exponent of the density, above 1.
        xmin: where the tail starts, on the scale of the values given (of a spectrum:
            ``s^2 / n``).
        distance: the Kolmogorov distance ``D`` of the tail's values from the law, as
            `power_law_tail` reads it.
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

        D = max_i |(i - 1)/m - 1 + (x_i/xmin)^-(alpha - 1)|    with x_1 <= ... <= x_m

    the Kolmogorov distance read at the foot of each step of the empirical cdf; the start of least
    ``D`` is kept. The head of the steps can add ``1/m`` to ``D``. It is left out because the
    authors' `plfit`, the package `powerlaw` and WeightWatcher leave it out: with both sides one
    spectrum in four is given another start, and so another ``alpha``, than by all of these.

    Args:
        values: positive numbers, any order, shape ``(p,)``.

    Raises:
        InputError: a value is not positive and finite, or fewer than two differ.

    Source: Clauset, Shalizi & Newman (2009), section 3.
    """
    x = _sorted(values)
    logs = np.sort(np.log(x))
    starts = np.flatnonzero(np.diff(logs, prepend=-np.inf) > 0)[:-1]
    if starts.size == 0:
        raise InputError(f"tail of {x.size} values", "needs two that differ")
    logs -= logs[-1]  # from the largest: the sums of a narrow tail keep their digits
    counts = x.size - starts
    slopes = counts / (np.cumsum(logs[::-1])[::-1][starts] - counts * logs[starts])
    best, distance = _nearest(logs, starts, slopes)
    return PowerLawTail(
        alpha=float(1 + slopes[best]),
        xmin=float(x[starts[best]]),
        distance=distance,
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
    x = _sorted(values)[::-1]
    if x.size < 2:
        raise InputError(f"tail of {x.size} values", "needs two at the least")
    logs = np.log(x)
    counts = np.arange(1, logs.size)
    means = np.cumsum(logs)[:-1] / counts - logs[1:]
    means[logs[1:] == logs[0]] = 0.0  # what rounding leaves of equal values
    with np.errstate(divide="ignore"):
        return 1 + 1 / np.maximum(means, 0.0)


def _sorted(values: ArrayLike) -> NDArray[np.float64]:
    """Return the values ascending, or say why they have no logarithms."""
    x = np.sort(np.asarray(values, dtype=np.float64).ravel())
    if not (np.isfinite(x).all() and (x > 0).all()):
        raise InputError(f"tail of {x.size} values", "needs positive finite values")
    return x


def _nearest(
    logs: NDArray[np.float64], starts: NDArray[np.int64], slopes: NDArray[np.float64]
) -> tuple[int, float]:
    """Return which tail has the least distance, the first of equals, and the distance.

    The distance at every `_COARSE`-th value alone is no more than that at all, and the least of
    every `_COARSE`-th tail no less than that of all: few tails have to be measured in full.
    """
    at_least = _distances(logs, starts, slopes, _COARSE)
    at_most = _distances(logs, starts[::_COARSE], slopes[::_COARSE]).min()
    near = np.flatnonzero(at_least <= at_most)
    distances = _distances(logs, starts[near], slopes[near])
    best = int(np.argmin(distances))
    return int(near[best]), float(distances[best])


def _distances(
    logs: NDArray[np.float64], starts: NDArray[np.int64], slopes: NDArray[np.float64], step: int = 1
) -> NDArray[np.float64]:
    """Return the Kolmogorov distance ``D`` of each tail, shape ``(tails,)``, block by block."""
    size = _BLOCK * step
    blocks = [slice(first, first + size) for first in range(0, starts.size, size)]
    return np.concatenate([_block(logs, starts[at], slopes[at], step) for at in blocks])


def _block(
    logs: NDArray[np.float64], starts: NDArray[np.int64], slopes: NDArray[np.float64], step: int
) -> NDArray[np.float64]:
    """Return the distances of some tails, read at every ``step``-th value, in few passes."""
    places = np.arange(starts[0], logs.size, step)
    width = int(np.searchsorted(places, starts[-1]))
    rank = places - starts[:, None]
    gaps = (logs[places] - logs[starts][:, None]) * -slopes[:, None]
    np.minimum(gaps[:, :width], 0.0, out=gaps[:, :width])  # before a start of this block
    np.expm1(gaps, out=gaps)
    gaps += rank / (logs.size - starts)[:, None]
    gaps[:, :width][rank[:, :width] < 0] = 0.0
    return np.maximum(gaps.max(axis=1), -gaps.min(axis=1))
