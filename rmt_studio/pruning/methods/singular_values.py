"""Cut singular values: the paper's "MP-based pruning" of one matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.pruning.effect import kept_rank

if TYPE_CHECKING:
    from rmt_studio.pruning.methods.pieces import Pieces
    from rmt_studio.pruning.steps import SingularValueCut


def cut_singular_values(pieces: Pieces, step: SingularValueCut) -> Pieces:
    """Keep the largest singular values; the number follows from the dense matrix's fit.

    Source: Berlyand, Bourdais, Owhadi & Shmalo, "Pruning Deep Neural Networks via a Combination
    of the Marchenko-Pastur Distribution and Regularization" (2025).
    """
    rank = kept_rank(step, pieces.spectrum, pieces.fit)
    if rank >= pieces.spectrum.dimension:
        return pieces
    left, values, right = pieces.decomposition
    rank = min(rank, values.numel())
    factors = (left[:, :rank], values[:rank], right[:, :rank])
    return pieces.recomposed(factors, rank=rank)
