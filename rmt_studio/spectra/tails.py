"""One number for a whole spectrum: how many directions it uses and how evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rmt_studio.spectra.spectrum import Spectrum

# Relative to the largest singular value. The rounding of a rank-deficient product to float32
# leaves about 1e-7; the smallest value of square noise of side p is near 1 / (2 p).
RANK_TOLERANCE = 1e-6


def stable_rank(spectrum: Spectrum) -> float:
    """Return ``||W||_F^2 / ||W||_2^2``, between 1 and the rank; 0 for a matrix of zeros.

    Source: Rudelson & Vershynin (2007), "Sampling from large matrices".
    """
    weights = _relative_energy(spectrum)
    return float(weights.sum())


def spectral_entropy(spectrum: Spectrum) -> float:
    """Return ``-sum P_i log P_i / log(rank)`` with ``P_i = s_i^2 / sum s^2``, in [0, 1].

    1 is a flat spectrum, 0 a single direction (or none). Normalised as the column ``entropy`` of
    WeightWatcher (Martin & Mahoney 2021), with `numerical_rank` for the rank.
    """
    rank = numerical_rank(spectrum)
    if rank < 2:
        return 0.0
    energy = _relative_energy(spectrum)[:rank]
    share = energy / energy.sum()
    return float(-(share * np.log(share)).sum() / np.log(rank))


def numerical_rank(spectrum: Spectrum, tolerance: float = RANK_TOLERANCE) -> int:
    """Return how many singular values exceed ``tolerance`` times the largest."""
    values = spectrum.singular_values
    return int(np.count_nonzero(values > tolerance * values[0]))


def _relative_energy(spectrum: Spectrum) -> np.ndarray:
    """Return ``(s_i / s_1)^2``, shape ``(p,)``; zeros for a matrix of zeros."""
    values = spectrum.singular_values
    return (values / values[0]) ** 2 if values[0] > 0 else np.zeros_like(values)
