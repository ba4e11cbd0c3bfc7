"""Simulate the null distribution of the Kolmogorov distances and write ``null_table.json``.

    python -m rmt_studio.spectra.null_table [FILE]

The seed is fixed: the same versions of numpy and LAPACK write the same numbers. About five
minutes on one core (OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.progress import Progress, no_progress
from rmt_studio.spectra.bulk_methods import BULK_METHODS, DEFAULT_TRIM, bema_variance
from rmt_studio.spectra.deflation import deflate
from rmt_studio.spectra.kolmogorov import kolmogorov_distances
from rmt_studio.spectra.laguerre import noise_eigenvalues
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur
from rmt_studio.spectra.null_distance import TABLE_FILE

if TYPE_CHECKING:
    from rmt_studio.spectra.bulk_methods import BulkMethod

SEED = 20_260_101
LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
# Each small p has a central window of its own; later the quantiles are smooth in log p.
DIMENSIONS = (*range(1, 25), 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096)
RATIOS = (0.001, 0.1, 0.3, 0.6, 0.9, 1.0)
TRIMS = (0.05, 0.15, 0.25, 0.35, 0.45)
MOST_DRAWS = 2500
_DRAWS_TIMES_DIMENSION = 320_000
_STRAIGHT_FROM = 256
_BATCH = 250


def draws_for(dimension: int) -> int:
    """Return how many spectra are drawn: fewer of the large ones, which cost ``p^2`` each."""
    return min(MOST_DRAWS, _DRAWS_TIMES_DIMENSION // dimension)


def simulated_methods() -> dict[str, str]:
    """Return for each method the one whose simulation it shares: the first with its estimator.

    A method that fits unequal row variances has a table of its own; where its spectra are too
    small for that it is plain bulk matching.
    """
    first: dict[object, str] = {}
    keys = {
        name: (bema_variance if method.gamma else method.variance, method.spikes)
        for name, method in BULK_METHODS.items()
    }
    return {name: first.setdefault(key, name) for name, key in keys.items()}


def trims_of(method: str) -> tuple[float, ...]:
    """Return the trims simulated for a method: one where it has no ``alpha``."""
    return TRIMS if "alpha" in BULK_METHODS[method].defaults else (DEFAULT_TRIM,)


def simulate(
    dimension: int, ratio: float, draws: int, rng: np.random.Generator
) -> dict[tuple[str, float], np.ndarray]:
    """Return, by (method, trim), the two distances of each drawn spectrum, shape ``(2, draws)``."""
    eigenvalues = noise_eigenvalues(dimension, dimension / ratio, draws, rng)
    return {
        (method, trim): _distances(BULK_METHODS[method], eigenvalues, ratio, trim)
        for method in dict.fromkeys(simulated_methods().values())
        for trim in trims_of(method)
    }


def _distances(
    method: BulkMethod, eigenvalues: np.ndarray, ratio: float, trim: float
) -> np.ndarray:
    """Return the two distances of each spectrum from the law fitted to it, shape ``(2, draws)``."""
    distances = np.empty((2, len(eigenvalues)))
    counts = method.spikes(eigenvalues, ratio) if method.spikes else np.zeros(len(eigenvalues), int)
    for count in np.unique(counts):
        rows = np.flatnonzero(counts == count)
        left, left_ratio = deflate(eigenvalues[rows], ratio, int(count))
        variance = method.variance(left, left_ratio, trim)
        shares = MarchenkoPastur(left_ratio).cdf(left / variance[:, None])
        distances[:, rows] = kolmogorov_distances(shares, trim)
    return distances


def scaled_quantiles(dimension: int, ratio: float) -> dict[tuple[str, float], np.ndarray]:
    """Return, by (method, trim), ``p`` times the quantiles of the two distances at `LEVELS`.

    Each has shape ``(levels, 2)``.
    """
    rng = np.random.default_rng([SEED, dimension, round(ratio * 1000)])
    draws = draws_for(dimension)
    batches = [min(_BATCH, draws - done) for done in range(0, draws, _BATCH)]
    parts = [simulate(dimension, ratio, batch, rng) for batch in batches]
    return {
        key: dimension
        * np.quantile(np.concatenate([p[key] for p in parts], axis=1), LEVELS, axis=1)
        for key in parts[0]
    }


def straightened(values: np.ndarray) -> np.ndarray:
    """Replace the values at large ``p`` by their line in ``log p``, weighted by the draws.

    There the growth is straight within the Monte Carlo error, and a line through five nodes errs
    less than each of them. First axis: `DIMENSIONS`.
    """
    large = [k for k, p in enumerate(DIMENSIONS) if p >= _STRAIGHT_FROM]
    place = np.log([DIMENSIONS[k] for k in large])
    weights = np.sqrt([draws_for(DIMENSIONS[k]) for k in large])
    flat = values[large].reshape(len(large), -1)
    slope, level = np.polyfit(place, flat, 1, w=weights)
    line = place[:, None] * slope + level
    return np.concatenate([values[: large[0]], line.reshape(values[large].shape)])


def build(progress: Progress = no_progress) -> dict:
    """Return the table, with `about` saying how its numbers are nested."""
    cells = [(p, c) for p in DIMENSIONS for c in RATIOS]
    found = {}
    for done, (dimension, ratio) in enumerate(cells):
        progress(done, len(cells), f"p = {dimension}, ratio {ratio:g}")
        found[dimension, ratio] = scaled_quantiles(dimension, ratio)
    shared = simulated_methods()
    scaled = {}
    for method in dict.fromkeys(shared.values()):
        grid = [
            [[found[p, c][method, trim] for c in RATIOS] for trim in trims_of(method)]
            for p in DIMENSIONS
        ]
        scaled[method] = _rounded_up(np.moveaxis(straightened(np.array(grid)), 0, 2)).tolist()
    return {
        "about": "p times the quantiles of [whole, central] Kolmogorov distance of pure noise, "
        "variance fitted; scaled_quantiles[method][trim][ratio][dimension][level]",
        "seed": SEED,
        "levels": LEVELS,
        "draws": [draws_for(p) for p in DIMENSIONS],
        "trims": {method: trims_of(method) for method in scaled},
        "same_as": {method: first for method, first in shared.items() if method != first},
        "ratios": RATIOS,
        "dimensions": DIMENSIONS,
        "scaled_quantiles": scaled,
    }


def _rounded_up(values: np.ndarray) -> np.ndarray:
    """Round to 4 decimals, upwards: what noise always reaches (1/2 at p = 1) must not exceed it."""
    return np.round(np.ceil(values * 1e4) / 1e4, 4)


def write_table(table: dict, target: Path) -> None:
    """Write a table with one entry per line, so that a change of it can be read."""
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
    target.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def print_progress(done: int, total: int, note: str = "") -> None:
    """Say on standard error how far a simulation is."""
    print(f"{done + 1:4d} of {total}  {note}", file=sys.stderr)


def main(arguments: list[str]) -> None:
    """Simulate and write the table to the file named, or to its place in the package."""
    target = Path(arguments[0]) if arguments else TABLE_FILE
    write_table(build(print_progress), target)


if __name__ == "__main__":
    main(sys.argv[1:])
