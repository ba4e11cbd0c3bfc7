"""What the entries of a weight look like, before any spectrum: spread, tails, zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from rmt_studio.spectra.spectrum import checked_weight, largest_entry

if TYPE_CHECKING:
    from rmt_studio.spectra.spectrum import Weight


@dataclass(frozen=True)
class EntryStatistics:
    """Moments of the entries of one weight matrix.

    Attributes:
        mean: in units of the weight.
        sd: standard deviation (with ``1/N``), in units of the weight.
        excess_kurtosis: fourth central moment over ``sd^4``, less 3: 0 for normal entries, large
            for heavy tails; nan where all entries are equal.
        zeros: share of entries that are exactly zero.
    """

    mean: float
    sd: float
    excess_kurtosis: float
    zeros: float


def entry_statistics(weight: Weight) -> EntryStatistics:
    """Return mean, standard deviation, excess kurtosis and share of zeros, computed in float64.

    Args:
        weight: 2-D, numpy array or torch tensor of any floating type, on any device.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers, or is empty.
    """
    entries = checked_weight(weight)
    unit = largest_entry(entries) or 1.0
    zeros = int((entries == 0).sum()) / entries.numel()
    relative = entries.to(torch.float64) / unit
    mean = relative.mean()
    squares = (relative - mean).square_()
    variance = float(squares.mean())
    flat = bool((entries == entries[0, 0]).all())
    kurtosis = float(squares.square().mean()) / variance**2 - 3 if not flat else float("nan")
    return EntryStatistics(
        mean=float(mean) * unit,
        sd=0.0 if flat else variance**0.5 * unit,
        excess_kurtosis=kurtosis,
        zeros=zeros,
    )
