"""The upper tail of a spectrum as curves on logarithmic axes (numpy only, no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra import hill_exponents

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.gui.spectrum.overlays import Curve
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.spectra import PowerLawTail

_MOST_ALPHA = 1e6  # equal values make Hill's exponent infinite
_FEWEST_VALUES = 5  # Hill's exponent of fewer has an error of half its size and more


def survival(places: NDArray[np.float64], total: int) -> Curve:
    """Return places and ``log10`` of the share at or above each, the largest first.

    Args:
        places: on the axis, descending, shape ``(m,)``.
        total: how many values are the whole.
    """
    return places, np.log10(np.arange(1, places.size + 1) / total)


def null_survival(shown: Shown) -> tuple[Curve, ...]:
    """Return the survival function of the null: middle, left and right side of its band."""
    band = shown.band
    if band is None:
        return ()
    return tuple(survival(x, x.size) for x in (band.middle, band.lower, band.upper))


def power_law_line(tail: PowerLawTail, largest: float, total: int, scale: Scale) -> Curve:
    """Return the two ends of the fitted survival ``(m/p) (x/xmin)^-(alpha - 1)``.

    Args:
        tail: the fit.
        largest: the eigenvalue at which the line ends.
        total: ``p``, how many eigenvalues are the whole.
        scale: of the axis; a straight line on singular values as well, twice as steep.
    """
    ends = np.array([tail.xmin, max(largest, tail.xmin)])
    heights = np.log10(tail.count / total) - (tail.alpha - 1) * np.log10(ends / tail.xmin)
    return scale.position(ends), heights


def hill_curve(eigenvalues: NDArray[np.float64], scale: Scale) -> Curve:
    """Return Hill's exponent of the values above each start, from `_FEWEST_VALUES` of them on.

    Args:
        eigenvalues: above zero, descending.
        scale: of the axis on which the starts lie.
    """
    exponents = hill_exponents(eigenvalues) if eigenvalues.size > 1 else np.empty(0)
    starts = scale.position(eigenvalues[1:])
    kept = slice(_FEWEST_VALUES - 1, None)
    return starts[kept], np.minimum(exponents, _MOST_ALPHA)[kept]
