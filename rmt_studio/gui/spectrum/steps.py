"""Cumulative distributions and quantiles of a spectrum against its law (numpy only, no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.gui.spectrum.overlays import Curve
    from rmt_studio.gui.spectrum.reference import Reference
    from rmt_studio.gui.spectrum.scales import BulkLaw
    from rmt_studio.gui.spectrum.shown import Shown


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
    ascending: NDArray[np.float64], reference: Reference
) -> tuple[NDArray[np.float64], ...]:
    """Return the corners of the empirical cdf less that of ``reference``, each ``(2 p,)``.

    Where the reference is a law, the largest of them in size is the Kolmogorov distance.
    """
    values, shares = empirical_steps(ascending)
    return values, shares - reference.cdf(values)


def null_steps(shown: Shown) -> tuple[Curve, ...]:
    """Return the distribution function of the null: middle, left and right side of its band.

    Each is places and shares, the largest first; empty where there is no null. The shares are
    those in the middle of each step, ``1 - (k - 1/2) / p``.
    """
    band = shown.band
    if band is None:
        return ()
    shares = 1 - band.shares
    return tuple((places, shares) for places in (band.middle, band.lower, band.upper))


def other_steps(shown: Shown) -> tuple[Curve, ...]:
    """Return the distribution function of the other spectrum, one curve or none.

    It counts in units of the spectrum that is shown, so that values which both have stand at the
    same height; values that became zero lift its left end.
    """
    if shown.other is None:
        return ()
    values, shares = empirical_steps(shown.other.eigenvalues[::-1])
    count, all_of_them = values.size / 2, max(values.size / 2, shown.positions.size)
    return ((shown.scale.position(values), 1 - (1 - shares) * count / all_of_them),)


def expected_quantiles(law: BulkLaw, count: int, deflated: int = 0) -> NDArray[np.float64]:
    """Return where ``count`` ordered eigenvalues of pure noise are expected, descending.

    The law says nothing of the ``deflated`` largest, which were set aside as spikes: they are put
    at its upper edge.
    """
    left = count - deflated
    bulk = law.ppf((np.arange(left, 0, -1) - 0.5) / left)
    return np.concatenate([np.full(deflated, law.support[1]), bulk])
