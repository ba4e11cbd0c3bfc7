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
    ascending: NDArray[np.float64], law: MarchenkoPastur, share: float = 1.0
) -> tuple[NDArray[np.float64], ...]:
    """Return the corners of the empirical cdf less that of ``law``, each of shape ``(2 p,)``.

    The largest of them in size is the Kolmogorov distance. Where the law is that of a ``share``
    of the eigenvalues, because spikes were set aside, it is weighed by it.
    """
    values, shares = empirical_steps(ascending)
    return values, shares - share * law.cdf(values)


def expected_quantiles(law: MarchenkoPastur, count: int, deflated: int = 0) -> NDArray[np.float64]:
    """Return where ``count`` ordered eigenvalues of pure noise are expected, descending.

    The law says nothing of the ``deflated`` largest, which were set aside as spikes: they are put
    at its upper edge.
    """
    left = count - deflated
    bulk = law.ppf((np.arange(left, 0, -1) - 0.5) / left)
    return np.concatenate([np.full(deflated, law.support[1]), bulk])
