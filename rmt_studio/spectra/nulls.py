"""What a spectrum would be without structure: the same entries in random order.

Shuffling keeps every entry, so heavy tails and a single huge weight stay, and takes away what
their arrangement carried. The finer null keeps the scales of the rows and of the columns, too, and
shuffles what is left of the entries: unequal rows alone bend a bulk away from the Marchenko-Pastur
law, and are no learned direction.

Both keep the energy of the spikes, spread over all entries, so their bulks are wider than the noise
of the weight: what exceeds them is structure for sure, what does not may be.

Source: Martin & Mahoney (2021), "Implicit self-regularization in deep neural networks", section
3.3, for shuffled weights; Sinkhorn & Knopp (1967) for the scales.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.special import stdtrit

from rmt_studio.errors import InputError
from rmt_studio.spectra.spectrum import checked_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmt_studio.spectra.spectrum import Spectrum, Weight

_ROUNDS = 100
_BALANCED = 1e-6  # relative, of the mean squares of rows and columns


@dataclass(frozen=True, eq=False)
class NullSpectra:
    """The spectra of several random matrices that stand for one weight without its structure.

    Attributes:
        kind: which null, such as ``"shuffled"``.
        label: its name for a person.
        eigenvalues: ``s^2 / n``, each row descending, shape ``(replicas, p)``.
    """

    kind: str
    label: str
    eigenvalues: NDArray[np.float64]

    @property
    def replicas(self) -> int:
        """How many matrices were drawn."""
        return self.eigenvalues.shape[0]

    @property
    def median(self) -> NDArray[np.float64]:
        """The median over the replicas at each rank, descending, shape ``(p,)``."""
        return np.median(self.eigenvalues, axis=0)

    def band(self, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the eigenvalue of each rank of one more replica lies, with that probability.

        ``mean -+ t sd sqrt(1 + 1/R)`` over the ``R`` replicas with Student's ``t`` of ``R - 1``
        degrees: eight replicas have no 2.5 % quantile of their own, and the fluctuations of a
        single eigenvalue are close to normal (Gustavsson 2005; at the very edge Tracy-Widom).
        Not below 0.

        Returns:
            Lower and upper limit, each of shape ``(p,)``.

        Raises:
            InputError: the level is outside (0, 1), or there is a single replica.
        """
        if not 0 < level < 1:
            raise InputError(f"level = {level}", "lies outside (0, 1)")
        if self.replicas < 2:
            raise InputError(f"null {self.kind!r}", "one replica has no band", "draw 2 or more")
        mean = self.eigenvalues.mean(axis=0)
        factor = float(stdtrit(self.replicas - 1, (1 + level) / 2))
        reach = factor * math.sqrt(1 + 1 / self.replicas) * self.eigenvalues.std(axis=0, ddof=1)
        return np.maximum(mean - reach, 0.0), mean + reach

    def exceeding(self, spectrum: Spectrum, level: float = 0.95) -> int:
        """Return how many eigenvalues lie above the band of the null's largest.

        Of another draw of the null itself, one in forty has any (simulated: 2 to 4 %).

        Raises:
            InputError: see `band`.
        """
        return int(np.count_nonzero(spectrum.eigenvalues > self.band(level)[1][0]))


def shuffled(weight: Weight, generator: torch.Generator) -> torch.Tensor:
    """Return the entries of a matrix in random order, in its own shape and type, on the CPU.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    matrix = checked_weight(weight).cpu()
    order = torch.randperm(matrix.numel(), generator=generator)
    return matrix.reshape(-1)[order].reshape(matrix.shape)


def scales(weight: Weight) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the scales ``a`` (out,) and ``b`` (in,) of the rows and columns of a matrix.

    ``W_ij = a_i z_ij b_j`` with mean square 1 in every row and column of ``z``: rows and columns
    of the squares are balanced in turn (Sinkhorn & Knopp). A row or column of zeros has scale 0.
    Sparse patterns that cannot be balanced exactly are left as near as a hundred rounds bring
    them. Float64.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    matrix = checked_weight(weight).cpu().to(torch.float64)
    unit = float(matrix.abs().max()) or 1.0
    squares = (matrix / unit).square()
    live_rows, live_columns = squares.any(dim=1), squares.any(dim=0)
    rows = live_rows.to(torch.float64)
    columns = live_columns.to(torch.float64)
    inner = squares[live_rows][:, live_columns]
    if inner.numel() == 0:
        return rows, columns
    down, across = _balanced(inner)
    rows[live_rows] = down.sqrt() * unit
    columns[live_columns] = across.sqrt()
    return rows, columns


def _balanced(squares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ``a, b`` for which ``squares / (a b^T)`` has mean 1 in every row and column."""
    across = squares.mean(dim=0)
    down = squares @ (1 / across) / squares.shape[1]
    for _ in range(_ROUNDS):
        across = (1 / down) @ squares / squares.shape[0]
        means = squares @ (1 / across) / squares.shape[1]
        uneven = float((means / down - 1).abs().max())
        down = means
        if uneven < _BALANCED:
            break
    return down, across


def profile_shuffled(
    weight: Weight,
    generator: torch.Generator,
    known_scales: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """Return a matrix with the weight's row and column scales and its other structure shuffled.

    The entries are divided by their `scales`, shuffled, and multiplied by the scales of their new
    places. Rows and columns of zeros stay as they are and take no part. Float64, on the CPU.

    Args:
        weight: 2-D.
        generator: of the order, on the CPU.
        known_scales: what `scales` returned, where it is known already.

    Raises:
        InputError: the weight is not a matrix of finite floating point numbers.
    """
    rows, columns = known_scales or scales(weight)
    matrix = checked_weight(weight).cpu().to(torch.float64)
    live = torch.outer(rows > 0, columns > 0)
    outer = torch.outer(rows, columns)
    standard = matrix[live] / outer[live]
    order = torch.randperm(standard.numel(), generator=generator)
    profile = torch.zeros_like(matrix)
    profile[live] = standard[order] * outer[live]
    return profile
