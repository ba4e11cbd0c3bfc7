"""Cumulative distributions and quantiles of a spectrum against its law (numpy only, no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.spectra import MarchenkoPastur


def empirical_steps(ascending: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return the corners of the empirical cdf: two at each value, before and after its step.

    Args:
        ascending: values, shape ``(p,)``.

    Returns:
        Values and shares, each of shape ``(2 p,)``; the first share is 0, the last 1.
    """
    share = np.arange(ascending.size + 1) / ascending.size
    return np.repeat(ascending, 2), np.repeat(share, 2)[1:-1]


def residual_steps(
    ascending: NDArray[np.float64], law: MarchenkoPastur
) -> tuple[NDArray[np.float64], ...]:
    """Return the corners of the empirical cdf less that of ``law``, each of shape ``(2 p,)``.

    The largest of them in size is the Kolmogorov distance.
    """
    values, shares = empirical_steps(ascending)
    return values, shares - law.cdf(values)


def expected_quantiles(law: MarchenkoPastur, count: int) -> NDArray[np.float64]:
    """Return where ``count`` ordered eigenvalues of pure noise are expected, descending."""
    return law.ppf((np.arange(count, 0, -1) - 0.5) / count)
