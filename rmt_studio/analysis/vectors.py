"""The singular vectors of one matrix: what its singular values stand for, on inputs and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch

from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra import Localisation, localisation
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.spectra.spectrum import Weight

# A squared value over the largest: beneath it the Gram matrix's rounding, 1e-16 of the largest,
# reaches its eigenvectors by more than 1e-6 of the spacing of a thousand values.
GRAM_FLOOR = 1e-7


@dataclass(frozen=True, eq=False)
class SingularPair:
    """The two singular vectors of one singular value.

    Attributes:
        rank: of the singular value, 0 for the largest.
        left: over the outputs, of length 1, shape ``(out,)``.
        right: over the inputs, of length 1, shape ``(in,)``.
        out_localisation: of ``left``, one value each.
        in_localisation: of ``right``.
    """

    rank: int
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    out_localisation: Localisation
    in_localisation: Localisation


@dataclass(frozen=True, eq=False)
class SingularBasis:
    """All singular vectors of one matrix whose values are not zero, in single precision.

    Attributes:
        left: columns over the outputs, the largest value first, shape ``(out, k)``.
        right: columns over the inputs, shape ``(in, k)``.
    """

    left: NDArray[np.float32]
    right: NDArray[np.float32]

    def __len__(self) -> int:
        return self.left.shape[1]

    def pair(self, rank: int) -> SingularPair:
        """Return the vectors of one singular value, the right one's largest component positive.

        The sign of a pair is free; this choice makes two looks at one matrix agree.

        Raises:
            IndexError: there are not so many.
        """
        left, right = self.left[:, rank], self.right[:, rank]
        sign = np.float32(1.0 if right[np.abs(right).argmax()] > 0 else -1.0)
        return SingularPair(
            rank,
            sign * left,
            sign * right,
            localisation(left[:, None]),
            localisation(right[:, None]),
        )

    def root_mean_square(
        self, first: int, last: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how large components are over several values: left ``(out,)``, right ``(in,)``.

        Uniform vectors of length n have ``n^-1/2`` everywhere.

        Args:
            first: rank of one end, 0 for the largest value.
            last: rank of the other end, not smaller; it counts too.

        Raises:
            IndexError: there are not so many.
        """
        if not 0 <= first <= last < len(self):
            raise IndexError(last)
        left, right = (np.square(side[:, first : last + 1]) for side in (self.left, self.right))
        return np.sqrt(left.mean(1)), np.sqrt(right.mean(1))


def singular_basis(
    weight: Weight, layer: LayerAnalysis, progress: Progress = no_progress
) -> SingularBasis:
    """Return the singular vectors of a matrix.

    Args:
        weight: the matrix that ``layer`` was made of, shape (out, in).
        layer: its spectrum and fit; values that are zero by it have no vectors to speak of.
        progress: called before each long step; may raise `Cancelled`. The longest, one call of
            LAPACK, takes less than half a second of one processor for a 4096 x 1024 matrix.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    progress(0, 4, layer.name)
    matrix = checked_weight(weight).to(torch.float64)
    pauses = (partial(progress, step, 4, layer.name) for step in (1, 2, 3))
    left, right = singular_vectors(matrix, np.arange(layer.fit.dimension), pauses)
    return SingularBasis(left.astype(np.float32), right.astype(np.float32))


def singular_vectors(
    matrix: torch.Tensor, ranks: NDArray[np.int64], pauses: Iterable[Callable[[], None]] = ()
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left and right singular vectors of the given ranks as columns, float64.

    Args:
        matrix: float64, shape (out, in).
        ranks: 0 for the largest value.
        pauses: one is called before each long step, of which there are up to three.
    """
    if ranks.size == 0:
        out, inputs = matrix.shape
        return np.empty((out, 0)), np.empty((inputs, 0))
    wide = matrix.shape[0] <= matrix.shape[1]
    short, long = _short_and_long_vectors(
        matrix if wide else matrix.mT, torch.as_tensor(ranks), iter(pauses)
    )
    left, right = (short, long) if wide else (long, short)
    return left.cpu().numpy(), right.cpu().numpy()


def _short_and_long_vectors(
    wide: torch.Tensor, ranks: torch.Tensor, pauses: Iterator[Callable[[], None]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the singular vectors of a (p, n) matrix, (p, k) and (n, k), from its Gram matrix.

    Where that is not exact enough, from ``W^T = Q R`` and the decomposition of the square R
    (Chan 1982), which is as exact as that of W and takes a third of its time.
    """
    _pause(pauses)
    scale = float(wide.abs().max())
    wide = wide / scale
    squares, vectors = torch.linalg.eigh(wide @ wide.mT)
    places = (len(squares) - 1 - ranks).to(wide.device)
    if squares[places].min() > GRAM_FLOOR * squares[-1]:
        short = vectors[:, places]
        return short, torch.nn.functional.normalize(wide.mT @ short, dim=0)
    chosen = ranks.to(wide.device)
    _pause(pauses)
    basis, triangle = torch.linalg.qr(wide.mT)
    _pause(pauses)
    left, _, right = torch.linalg.svd(triangle)
    return right[chosen].mT, basis @ left[:, chosen]


def _pause(pauses: Iterator[Callable[[], None]]) -> None:
    for pause in islice(pauses, 1):
        pause()
