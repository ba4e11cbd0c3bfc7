"""Simulate the null of the misfit under gamma row variances and write ``gamma_null_table.json``.

    python -m rmt_studio.spectra.gamma_null_table [FILE]

The seed is fixed. About ten minutes on one core (OMP_NUM_THREADS=1).

Variances that are drawn scatter like independent draws, so the distance falls like ``p^(-1/2)``
where they differ much and like ``1/p`` where they are equal: the spread is one more axis of the
table, and quantiles are interpolated by their logarithms.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra.gamma_fit import MOST_SPREAD, gamma_fit, spread_basis, spread_series
from rmt_studio.spectra.kolmogorov import kolmogorov_distances
from rmt_studio.spectra.null_distance import GAMMA_TABLE_FILE
from rmt_studio.spectra.null_table import LEVELS, print_progress, write_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20_230_374
DIMENSIONS = (16, 24, 32, 64, 128, 256, 512)
RATIOS = (0.05, 0.25, 0.5, 0.75, 1.0)
SPREADS = (0.0, 0.1, 0.2, 0.35, 0.6, 1.0, 1.8)
TRIMS = (0.05, 0.25, 0.45)
MOST_DRAWS = 1500
_DRAWS_TIMES_DIMENSION = 100_000
_BATCH = 50
_CURVE_LEVELS = 2049


def draws_for(dimension: int) -> int:
    """Return how many spectra are drawn: fewer of the large ones."""
    return min(MOST_DRAWS, _DRAWS_TIMES_DIMENSION // dimension)


def gamma_noise_eigenvalues(
    dimension: int, samples: float, spread: float, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the eigenvalues of ``T^(1/2) G G^T T^(1/2) / n``, ``T`` gamma of mean 1.

    ``G G^T`` by its Cholesky factor: normal entries below a diagonal of chi variables.

    Returns:
        Ascending eigenvalues, shape ``(draws, dimension)``.

    Source: Bartlett (1933), "On the theory of statistical regression".
    """
    factor = np.tril(rng.normal(size=(draws, dimension, dimension)), -1)
    diagonal = np.arange(dimension)
    factor[:, diagonal, diagonal] = np.sqrt(
        rng.chisquare(samples - diagonal, size=(draws, dimension))
    )
    if spread:
        theta = spread**-2
        variances = rng.standard_gamma(theta, (draws, dimension)) / theta
        factor *= np.sqrt(variances)[:, :, None]
    values = np.linalg.eigvalsh(factor @ factor.transpose(0, 2, 1))
    return np.maximum(values, 1e-300) / samples


def simulate(
    dimension: int, ratio: float, spread: float, draws: int, rng: np.random.Generator
) -> dict[float, NDArray[np.float64]]:
    """Return, by trim, the two distances of each drawn spectrum, shape ``(2, draws)``."""
    place = np.linspace(0.0, 1.0, _CURVE_LEVELS)
    levels = place**2 * (3 - 2 * place)
    series = spread_series(dimension, ratio, levels)
    batches = [min(_BATCH, draws - done) for done in range(0, draws, _BATCH)]
    found: dict[float, list[NDArray[np.float64]]] = {trim: [] for trim in TRIMS}
    for batch in batches:
        rows = gamma_noise_eigenvalues(dimension, dimension / ratio, spread, batch, rng)
        for trim in TRIMS:
            fit = gamma_fit(rows, ratio, trim)
            curves = np.maximum.accumulate(spread_basis(fit.spread) @ series, axis=1)
            roots = np.sqrt(np.maximum(curves, 0.0))
            scaled = np.sqrt(rows / fit.variance[:, None])
            pairs = zip(scaled, roots, strict=True)
            shares = np.array([np.interp(row, curve, levels) for row, curve in pairs])
            found[trim].append(np.array(kolmogorov_distances(shares, trim)))
    return {trim: np.concatenate(parts, axis=1) for trim, parts in found.items()}


def quantiles(dimension: int, ratio: float, spread: float) -> NDArray[np.float64]:
    """Return the quantiles of the two distances, shape ``(trims, levels, 2)``."""
    key = [SEED, dimension, round(ratio * 1000), round(spread * 1000)]
    rng = np.random.default_rng(key)
    found = simulate(dimension, ratio, spread, draws_for(dimension), rng)
    return np.array([np.quantile(found[trim], LEVELS, axis=1) for trim in TRIMS])


def build(progress: Progress = no_progress) -> dict:
    """Return the table, with `about` saying how its numbers are nested."""
    cells = [(s, c, p) for s in SPREADS for c in RATIOS for p in DIMENSIONS]
    found = []
    for done, (spread, ratio, dimension) in enumerate(cells):
        progress(done, len(cells), f"spread {spread:g}, ratio {ratio:g}, p = {dimension}")
        found.append(quantiles(dimension, ratio, spread))
    shape = (len(SPREADS), len(RATIOS), len(DIMENSIONS), len(TRIMS), len(LEVELS), 2)
    nested = np.moveaxis(np.reshape(found, shape), 3, 0)
    return {
        "about": "quantiles of [whole, central] Kolmogorov distance of noise with gamma row "
        "variances, mean and spread fitted; quantiles[trim][spread][ratio][dimension][level]",
        "seed": SEED,
        "levels": LEVELS,
        "draws": [draws_for(p) for p in DIMENSIONS],
        "trims": TRIMS,
        "spreads": SPREADS,
        "most_spread": MOST_SPREAD,
        "ratios": RATIOS,
        "dimensions": DIMENSIONS,
        "quantiles": np.round(nested, 6).tolist(),
    }


def main(arguments: list[str]) -> None:
    """Simulate and write the table to the file named, or to its place in the package."""
    target = Path(arguments[0]) if arguments else GAMMA_TABLE_FILE
    write_table(build(print_progress), target)


if __name__ == "__main__":
    main(sys.argv[1:])
