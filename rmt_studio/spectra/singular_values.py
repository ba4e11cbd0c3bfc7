"""The singular values of one matrix: quickly where that keeps their digits, exactly elsewhere.

The eigenvalues of the Gram matrix ``A A^T`` are more than three times as fast as a decomposition
of ``A``, but squaring costs digits: a value ``s`` comes with a relative error of about
``eps (s_1/s)^2``. Three routes keep every value above 1e-6 of the largest within `TOLERANCE`:

- "gram": every value is large enough for the Gram matrix.
- "refined": some may not be. The smallest are read off ``A`` itself, in the space of singular
  vectors found by inverse iteration with the Gram matrix; a bound on what can be left of their
  error is part of it. How far the Gram matrix was off there tells whether it may be believed for
  the others.
- "decomposition": too many are small, or too small, or a bound is not met.

The first two read the matrix in blocks (`Wide`); only the last needs it whole in float64.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import TYPE_CHECKING, Literal

import torch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from torch import Tensor

    from rmt_studio.spectra.wide import Wide

    Turn = Callable[[int], AbstractContextManager[object]]

Route = Literal["gram", "refined", "decomposition"]

TOLERANCE = 1e-10  # largest relative difference from `torch.linalg.svdvals` in float64
_EPSILON = torch.finfo(torch.float64).eps
# A value read off A is as good as one of a decomposition, and so is one of the transpose. All err
# by a share of eps s_1, so below this share of the largest value they could no longer agree to ten
# digits (measured: up to eps s_1 apart, that is 7e-11 here).
_LEAST_AGREEING = 3e-6
_LEAST_TOLD = 0.9e-6  # what is less may lie below a millionth either way round
_MOST_REFINED = 0.25  # share of all values in the iterated block; beyond, it takes longer
_USUAL_ERROR = 4 * _EPSILON  # of small Gram eigenvalues, in units of the largest: `_gram_error`
_CAUTION = 4.0  # times the largest error seen, taken for the largest not seen
_REACH = 8.0  # the block reaches up to this many times the largest value to be refined
_SPARE = 8  # vectors more than that
_ROUNDS = 4  # each shrinks what does not belong to the space by _REACH^2
_BLOCK = 128  # rows of the Gram matrix computed at once


def singular_values(wide: Wide, turn: Turn = nullcontext) -> tuple[Tensor, Route]:
    """Return the singular values of a matrix over its unit, descending, and their route.

    Args:
        wide: one matrix.
        turn: entered, with the number of entries, where a float64 copy of them all is needed, and
            left when it is gone.
    """
    gram = gram_matrix(wide)
    return values_from_gram(wide, gram, torch.linalg.eigvalsh(gram), turn)


def gram_matrix(wide: Wide) -> Tensor:
    """Return the lower triangle of ``A A^T``, shape ``(..., p, p)``; what is above is not it.

    A triangle is all that `eigvalsh` and `cholesky` read, and takes little more than half of the
    work. Products of two float32 numbers are exact in float64.
    """
    view = wide.view
    gram = view.new_zeros(*view.shape[:-1], view.shape[-2], dtype=torch.float64)
    add_product = torch.Tensor.addmm_ if view.ndim == 2 else torch.Tensor.baddbmm_
    for block in wide.blocks():
        for first in range(0, view.shape[-2], _BLOCK):
            last = first + _BLOCK
            rows, above = block[..., first:last, :], block[..., :last, :]
            add_product(gram[..., first:last, :last], rows, above.mT)
    return gram


def values_from_gram(
    wide: Wide, gram: Tensor, squares: Tensor, turn: Turn = nullcontext
) -> tuple[Tensor, Route]:
    """Return the singular values, given the ascending eigenvalues of the Gram matrix.

    The Gram matrix may be overwritten.
    """
    if squares[0] >= _floor(_gram_error(len(squares))) * squares[-1]:
        return squares.flip(0).sqrt(), "gram"
    refined = _refined(wide, gram, squares)
    if refined is not None:
        values = torch.cat([refined, squares[len(refined) :].sqrt()])
        return values.sort(descending=True).values, "refined"
    with turn(wide.weight.numel()):
        return _decomposed(wide.whole()), "decomposition"


def _decomposed(matrix: Tensor) -> Tensor:
    """Return `torch.linalg.svdvals` of a float64 matrix, or within `TOLERANCE` of it.

    LAPACK takes four times as long for a wide matrix as for its transpose. Their values agree but
    for those that hardly exceed a millionth of the largest: where there are any the matrix is
    taken as it is.
    """
    if matrix.shape[0] < matrix.shape[1]:
        values = torch.linalg.svdvals(matrix.mT)
        low, high = _LEAST_TOLD * values[0], _LEAST_AGREEING * values[0]
        if not ((values > low) & (values < high)).any():
            return values
    return torch.linalg.svdvals(matrix)


def _gram_error(size: int) -> float:
    """Return a bound on the error of a small Gram eigenvalue, in units of the largest.

    It is ``sqrt(p) eps``. Measured on noise, graded, two-level, spiked and row-scaled spectra from
    p = 16 to 1024: up to ``0.6 sqrt(p) eps`` where half of the eigenvalues coincide, 2 eps where a
    few do, below 1 eps elsewhere.
    """
    return math.sqrt(size) * _EPSILON


def _floor(error: float) -> float:
    """Return the eigenvalue whose root is within `TOLERANCE`, given its error, in like units."""
    return error / (2 * TOLERANCE)


def _refined(wide: Wide, gram: Tensor, squares: Tensor) -> Tensor | None:
    """Return the lowest singular values, ascending, or None where these or others stay in doubt."""
    relative = squares / squares[-1]
    count = max(int((relative < _floor(_USUAL_ERROR)).sum()), 1)
    reach = _REACH**2 * max(_floor(_USUAL_ERROR), float(relative[0]))
    block = int((relative < reach).sum()) + _SPARE
    if block > _MOST_REFINED * len(squares):
        return None
    factor = _factor(gram)
    if factor is None:
        return None
    values, vectors, images = _ritz(wide, _lowest_vectors(factor, block), count)
    found = values.square()
    if not values[0] > _LEAST_AGREEING * squares[-1].sqrt():
        return None
    left = (_times(wide, images) - vectors * found).square().sum(dim=0)
    settled = _error_bound(left, found, squares) < TOLERANCE / 10 * found
    seen = (found - squares[:count]).abs().max()
    believed = _CAUTION * seen < 2 * TOLERANCE * squares[count]
    return values if settled.all() and believed else None


def _factor(gram: Tensor) -> Tensor | None:
    """Return the lower Cholesky factor, or None if there is none; on the CPU in ``gram``'s place.

    LAPACK works on columns, so it is the upper factor of the transpose that needs no copy.
    """
    if gram.device.type != "cpu":
        factor, info = torch.linalg.cholesky_ex(gram)
        return None if info else factor
    failed = torch.zeros((), dtype=torch.int32)
    torch.linalg.cholesky_ex(gram.mT, upper=True, out=(gram.mT, failed))
    return None if failed else gram


def _lowest_vectors(factor: Tensor, count: int) -> Tensor:
    """Return an orthonormal basis of the lowest eigenvectors of ``L L^T``, shape ``(p, count)``.

    Inverse iteration of a whole block, from the same vectors every time.
    """
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(len(factor), count, dtype=torch.float64, generator=generator)
    vectors = start.to(factor.device)
    for _ in range(_ROUNDS):  # `cholesky_solve` would copy the factor each time
        half = torch.linalg.solve_triangular(factor, vectors, upper=False)
        vectors = torch.linalg.solve_triangular(factor.mT, half, upper=True)
        vectors = torch.linalg.qr(vectors).Q
    return vectors


def _ritz(wide: Wide, vectors: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the lowest values of ``A^T X``, ascending, their vectors ``x`` and images ``A^T x``.

    They come from ``A`` itself, not from its square: an error ``d`` of a vector changes its value
    by ``d^2`` only, and rounding adds about ``eps s_1``.
    """
    images = torch.cat([(vectors.mT @ block).mT for block in wide.blocks()])
    triangle = torch.linalg.qr(images, mode="r").R
    _, values, right = torch.linalg.svd(triangle)
    turn = right.mT.flip(1)[:, :count]
    return values.flip(0)[:count], vectors @ turn, images @ turn


def _times(wide: Wide, images: Tensor) -> Tensor:
    """Return ``A Y``, shape ``(p, k)``, for ``Y`` of shape ``(n, k)``."""
    product, first = images.new_zeros(wide.view.shape[-2], images.shape[1]), 0
    for block in wide.blocks():
        product += block @ images[first : first + block.shape[1]]
        first += block.shape[1]
    return product


def _error_bound(residuals: Tensor, found: Tensor, squares: Tensor) -> Tensor:
    """Return for each eigenvalue found a bound on its distance from the true one.

    With ``R_j`` the residuals of the ``j`` lowest vectors together and the next eigenvalue above
    them at a distance, ``|mu_i - lambda_i| <= |R_j|^2 / (lambda_(j+1) - mu_i)`` for every
    ``j >= i``; the least of these counts, so that eigenvalues may lie close together.

    Args:
        residuals: ``|A A^T x - mu x|^2`` of each vector, shape ``(k,)``.
        found: ``mu``, ascending, shape ``(k,)``.
        squares: all Gram eigenvalues, ascending.

    Source: Li & Li (2005), "A note on eigenvalues of perturbed Hermitian matrices".
    """
    together = residuals.cumsum(0)
    error = _gram_error(len(squares)) * squares[-1]
    gaps = squares[1 : len(found) + 1] - error - found[:, None]
    bounds = torch.where(gaps > 0, together / gaps, torch.inf)
    return bounds.triu().add(torch.full_like(bounds, torch.inf).tril(-1)).min(dim=1).values
