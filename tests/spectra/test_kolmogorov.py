from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from rmt_studio.spectra.kolmogorov import central_window, kolmogorov_distances


def test_that_the_whole_distance_is_the_plain_kolmogorov_statistic():
    shares = np.sort(np.random.default_rng(0).uniform(size=50))
    whole, central = kolmogorov_distances(shares, 0.25)
    assert whole == pytest.approx(kstest(shares, "uniform").statistic, abs=1e-15)
    assert central <= whole


def test_that_the_central_distance_does_not_see_the_ends():
    shares = (np.arange(100) + 0.5) / 100
    shares[-10:] = 1.0
    shares[:10] = 0.0
    whole, central = kolmogorov_distances(shares, 0.25)
    assert whole == pytest.approx(0.1)
    assert central == pytest.approx(0.005)


def test_that_many_spectra_are_judged_as_each_alone():
    shares = np.sort(np.random.default_rng(0).uniform(size=(3, 20)), axis=-1)
    together = kolmogorov_distances(shares, 0.2)
    alone = [kolmogorov_distances(row, 0.2) for row in shares]
    np.testing.assert_array_equal(np.transpose(together), alone)


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 5, 10, 101])
@pytest.mark.parametrize("trim", [0.001, 0.05, 0.25, 0.45, 0.499])
def test_that_the_window_is_symmetrical_central_and_never_empty(dimension, trim):
    places = np.arange(dimension)[central_window(dimension, trim)]
    assert places.size >= 1
    assert places[0] == dimension - 1 - places[-1]
    levels = (places + 0.5) / dimension
    assert places.size <= 2 or (levels.min() >= trim - 1e-9 and levels.max() <= 1 - trim + 1e-9)
