"""Shares of the layers when the entries of all of them are ranked together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ranked_shares(scores: list[NDArray[np.float32]], remove: int) -> list[float]:
    """Return which share of each layer is among the ``remove`` least scores of all.

    Args:
        scores: of the entries of each layer, any shapes.
        remove: how many go together; of equal scores those of the first layers.
    """
    joined = np.concatenate([score.ravel() for score in scores])
    cut = np.partition(joined, remove - 1)[remove - 1] if remove else np.float32(-1)
    spare = remove - int(np.count_nonzero(joined < cut))  # of those at the cut, so many go
    shares = []
    for score in scores:
        tied = min(spare, int(np.count_nonzero(score == cut)))
        spare -= tied
        shares.append((int(np.count_nonzero(score < cut)) + tied) / score.size)
    return shares


def whole_shares(shares: NDArray[np.float64], sizes: list[int], remove: int) -> list[float]:
    """Return shares next to the given ones that are whole entries of each layer, ``remove`` in all.

    Rounded down first; those with the largest remainders then lose one entry more.

    Args:
        shares: in [0, 1], of each layer, that together miss it by less than one entry of each.
        sizes: entries of each layer.
        remove: how many go together.
    """
    wanted = np.asarray(shares) * np.asarray(sizes)
    counts = np.floor(wanted).astype(np.int64)
    spare = remove - int(counts.sum())
    order = np.argsort(counts - wanted, kind="stable")
    if spare > 0:
        counts[order[:spare]] += 1
    elif spare < 0:  # rounding of the shares themselves
        counts[order[counts[order] > 0][spare:]] -= 1
    return [count / size for count, size in zip(counts.tolist(), sizes, strict=True)]
