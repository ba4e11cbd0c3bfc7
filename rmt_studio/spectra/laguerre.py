"""Eigenvalues of pure noise without the matrix: the tridiagonal Laguerre model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal

if TYPE_CHECKING:
    from numpy.typing import NDArray


def noise_eigenvalues(
    dimension: int, samples: float, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the eigenvalues of ``W W^T / n`` for standard normal ``W`` of shape ``p x n``.

    A bidiagonal matrix with independent chi entries has exactly the singular values' law, so one
    draw costs ``p^2`` operations and no matrix; ``n`` may be any real number of at least ``p``.

    Returns:
        Ascending eigenvalues, shape ``(draws, dimension)``.

    Source: Dumitriu & Edelman (2002), "Matrix models for beta ensembles", Theorem 3.4 at beta = 1.
    """
    squares = rng.chisquare(samples - np.arange(dimension), size=(draws, dimension))
    below = rng.chisquare(np.arange(dimension - 1, 0, -1), size=(draws, dimension - 1))
    diagonal = squares.copy()
    diagonal[:, 1:] += below
    beside = np.sqrt(squares[:, :-1] * below)
    pairs = zip(diagonal, beside, strict=True)
    values = [eigvalsh_tridiagonal(d, e, lapack_driver="sterf") for d, e in pairs]
    return np.maximum(values, 0.0) / samples
