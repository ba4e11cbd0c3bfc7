"""What one selected matrix shows on a closer look: its entries, and where its spikes live."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.analysis.vectors import singular_vectors
from rmt_studio.spectra import Localisation, Spike, entry_statistics, localisation, spike_table
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.spectra import EntryStatistics
    from rmt_studio.spectra.spectrum import Weight

FEWEST_BINS, MOST_BINS = 16, 512
MOST_LOWEST = 16


@dataclass(frozen=True, eq=False)
class EntryDetails:
    """The histogram of the entries of one weight.

    Attributes:
        statistics: mean, standard deviation, excess kurtosis, share of zeros.
        edges: of the bins, in units of the weight, shape ``(b + 1,)``.
        counts: entries in each bin, shape ``(b,)``; they sum to the size of the matrix.
        zeros: how many entries are exactly zero.
    """

    statistics: EntryStatistics
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    zeros: int


@dataclass(frozen=True, eq=False)
class SpikeDetails:
    """The spikes of one weight and how concentrated their singular vectors are.

    Attributes:
        spikes: one row per eigenvalue above the threshold, the largest first.
        out_localisation: of their left vectors (length out), ``k`` values.
        in_localisation: of their right vectors (length in).
        lowest_values: the singular values under the lower threshold, ascending, at most
            `MOST_LOWEST`, in units of the weight; values that are zero are left out.
        lowest_out_localisation: of their left vectors.
        lowest_in_localisation: of their right vectors.
    """

    spikes: tuple[Spike, ...]
    out_localisation: Localisation
    in_localisation: Localisation
    lowest_values: NDArray[np.float64]
    lowest_out_localisation: Localisation
    lowest_in_localisation: Localisation


def entry_details(weight: Weight) -> EntryDetails:
    """Return the statistics and the histogram of the entries.

    The bins are ``2 IQR / N^(1/3)`` wide (Freedman & Diaconis 1981) over the whole range, between
    `FEWEST_BINS` and `MOST_BINS` of them; zeros count in the bin that holds 0.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    statistics = entry_statistics(weight)
    entries = checked_weight(weight).cpu().double().numpy().ravel()
    counts, edges = np.histogram(entries, bins=_bins(entries))
    return EntryDetails(statistics, edges, counts, int((entries == 0).sum()))


def spike_details(weight: Weight, layer: LayerAnalysis) -> SpikeDetails:
    """Return the spikes of a matrix with the localisation of their singular vectors.

    The vectors of the short side are eigenvectors of the smaller Gram matrix in float64, those of
    the long side follow by one multiplication: a tenth of the time of a decomposition, which is
    taken where the Gram matrix would cost digits.

    Args:
        weight: the matrix that ``layer`` was made of, shape (out, in).
        layer: its spectrum and fit.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    matrix = checked_weight(weight).double()
    fit, values = layer.fit, layer.spectrum.singular_values
    last = values.size - fit.zeros - 1
    lowest = np.arange(last, last - min(fit.below, MOST_LOWEST), -1)
    left, right = singular_vectors(matrix, np.concatenate([np.arange(fit.spikes), lowest]))
    count = fit.spikes
    return SpikeDetails(
        spikes=spike_table(layer.spectrum, fit),
        out_localisation=localisation(left[:, :count]),
        in_localisation=localisation(right[:, :count]),
        lowest_values=values[lowest],
        lowest_out_localisation=localisation(left[:, count:]),
        lowest_in_localisation=localisation(right[:, count:]),
    )


def _bins(entries: NDArray[np.float64]) -> int:
    """Return the number of bins that Freedman and Diaconis ask for, bounded."""
    low, high = np.percentile(entries, [25, 75])
    width = 2 * (high - low) / entries.size ** (1 / 3)
    span = float(np.ptp(entries))
    wanted = span / width if width > 0 else FEWEST_BINS
    return int(min(max(math.ceil(wanted), FEWEST_BINS), MOST_BINS))
