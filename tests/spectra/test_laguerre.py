from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.spectra import MarchenkoPastur
from rmt_studio.spectra.laguerre import noise_eigenvalues


@pytest.mark.parametrize(("dimension", "samples"), [(1, 3), (4, 4), (12, 40)])
def test_that_the_model_has_the_moments_of_the_matrix(dimension, samples):
    """E tr X = p and E tr X^2 = p + p (p + 1) / n for X = W W^T / n with normal entries."""
    draws = 4000
    values = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(0))
    for power, expected in (
        (1, dimension),
        (2, dimension + dimension * (dimension + 1) / samples),
    ):
        traces = (values**power).sum(axis=1)
        error = traces.std() / np.sqrt(draws)
        assert traces.mean() == pytest.approx(expected, abs=4.5 * error)


def test_that_the_largest_eigenvalue_is_distributed_as_that_of_the_matrix():
    rng = np.random.default_rng(1)
    matrices = rng.normal(size=(3000, 6, 10))
    dense = np.linalg.svd(matrices, compute_uv=False)[:, 0] ** 2 / 10
    model = noise_eigenvalues(6, 10, 3000, rng)[:, -1]
    error = np.hypot(dense.std(), model.std()) / np.sqrt(3000)
    assert model.mean() == pytest.approx(dense.mean(), abs=4.5 * error)
    assert model.std() == pytest.approx(dense.std(), rel=4.5 * np.sqrt(1 / 3000))


@pytest.mark.parametrize("ratio", [1e-3, 0.3, 1.0])
def test_that_a_large_draw_follows_the_marchenko_pastur_law(ratio):
    values = noise_eigenvalues(600, 600 / ratio, 1, np.random.default_rng(2))[0]
    steps = (np.arange(600) + 0.5) / 600
    assert np.abs(MarchenkoPastur(ratio).cdf(values) - steps).max() < 6 / 600
