"""What one selected matrix shows on a closer look: its entries, and where its spikes live."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.spectra import Localisation, Spike, entry_statistics, localisation, spike_table
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.spectra import EntryStatistics
    from rmt_studio.spectra.spectrum import Weight

FEWEST_BINS, MOST_BINS = 16, 512
MOST_LOWEST = 16
# A squared value over the largest: beneath it the Gram matrix's rounding, 1e-16 of the largest,
# reaches its eigenvectors by more than 1e-6 of the spacing of a thousand values.
GRAM_FLOOR = 1e-7


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
    entries = checked_weight(weight).cpu().to(torch.float64).numpy().ravel()
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
    matrix = checked_weight(weight).to(torch.float64)
    fit, values = layer.fit, layer.spectrum.singular_values
    last = values.size - fit.zeros - 1
    lowest = np.arange(last, last - min(fit.below, MOST_LOWEST), -1)
    left, right = _singular_vectors(matrix, np.concatenate([np.arange(fit.spikes), lowest]))
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


def _singular_vectors(
    matrix: torch.Tensor, ranks: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left and right singular vectors of the given ranks as columns, float64."""
    if ranks.size == 0:
        out, inputs = matrix.shape
        return np.empty((out, 0)), np.empty((inputs, 0))
    wide = matrix.shape[0] <= matrix.shape[1]
    short, long = _short_and_long_vectors(matrix if wide else matrix.mT, torch.as_tensor(ranks))
    left, right = (short, long) if wide else (long, short)
    return left.cpu().numpy(), right.cpu().numpy()


def _short_and_long_vectors(
    wide: torch.Tensor, ranks: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the singular vectors of a (p, n) matrix, (p, k) and (n, k), from its Gram matrix."""
    scale = float(wide.abs().max())
    wide = wide / scale
    squares, vectors = torch.linalg.eigh(wide @ wide.mT)
    places = (len(squares) - 1 - ranks).to(wide.device)
    if squares[places].min() > GRAM_FLOOR * squares[-1]:
        short = vectors[:, places]
        return short, torch.nn.functional.normalize(wide.mT @ short, dim=0)
    left, _, right = torch.linalg.svd(wide, full_matrices=False)
    chosen = ranks.to(wide.device)
    return left[:, chosen], right[chosen].mT
