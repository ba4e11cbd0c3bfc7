"""What rises above the noise: the strength of a spike, how true its direction is, its repair.

The model is ``W = sqrt(v) G + sum_i theta_i sqrt(n v) u_i v_i^T`` with standard normal ``G`` of
shape ``p x n`` and ``c = p/n``. A component shows as an eigenvalue outside the bulk when its
strength ``theta`` exceeds ``c^(1/4)``.

Components add, so they show above the bulk and never under it: what lies under the lower edge, the
small singular values that carry information in transformers (Staats, Thamm & Rosenow 2024), has no
strength in this model and no row in the table; `BulkFit.below` counts it. The noise of the model
has one variance: of a fit with unequal row variances the mean variance is taken.

Sources: Baik, Ben Arous & Peche (2005); Benaych-Georges & Nadakuditi (2012), "The singular values
and vectors of low rank perturbations of large rectangular random matrices"; Gavish & Donoho (2014,
2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from rmt_studio.spectra.bulk_fit import BulkFit
    from rmt_studio.spectra.spectrum import Spectrum


@dataclass(frozen=True)
class Spike:
    """One eigenvalue above the threshold.

    Attributes:
        index: its place in the descending spectrum, from 0.
        singular_value: as seen, in units of the weight.
        eigenvalue: ``singular_value^2 / n``.
        excess: the eigenvalue over the fitted upper edge.
        strength: ``theta``, 1 being a component as large as the noise is along the long side; None,
            as are the overlaps, for an eigenvalue inside the bulk, where a threshold of a large
            ``beta`` may lie.
        out_overlap: squared cosine between the seen and the true singular vector of length out.
        in_overlap: the same for the vector of length in.
        shrunken_value: the singular value after optimal shrinkage.
    """

    index: int
    singular_value: float
    eigenvalue: float
    excess: float
    strength: float | None
    out_overlap: float | None
    in_overlap: float | None
    shrunken_value: float


def spike_table(spectrum: Spectrum, fit: BulkFit) -> tuple[Spike, ...]:
    """Return a row for each eigenvalue above the threshold of the fit, the largest first."""
    values = spectrum.singular_values[: fit.spikes]
    eigenvalues = spectrum.eigenvalues[: fit.spikes]
    strengths = signal_strength(eigenvalues, fit)
    short, long = overlaps(strengths, fit.law.ratio)
    sides = (short, long) if spectrum.shape[0] <= spectrum.shape[1] else (long, short)
    excesses, shrunken = eigenvalues / fit.upper_edge, optimal_shrinkage(values, fit)
    columns = (values, eigenvalues, excesses, strengths, *sides, shrunken)
    rows = np.stack(columns, axis=1).tolist()
    return tuple(
        Spike(index, value, square, excess, _known(theta), _known(out), _known(inputs), restored)
        for index, (value, square, excess, theta, out, inputs, restored) in enumerate(rows)
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def detection_limit(ratio: float) -> float:
    """Return the strength ``c^(1/4)`` below which a component leaves no trace in the spectrum."""
    return ratio**0.25


def signal_strength(eigenvalue: ArrayLike, fit: BulkFit) -> NDArray[np.float64]:
    """Return the strength ``theta`` behind eigenvalues (any shape); nan up to the upper edge.

    The inverse of ``lambda = v (1 + theta^2)(c + theta^2) / theta^2``.
    """
    seen = np.asarray(eigenvalue, dtype=np.float64)
    outside = seen > fit.upper_edge
    law = fit.law
    excess = np.where(outside, seen, fit.upper_edge) / law.variance - 1 - law.ratio
    root = np.sqrt(np.maximum(excess**2 - 4 * law.ratio, 0.0))
    return np.where(outside, np.sqrt((excess + root) / 2), np.nan)[()]


def overlaps(strength: ArrayLike, ratio: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the squared cosines between seen and true singular vectors, short and long side.

    ``1 - c (1 + theta^2) / (theta^2 (theta^2 + c))`` for the vector of length ``p`` and
    ``1 - (c + theta^2) / (theta^2 (theta^2 + 1))`` for the one of length ``n``; 0 at and below
    the detection limit, nan for nan.
    """
    square = np.maximum(np.asarray(strength, dtype=np.float64) ** 2, math.sqrt(ratio))
    short = 1 - ratio * (1 + square) / (square * (square + ratio))
    long = 1 - (ratio + square) / (square * (square + 1))
    return np.maximum(short, 0.0)[()], np.maximum(long, 0.0)[()]


def optimal_shrinkage(
    singular_values: ArrayLike, fit: BulkFit, loss: str = "frobenius"
) -> NDArray[np.float64]:
    """Return the singular values (any shape) that restore the signal with least error.

    With ``y = s / sqrt(n v)`` and ``theta`` the strength behind ``y``, above the edge

        frobenius:  eta(y) = sqrt((y^2 - c - 1)^2 - 4 c) / y
        operator:   eta(y) = theta sqrt((theta^2 + c) / (theta^2 + 1))
        nuclear:    eta(y) = (theta^4 - c - sqrt(c) theta y) / (theta^2 y), not below 0

    and 0 below it; in units of the weight again. The operator loss keeps the most, the nuclear
    loss the least.

    Gavish & Donoho print ``theta`` for the operator norm, which is right for square matrices alone.
    With ``a >= b`` the cosines of the two sides, the error in the planes of true and seen vectors
    is ``theta e e^T - eta l r^T``, ``l`` and ``r`` unit vectors at these cosines. Its squared norm
    ``z`` solves ``z^2 - T z + D^2 = 0`` with ``T = theta^2 + eta^2 - 2 theta eta a b`` and
    ``D^2 = theta^2 eta^2 (1 - a^2)(1 - b^2)``; a least ``z`` has ``T' z = (D^2)'``, and both
    together leave ``a b eta^2 - theta (a^2 + b^2) eta + theta^2 a b = 0``. Of its roots
    ``theta a/b`` makes the smaller singular value stationary and ``theta b/a`` the norm, which is
    ``theta sqrt(1 - b^2)`` there; ``b/a`` is the root in the form above, which is Leeb's.

    Args:
        singular_values: as seen.
        fit: the noise law; its ``law`` gives ``c`` and, with ``n``, the unit.
        loss: the norm of the error, a key of `SHRINKAGE_LOSSES`.

    Raises:
        InputError: the loss is not known.

    Source: Gavish & Donoho (2017), "Optimal shrinkage of singular values", section II; Leeb (2022),
    "Optimal singular value shrinkage for operator norm loss: extending to non-square matrices".
    """
    if loss not in SHRINKAGE_LOSSES:
        known = ", ".join(SHRINKAGE_LOSSES)
        raise InputError(f"loss {loss!r}", "is not known", f"choose one of {known}")
    law = fit.law
    unit = math.sqrt(fit.samples * law.variance)
    edge = 1 + math.sqrt(law.ratio)
    y = np.asarray(singular_values, dtype=np.float64) / unit
    at = np.maximum(y, edge)
    return np.where(y > edge, unit * SHRINKAGE_LOSSES[loss](at, law.ratio), 0.0)[()]


def _frobenius(y: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    return np.sqrt(np.maximum((y**2 - ratio - 1) ** 2 - 4 * ratio, 0.0)) / y


def _operator(y: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    theta = _strength(y, ratio)
    return theta * np.sqrt((theta**2 + ratio) / (theta**2 + 1))


def _strength(y: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    excess = y**2 - ratio - 1
    return np.sqrt((excess + np.sqrt(np.maximum(excess**2 - 4 * ratio, 0.0))) / 2)


def _nuclear(y: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    theta = _strength(y, ratio)
    return np.maximum(theta**4 - ratio - math.sqrt(ratio) * theta * y, 0.0) / (theta**2 * y)


SHRINKAGE_LOSSES: Mapping[str, Callable[[NDArray[np.float64], float], NDArray[np.float64]]] = (
    MappingProxyType({"frobenius": _frobenius, "operator": _operator, "nuclear": _nuclear})
)


def hard_threshold_factor(ratio: float) -> float:
    """Return the best hard threshold over ``sqrt(n v)``, 4/sqrt(3) for square matrices.

    ``sqrt(2 (c + 1) + 8 c / (c + 1 + sqrt(c^2 + 14 c + 1)))``.

    Source: Gavish & Donoho (2014), "The optimal hard threshold for singular values is 4/sqrt(3)".
    """
    root = math.sqrt(ratio**2 + 14 * ratio + 1)
    return math.sqrt(2 * (ratio + 1) + 8 * ratio / (ratio + 1 + root))


def median_threshold_factor(ratio: float) -> float:
    """Return ``omega(c)``: the best hard threshold over the median singular value, noise unknown.

    `hard_threshold_factor` over the root of the law's median; 2.858 for square matrices.
    """
    return hard_threshold_factor(ratio) / math.sqrt(MarchenkoPastur(ratio).median())


def optimal_hard_threshold(fit: BulkFit) -> float:
    """Return the singular value below which cutting lowers the Frobenius error, by the fit."""
    law = fit.law
    return hard_threshold_factor(law.ratio) * math.sqrt(fit.samples * law.variance)
