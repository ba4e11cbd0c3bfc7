"""Least squares for the entries that stay, given the second moment ``H`` of a layer's inputs.

The error of a layer's outputs is quadratic in its rows: ``E |(w - w') x|^2 = (w - w') H (w - w')^T``
for each row ``w``, so removed entries can be made up for by the others exactly.

Sources: LeCun, Denker & Solla (1989); Hassibi & Stork (1993), "Optimal Brain Surgeon"; Frantar &
Alistarh (2023), "SparseGPT".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

COLUMNS = 128  # of one block of the sweep, as published
_BATCH = 2**23  # numbers in the systems that are solved together, 64 MiB


def damped(moments: Tensor, damping: float) -> Tensor:
    """Return ``H`` with ``damping`` times its mean diagonal added to the diagonal.

    Inputs that are always zero leave nothing to scale by; 1 is added then.
    """
    mean = moments.diagonal().mean()
    scale = mean if mean > 0 else torch.ones_like(mean)
    return moments + torch.diag_embed((damping * scale).expand(len(moments)))


def inverse_diagonal(moments: Tensor, damping: float) -> Tensor:
    """Return ``[H^-1]_jj`` of the damped moments, shape (in,)."""
    return torch.cholesky_inverse(torch.linalg.cholesky(damped(moments, damping))).diagonal()


def exact_update(weight: Tensor, removed: Tensor, moments: Tensor, damping: float = 0.01) -> Tensor:
    """Return the matrix with the given zeros whose outputs are nearest to those of ``weight``.

    Row by row ``w'_S = (w H)_S (H_SS)^-1`` with ``S`` the entries that stay; rows with about as
    many of them are solved together.

    Args:
        weight: float64 (out, in).
        removed: where zeros shall be, bool (out, in).
        moments: ``H``, float64 (in, in).
        damping: see `damped`; it pulls the result towards ``weight``.
    """
    gram = damped(moments, damping)
    target = weight @ gram
    result = torch.zeros_like(weight)
    counts = (~removed).sum(1)
    for rows, most in _batches(counts):
        places = removed[rows].to(torch.uint8).argsort(dim=1, stable=True)[:, :most]
        stays = torch.arange(most, device=weight.device) < counts[rows, None]
        systems = gram[places[:, :, None], places[:, None, :]]
        systems *= stays[:, :, None] & stays[:, None, :]
        systems.diagonal(dim1=1, dim2=2).add_(~stays)
        sides = target[rows].gather(1, places) * stays
        solved = torch.cholesky_solve(sides[:, :, None], torch.linalg.cholesky(systems))[:, :, 0]
        result[rows] = torch.zeros_like(weight[rows]).scatter_(1, places, solved * stays)
    return result


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
    *, group: int = 1,
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
    """
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped(moments, damping)))
    upper = torch.linalg.cholesky(inverse, upper=True)
    weight = weight.clone()
    step = COLUMNS // group * group if 1 < group <= COLUMNS else max(group, COLUMNS)
    every = group if group > 1 else step
    for first in range(0, weight.shape[1], step):
        part, own = weight[:, first : first + step], upper[first : first + step]
        local = own[:, first : first + step]
        errors, removed = torch.zeros_like(part), torch.zeros_like(part, dtype=torch.bool)
        for j in range(part.shape[1]):
            if j % every == 0:
                among = slice(j, j + every)
                scores = (part[:, among] / local.diagonal()[among]).square()
                removed[:, among] = choose(scores, first + j)
            kept = torch.where(removed[:, j], 0.0, part[:, j])
            errors[:, j] = (part[:, j] - kept) / local[j, j]
            part[:, j + 1 :] -= errors[:, j, None] * local[j, j + 1 :]
            part[:, j] = kept
        weight[:, first + step :] -= errors @ own[:, first + step :]
    return weight
