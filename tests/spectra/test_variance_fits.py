from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.spectra import MarchenkoPastur
from rmt_studio.spectra.kolmogorov import kolmogorov_distances
from rmt_studio.spectra.laguerre import noise_eigenvalues
from rmt_studio.spectra.variance_fits import (
    golden_minimum,
    least_distance_variance,
    likeliest_variance,
)


def test_that_golden_section_finds_the_bottom_of_each_valley():
    bottoms = np.array([-0.7, 0.0, 0.3])
    found = golden_minimum(lambda x: np.abs(x - bottoms), np.full(3, -1.0), np.full(3, 1.0), 60)
    assert found == pytest.approx(bottoms, abs=1e-11)


@pytest.mark.parametrize("ratio", [0.2, 1.0])
def test_that_no_variance_on_a_grid_lies_nearer_than_the_least_distance(ratio):
    values = noise_eigenvalues(80, 80 / ratio, 1, np.random.default_rng(1))[0]
    law, found = MarchenkoPastur(ratio), float(least_distance_variance(values, ratio))
    grid = np.linspace(0.9, 1.1, 4001)[:, None]
    searched = kolmogorov_distances(law.cdf(values / grid), 0.0)[0]
    assert kolmogorov_distances(law.cdf(values / found), 0.0)[0] <= searched.min() + 1e-9


@pytest.mark.parametrize(("dimension", "samples"), [(2, 768), (5, 5000), (10, 100_000)])
def test_that_the_nearest_law_of_a_narrow_bulk_is_found(dimension, samples):
    """The law is narrower than the search; where it misses the bulk the distance is flat."""
    values = noise_eigenvalues(dimension, samples, 50, np.random.default_rng(4))
    found, ratio = least_distance_variance(values, dimension / samples), dimension / samples
    distance = kolmogorov_distances(MarchenkoPastur(ratio).cdf(values / found[:, None]), 0.0)[0]
    assert distance.max() <= 0.5 + 1e-6


def test_that_the_likelihood_of_the_whole_spectrum_is_maximal_where_a_grid_says():
    """Without trimming it is the plain likelihood, up to the factor that undoes the bias."""
    values = noise_eigenvalues(60, 240, 1, np.random.default_rng(2))[0]
    law = MarchenkoPastur(0.25)
    grid = np.linspace(0.9, 1.2, 3001)
    heights = [np.log(np.maximum(law.pdf(values / v) / v, 1e-300)).sum() for v in grid]
    best = grid[int(np.argmax(heights))]
    quantiles = law.ppf((np.arange(60) + 0.5) / 60)
    of_law = [np.log(np.maximum(law.pdf(quantiles / v) / v, 1e-300)).sum() for v in grid]
    expected = best / grid[int(np.argmax(of_law))]
    assert likeliest_variance(values, 0.25, 0.0) == pytest.approx(expected, abs=2.5e-4)


def test_that_the_likelihood_does_not_see_where_the_ends_lie():
    values = noise_eigenvalues(60, 240, 1, np.random.default_rng(3))[0]
    moved = np.concatenate([values[:10] * 0.999, values[10:50], values[50:] * 1.5])
    assert likeliest_variance(moved, 0.25, 0.25) == pytest.approx(
        float(likeliest_variance(values, 0.25, 0.25)), rel=1e-5
    )
