from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    BULK_METHODS,
    DEFAULT_METHOD,
    Spectrum,
    TracyWidom1,
    detection_limit,
    edge_test,
    fit_bulk,
)
from rmt_studio.spectra.edge import LEAST_P_VALUE, johnstone_scaling
from rmt_studio.spectra.laguerre import noise_eigenvalues


@pytest.mark.parametrize(
    ("dimension", "samples", "draws"),
    [(64, 64, 4000), (64, 256, 4000), (192, 768, 1200), (768, 768, 250), (1024, 4096, 150)],
)
def test_that_the_test_errs_as_often_as_asked(dimension, samples, draws):
    """One noise matrix in twenty is called a spike: 3 to 7 %, and 3 binomial errors of the draws.

    The large matrices by their tridiagonal model, whose spectra have exactly their law.
    """
    rows = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(31))
    spectra = [Spectrum(np.sqrt(samples * row[::-1]), (dimension, samples)) for row in rows]
    error = 3 * math.sqrt(0.05 * 0.95 / draws)
    for method in (DEFAULT_METHOD, "bema", "median"):
        rate = np.mean([edge_test(s, fit_bulk(s, method)).p_value < 0.05 for s in spectra])
        assert 0.03 - error < rate < 0.07 + error, method


@pytest.mark.parametrize("method", ["kolmogorov", "likelihood", "bema_gamma"])
def test_that_the_slower_fits_err_as_often(method):
    """The fit of a spread errs less often: a spread found by chance makes room for the largest."""
    draws = 150 if method == "bema_gamma" else 500
    rows = noise_eigenvalues(64, 256, draws, np.random.default_rng(32))
    spectra = [Spectrum(np.sqrt(256 * row[::-1]), (64, 256)) for row in rows]
    rate = np.mean([edge_test(s, fit_bulk(s, method)).p_value < 0.05 for s in spectra])
    error = 3 * math.sqrt(0.05 * 0.95 / draws)
    assert (0.0 if method == "bema_gamma" else 0.03) - error < rate < 0.07 + error


def test_that_the_statistic_is_johnstones():
    """mu = (sqrt(99) + sqrt(25))^2 = 99 + 25 + 10 sqrt(99)."""
    centre, spread = johnstone_scaling(100, 25)
    assert centre == pytest.approx(124 + 10 * math.sqrt(99))
    side = math.sqrt(99) + 5
    assert spread == pytest.approx(side * (1 / math.sqrt(99) + 1 / 5) ** (1 / 3))


def test_that_the_p_value_belongs_to_the_statistic(noise):
    spectrum = Spectrum.of(noise(60, 200))
    fit = fit_bulk(spectrum)
    test = edge_test(spectrum, fit)
    centre, spread = johnstone_scaling(200, 60)
    largest = spectrum.singular_values[0] ** 2 / fit.variance
    scatter = BULK_METHODS[fit.method].scatter * math.sqrt(2 / 12000)
    widened = 1 + (scatter * centre / spread) ** 2 / 1.60778
    assert (test.statistic + 1.20653) * math.sqrt(widened) - 1.20653 == pytest.approx(
        (largest - centre) / spread, abs=1e-4
    )
    assert test.p_value == pytest.approx(1 - TracyWidom1().cdf(test.statistic))


@pytest.mark.parametrize("method", ["bema", "deflated"])
def test_that_a_planted_spike_is_significant(noise, method):
    weight = noise(100, 400, seed=2)
    weight[0, 0] += 2 * detection_limit(0.25) * math.sqrt(400)
    spectrum = Spectrum.of(weight)
    assert edge_test(spectrum, fit_bulk(spectrum, method)).p_value < 1e-4
    spectrum = Spectrum.of(weight + 50 * np.eye(100, 400))
    assert edge_test(spectrum, fit_bulk(spectrum, method)).p_value >= LEAST_P_VALUE


def test_that_neither_scale_nor_transposition_matters(noise):
    weight = noise(60, 200)
    one, other, third = (
        edge_test(s := Spectrum.of(w), fit_bulk(s)) for w in (weight, 1e-3 * weight, weight.T)
    )
    assert other.statistic == pytest.approx(one.statistic, rel=1e-6)
    assert third.statistic == pytest.approx(one.statistic, rel=1e-6)


def test_that_a_single_entry_is_refused():
    spectrum = Spectrum.of(np.ones((1, 1)))
    with pytest.raises(InputError, match="1 x 1 matrix: a single entry has no edge"):
        edge_test(spectrum, fit_bulk(spectrum))
