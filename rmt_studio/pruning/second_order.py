"""Least squares for the entries that stay, given the second moment ``H`` of a layer's inputs.

The error of a layer's outputs is quadratic in each of its rows, ``E |(w - w') x|^2 =
(w - w') H (w - w')^T``, so removed entries can be made up for by the others exactly.

Sources: LeCun, Denker & Solla (1989); Hassibi & Stork (1993), "Optimal Brain Surgeon"; Frantar &
Alistarh (2023), "SparseGPT".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

COLUMNS = 128  # of one block of the sweep, as published
_BATCH = 2**22  # numbers in the systems that are solved together, 32 MiB or half of it
_EPSILON = 2.0**-24  # of float32
_FLOAT32_ERROR = 0.05  # of one solve at worst; the second takes out all but its square


def damped(moments: Tensor, damping: float) -> Tensor:
    """Return ``H`` with ``damping`` times its mean diagonal added to the diagonal.

    Inputs that are always zero leave nothing to scale by; 1 is added then.
    """
    mean = moments.diagonal().mean()
    scale = mean if mean > 0 else torch.ones_like(mean)
    return moments + torch.diag_embed((damping * scale).expand(len(moments)))


def sweep_variances(moments: Tensor, damping: float) -> Tensor:
    """Return ``d_j^2``, the squared diagonal of the upper Cholesky factor of ``H^-1``, shape (in,).

    ``w_ij^2 / d_j^2`` is what leaving out one entry adds to the error when the inputs after j make
    up for it. With all inputs at hand it would be ``[H^-1]_jj``; when half of the entries go, that
    promises too much (`docs/adr/0013-what-an-entry-costs.md`).

    Source: Frantar & Alistarh (2023), section 3.
    """
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped(moments, damping)))
    return torch.linalg.cholesky(inverse, upper=True).diagonal().square()


def exact_update(
    weight: Tensor,
    removed: Tensor,
    moments: Tensor,
    damping: float = 0.01,
    *,
    tick: Callable[[], None] = lambda: None,
) -> Tensor:
    """Return the matrix with the given zeros whose outputs are nearest to those of ``weight``.

    With ``S`` the entries of a row that stay and ``P`` those that go,

        w'_S = (w H)_S (H_SS)^-1,  or the same as  w' = w - w_P ([H^-1]_PP)^-1 [H^-1]_P,:

    row by row, whichever has the smaller system to solve. The damped ``H`` has a condition number
    of at most ``1 + in / damping``; where one float32 solve is right to a few percent at the
    worst, rows are solved in float32, twice: the second time for the error that is left.

    Args:
        weight: float64 (out, in).
        removed: where zeros shall be, bool (out, in).
        moments: ``H``, float64 (in, in).
        damping: see `damped`; it pulls the result towards ``weight``.
        tick: called between batches of rows; may raise `Cancelled`.
    """
    gram = damped(moments, damping)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    few = 2 * removed.sum(1) <= weight.shape[1]
    fast = damping > 0 and (1 + weight.shape[1] / damping) * _EPSILON < _FLOAT32_ERROR
    solve = _Systems(torch.float32 if fast else torch.float64, tick)
    result = torch.empty_like(weight)
    result[~few] = solve(gram, weight[~few] @ gram, ~removed[~few])
    result[few] = weight[few] - solve(inverse, weight[few], removed[few]) @ inverse
    return result.masked_fill_(removed, 0.0)


@dataclass(frozen=True)
class _Systems:
    """Solves one symmetric system per row, of rows and columns of a common matrix."""

    dtype: torch.dtype
    tick: Callable[[], None]

    def __call__(self, matrix: Tensor, sides: Tensor, chosen: Tensor) -> Tensor:
        """Return the ``x`` (rows, in) with ``x_C M_CC = side_C`` for each row's ``C``, else zero.

        Rows with about as many chosen entries are solved together.
        """
        result, counts = torch.zeros_like(sides), chosen.sum(1)
        coarse = matrix.to(self.dtype)
        for rows, most in _batches(counts):
            self.tick()
            places = (~chosen[rows]).to(torch.uint8).argsort(dim=1, stable=True)[:, :most]
            own = torch.arange(most, device=sides.device) < counts[rows, None]
            factor = torch.linalg.cholesky(_system(coarse, places, own))
            side = sides[rows]
            found = self._solved(factor, side, places, own)
            if self.dtype != sides.dtype:
                found += self._solved(factor, side - found @ matrix, places, own)
            result[rows] = found
        return result

    def _solved(self, factor: Tensor, sides: Tensor, places: Tensor, own: Tensor) -> Tensor:
        right = (sides.gather(1, places) * own).to(self.dtype)[:, :, None]
        found = torch.cholesky_solve(right, factor)[:, :, 0].to(sides.dtype)
        return torch.zeros_like(sides).scatter_(1, places, found * own)


def _system(matrix: Tensor, places: Tensor, own: Tensor) -> Tensor:
    """Return ``M_CC`` for each row's places, identity where a row has fewer of them."""
    systems = matrix[places[:, :, None], places[:, None, :]]
    if not own.all():
        systems *= own[:, :, None] & own[:, None, :]
        systems.diagonal(dim1=1, dim2=2).add_(~own)
    return systems


def _batches(counts: Tensor) -> Iterator[tuple[Tensor, int]]:
    """Yield rows with their greatest count, those with similar counts together."""
    order = counts.argsort(stable=True)
    end = len(order)
    while end:
        most = int(counts[order[end - 1]])
        if most == 0:
            return
        first = max(0, end - max(1, _BATCH // most**2))
        yield order[first:end], most
        end = first


def sweep(
    weight: Tensor, moments: Tensor, choose: Callable[[Tensor, int], Tensor], damping: float = 0.01,
    *, group: int = 1, tick: Callable[[], None] = lambda: None,
) -> Tensor:  # fmt: skip
    """Prune column by column as published: what goes is made up for by the columns that follow.

    With ``U`` the upper Cholesky factor of the inverse damped moments, the error
    ``(w_j - q_j) / U_jj`` of column j times ``U_j,j+1:`` is taken off the columns after j.

    Args:
        weight: float64 (out, in).
        moments: float64 (in, in).
        choose: from scores ``w_ij^2 / U_jj^2`` of some columns (out, k) and the number of columns
            before them to what goes, bool (out, k). Asked for each `COLUMNS` columns, or for each
            ``group`` of them where that is more than 1.
        damping: see `damped`.
        group: columns that are chosen among together.
        tick: called now and then; may raise `Cancelled`.
    """
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped(moments, damping)))
    upper = torch.linalg.cholesky(inverse, upper=True)
    columns = weight.mT.clone(memory_format=torch.contiguous_format)  # each lies in one piece
    step = COLUMNS // group * group if 1 < group <= COLUMNS else max(group, COLUMNS)
    every = group if group > 1 else step
    for first in range(0, len(columns), step):
        tick()
        part, own = columns[first : first + step], upper[first : first + step]
        local = own[:, first : first + step]
        errors, removed = torch.zeros_like(part), torch.zeros_like(part, dtype=torch.bool)
        for j in range(len(part)):
            if j % every == 0:
                among = slice(j, j + every)
                scores = (part[among] / local.diagonal()[among, None]).square()
                removed[among] = choose(scores.mT, first + j).mT
            errors[j] = removed[j] * part[j] / local[j, j]
            part[j + 1 :].addr_(local[j, j + 1 :], errors[j], alpha=-1)
        part.masked_fill_(removed, 0.0)
        columns[first + step :].addmm_(own[:, first + step :].mT, errors, alpha=-1)
    return columns.mT.contiguous()
