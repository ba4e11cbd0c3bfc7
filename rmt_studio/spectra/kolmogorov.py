"""How far an empirical spectrum lies from a law: the Kolmogorov distance, whole and central."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def central_window(dimension: int, trim: float) -> slice:
    """Return the places of ``p`` ordered values whose level ``(k - 1/2)/p`` is central.

    Central means in ``[trim, 1 - trim]``. The window is symmetrical and never empty: at the least
    it is the middle value, or the middle two.
    """
    first = math.ceil(trim * dimension - 0.5 - 1e-9)
    first = min(max(first, 0), (dimension - 1) // 2)
    return slice(first, dimension - first)


def kolmogorov_distances(
    shares: NDArray[np.float64], trim: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distance over the whole line and over the central window.

    It is the largest gap between the law and the empirical step function, on either side of each
    step: over all eigenvalues, or over those in the `central_window` (the ``mu_fit`` of the
    MP-based pruning papers, which leaves spikes and the smallest values out of the judgement).

    Args:
        shares: the law's cdf at the ascending eigenvalues, shape ``(..., p)``.
        trim: share of the eigenvalues left out at each end for the central distance.
    """
    dimension = shares.shape[-1]
    steps = np.arange(dimension + 1) / dimension
    gaps = np.maximum(steps[1:] - shares, shares - steps[:-1])
    return gaps.max(axis=-1), gaps[..., central_window(dimension, trim)].max(axis=-1)
