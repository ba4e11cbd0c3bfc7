"""The spectrum of one matrix as a handful of bar heights, small enough for a table cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.spectra import BulkFit, Spectrum

BULK_BARS = 20
SPIKE_BARS = 10
FULL = 255
_CROPPED = 3  # the third tallest bar fills the height
_LEAST_REACH = 1.5  # the spike bars cover at least this multiple of the threshold


@dataclass(frozen=True, eq=False)
class Sparkline:
    """Heights of the bars of a small histogram.

    Attributes:
        heights: uint8, shape ``(BULK_BARS + SPIKE_BARS,)``: 0 for an empty bar, `FULL` for the
            tallest ones. The first `BULK_BARS` are the eigenvalues up to the threshold, the
            others the spikes.
    """

    heights: NDArray[np.uint8]


def sparkline_of(spectrum: Spectrum, fit: BulkFit) -> Sparkline:
    """Count eigenvalues in bars: evenly wide up to the threshold, logarithmic above it.

    So the bulk fills most of the cell however far the largest spike lies. Heights go with the
    square root of the count, so that a single spike is seen beside hundreds in the bulk; the two
    tallest bars are cropped, because the density of a square matrix diverges at zero.
    """
    upto = np.searchsorted(spectrum.eigenvalues[::-1], _bar_ends(spectrum, fit), side="right")
    roots = np.sqrt(np.diff(upto, prepend=0))
    tallest = max(float(np.partition(roots, -_CROPPED)[-_CROPPED]), 1.0)
    return Sparkline(np.ceil(FULL * np.minimum(roots / tallest, 1.0)).astype(np.uint8))


def _bar_ends(spectrum: Spectrum, fit: BulkFit) -> NDArray[np.float64]:
    """Return where each bar ends, ascending; the end belongs to the bar."""
    reach = max(float(spectrum.eigenvalues[0]) / fit.threshold, _LEAST_REACH)
    bulk = np.arange(1, BULK_BARS + 1) / BULK_BARS
    spikes = reach ** (np.arange(1, SPIKE_BARS + 1) / SPIKE_BARS)
    spikes[-1] = np.inf
    return fit.threshold * np.concatenate([bulk, spikes])
