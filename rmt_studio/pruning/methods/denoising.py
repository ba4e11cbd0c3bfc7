"""Restore the low-rank signal under noise of the fitted law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.spectra import optimal_hard_threshold, optimal_shrinkage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import SingularValueDenoising


def denoise(pieces: Pieces, step: SingularValueDenoising) -> Pieces:
    """Replace the singular values by their denoised ones and keep those that are not zero.

    Source: Gavish & Donoho (2014), "The optimal hard threshold for singular values is 4/sqrt(3)";
    (2017), "Optimal shrinkage of singular values". Noise variance and edge are the layer's fit.
    """
    left, values, right = pieces.decomposition
    kept = denoised(values.cpu().numpy(), pieces, step.loss)
    rank = int(np.count_nonzero(kept))
    factors = (left[:, :rank], values.new_tensor(kept[:rank]), right[:, :rank])
    return pieces.recomposed(factors, rank=rank)


def denoised(values: NDArray[np.float64], pieces: Pieces, loss: str) -> NDArray[np.float64]:
    """Return the singular values, descending, after the step; those of noise are zero."""
    if loss == "hard":
        return np.where(values > optimal_hard_threshold(pieces.fit), values, 0.0)
    return optimal_shrinkage(values, pieces.fit, loss)
