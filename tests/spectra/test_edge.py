from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum, TracyWidom1, detection_limit, edge_test, fit_bulk
from rmt_studio.spectra.edge import LEAST_P_VALUE, johnstone_scaling
from rmt_studio.spectra.laguerre import noise_eigenvalues


@pytest.mark.parametrize("method", ["bema", "deflated", "median"])
@pytest.mark.parametrize(
    ("dimension", "samples", "draws"), [(64, 64, 2000), (192, 768, 800), (768, 768, 200)]
)
def test_that_the_test_errs_as_often_as_asked(dimension, samples, draws, method):
    """One noise matrix in twenty is called a spike, within 4 binomial errors and 0.015 for
    the finite size. 3 to 7 % in long runs, at 1024 x 4096 as well."""
    rows = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(31))
    spectra = [Spectrum(np.sqrt(samples * row[::-1]), (dimension, samples)) for row in rows]
    rate = np.mean([edge_test(s, fit_bulk(s, method)).p_value < 0.05 for s in spectra])
    assert rate == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / draws) + 0.015)


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
    widened = 1 + (1.25 * math.sqrt(2 / 12000) * centre / spread) ** 2 / 1.60778
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
