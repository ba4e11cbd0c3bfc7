"""What the entries of a weight look like, before any spectrum: spread, tails, zeros."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from rmt_studio.spectra.spectrum import Weight

_BLOCK = 2**15  # entries; in float64 a block and its squares stay in the cache of one core
_LEAST_UNIT, _LARGEST_UNIT = 1e-40, 1e60  # between them fourth powers keep their digits


@dataclass(frozen=True)
class EntryStatistics:
    """Moments of the entries of one weight matrix.

    Attributes:
        mean: in units of the weight.
        sd: standard deviation (with ``1/N``), in units of the weight.
        excess_kurtosis: fourth central moment over ``sd^4``, less 3: 0 for normal entries, large
            for heavy tails; None where all entries are equal.
        zeros: share of entries that are exactly zero.
    """

    mean: float
    sd: float
    excess_kurtosis: float | None
    zeros: float


def entry_statistics(weight: Weight) -> EntryStatistics:
    """Return mean, standard deviation, excess kurtosis and share of zeros, computed in float64.

    The entries are read in blocks. Each gives its mean and its central moments
    ``M_k = sum (x - mean)^k``, so that a mean far above the spread costs no digits; with
    ``d_b`` the mean of a block less that of all, the moments of all entries are

        M_2 = sum_b M_2b + n_b d_b^2
        M_4 = sum_b M_4b + 4 d_b M_3b + 6 d_b^2 M_2b + n_b d_b^4

    Args:
        weight: 2-D, numpy array or torch tensor of any floating type, on any device.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers, or is empty.

    Source: Pebay (2008), "Formulas for robust, one-pass parallel computation of covariances and
    arbitrary-order statistical moments".
    """
    entries = checked_weight(weight)
    entries = entries if entries.is_contiguous() else entries.T  # read in the order they lie
    low, high = (extreme.item() for extreme in torch.aminmax(entries))
    zeros = (entries.numel() - int(torch.count_nonzero(entries))) / entries.numel()
    if low == high:
        return EntryStatistics(float(low), 0.0, None, zeros)
    unit = _unit(max(-low, high))
    mean, variance, fourth = _central_moments(entries, unit)
    return EntryStatistics(mean * unit, math.sqrt(variance) * unit, fourth / variance**2 - 3, zeros)


def _unit(largest: float) -> float:
    """Return the unit in which fourth powers of the entries neither overflow nor vanish."""
    return 1.0 if _LEAST_UNIT < largest < _LARGEST_UNIT else largest


def _central_moments(entries: torch.Tensor, unit: float) -> tuple[float, float, float]:
    """Return mean, second and fourth central moment of the entries over their unit."""
    blocks = entries.flatten().split(_BLOCK)
    means, second, third, fourth = torch.stack([_block_sums(block, unit) for block in blocks]).T
    sizes = torch.tensor([len(block) for block in blocks], dtype=torch.float64, device=means.device)
    mean = (sizes * means).sum() / sizes.sum()
    shift = means - mean
    square = second + sizes * shift**2
    quartic = fourth + 4 * shift * third + 6 * shift**2 * second + sizes * shift**4
    moments = torch.stack([square, quartic]).sum(dim=1) / sizes.sum()
    return (float(mean), *moments.tolist())


def _block_sums(block: torch.Tensor, unit: float) -> torch.Tensor:
    """Return the mean of a block and its sums of central squares, cubes and fourth powers."""
    entries = block.to(torch.float64)
    entries = entries if unit == 1.0 else entries / unit
    mean = entries.mean()
    central = entries - mean
    squares = central * central
    return torch.stack([mean, squares.sum(), central.dot(squares), squares.dot(squares)])
