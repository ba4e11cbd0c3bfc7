"""Noise with unequal row variances: the law, the fit, the thresholds, the null."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    GammaMarchenkoPastur,
    MarchenkoPastur,
    Spectrum,
    edge_test,
    fit_bulk,
    gamma_null_table,
)
from rmt_studio.spectra.gamma_edges import exceedance, gamma_thresholds
from rmt_studio.spectra.gamma_fit import gamma_fit, quantile_series, spread_basis
from rmt_studio.spectra.gamma_law import population
from rmt_studio.spectra.gamma_null_table import gamma_noise_eigenvalues
from rmt_studio.spectra.marchenko_pastur import midpoint_quantiles
from rmt_studio.spectra.null_distance import GAMMA_TABLE_FILE, null_distances
from rmt_studio.spectra.silverstein import edges_at, law_curve, lower_root, upper_root
from rmt_studio.spectra.thresholds import noise_threshold


def spectra_of(rows, samples):
    shape = (rows.shape[1], samples)
    return [Spectrum(np.sqrt(samples * row[::-1]), shape) for row in rows]


@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.9, 1.0])
def test_that_equal_variances_give_the_marchenko_pastur_law(ratio):
    law, curve = MarchenkoPastur(ratio), law_curve(np.ones(1), np.ones(1), ratio)
    assert (curve.x[0], curve.x[-1]) == pytest.approx(law.support, abs=1e-9)
    assert curve.cdf == pytest.approx(law.cdf(curve.x), abs=1e-9)
    assert curve.density[5:-5] == pytest.approx(law.pdf(curve.x[5:-5]), rel=1e-7)


def test_that_the_edges_scatter_as_johnstone_and_feldheim_and_sodin_have_it():
    """(1 +- sqrt(c))^(4/3) c^(-1/6) for equal variances."""
    one, ratio = np.ones((1, 1)), 0.3
    for root, sign in ((upper_root, 1), (lower_root, -1)):
        edge = edges_at(root(one, one[0], ratio), one, one[0], ratio)
        side = 1 + sign * math.sqrt(ratio)
        assert edge.place[0] == pytest.approx(side**2)
        assert edge.scale[0] == pytest.approx(side ** (4 / 3) * ratio ** (-1 / 6))


@pytest.mark.parametrize("ratio", [0.2, 1.0])
def test_that_the_law_of_two_variances_has_their_moments_and_solves_the_equation(ratio):
    """Mean ``E t``, second moment ``E t^2 + c (E t)^2``; the cdf is the integral of the density."""
    variances, shares = np.array([0.5, 2.0]), np.array([0.4, 0.6])
    curve = law_curve(variances, shares, ratio, points=4000)
    mean, square = variances @ shares, variances**2 @ shares
    share = np.diff(curve.cdf)
    middle = (curve.x[1:] + curve.x[:-1]) / 2
    assert share @ middle == pytest.approx(mean, rel=1e-5)
    assert share @ middle**2 == pytest.approx(square + ratio * mean**2, rel=1e-5)
    inside = slice(len(share) // 3, -1)
    slopes = share[inside] / np.diff(curve.x)[inside]
    density = (curve.density[1:] + curve.density[:-1])[inside] / 2
    assert slopes == pytest.approx(density, abs=0.01 * density.max())


def test_that_far_variances_leave_a_gap_that_holds_nothing():
    curve = law_curve(np.array([1.0, 20.0]), np.array([0.75, 0.25]), 0.05)
    gap = (curve.x > 3) & (curve.x < 12)
    assert gap.any()
    assert curve.cdf[gap] == pytest.approx(0.75, abs=1e-9)
    assert (curve.density[gap] == 0).all()


@pytest.mark.parametrize(("theta", "error"), [(0.5, 0.02), (4.0, 2e-3), (400.0, 2e-3)])
@pytest.mark.parametrize("ratio", [0.25, 1.0])
def test_that_the_law_is_closed_in_itself(theta, error, ratio):
    """The smallest of very unequal rows stand apart, in peaks that a curve of 500 points blurs."""
    law = GammaMarchenkoPastur(ratio, theta, 100, variance=0.3)
    levels = np.linspace(0.01, 0.99, 99)
    assert law.cdf(law.ppf(levels)) == pytest.approx(levels, abs=2e-4)
    low, high = law.support
    assert (law.cdf([low, high, 2 * high]) == [0, 1, 1]).all()
    assert (law.pdf([-1.0, high * 1.01]) == 0).all()
    root = np.linspace(math.sqrt(low), math.sqrt(high), 20_001)
    area = np.trapezoid(2 * root * law.pdf(root**2), root)
    assert area == pytest.approx(1.0, abs=error)
    assert np.isnan(law.ppf([-0.1, 1.1])).all()
    assert law.median() == pytest.approx(float(law.ppf(0.5)))


def test_that_a_shape_without_bound_is_the_marchenko_pastur_law():
    levels = np.linspace(0.01, 0.99, 50)
    gamma = GammaMarchenkoPastur(0.25, 1e8, 200, 2.0).ppf(levels)
    assert gamma == pytest.approx(MarchenkoPastur(0.25, 2.0).ppf(levels), rel=1e-4)


@pytest.mark.parametrize("theta", [0.2, math.inf, math.nan])
def test_that_a_shape_outside_its_range_is_refused(theta):
    with pytest.raises(InputError, match="gamma shape"):
        GammaMarchenkoPastur(0.5, theta, 10)


@pytest.mark.parametrize("dimension", [1, 20, 768, 4096])
def test_that_a_population_has_mean_one_and_its_ends_row_by_row(dimension):
    variances, shares = population(2.0, dimension)
    assert shares.sum() == pytest.approx(1.0)
    assert variances @ shares == pytest.approx(1.0)
    assert shares[[0, -1]] * dimension == pytest.approx(1.0)
    assert (np.diff(variances) > 0).all()


def test_that_the_mean_spectrum_of_drawn_matrices_follows_the_law():
    """The mean of 40 ordered spectra of 200 x 400; each rank scatters by about
    ``theta^(-1/2) / sqrt(p)`` of itself, its mean by a sixth of that."""
    rows = gamma_noise_eigenvalues(200, 400, 0.5, 40, np.random.default_rng(0))
    levels = GammaMarchenkoPastur(0.5, 4.0, 200).cdf(rows.mean(axis=0))
    error = 4 * 0.5 / math.sqrt(200 * 40)
    assert levels == pytest.approx((np.arange(200) + 0.5) / 200, abs=error)


@pytest.mark.parametrize("spread", [0.05, 0.31, 0.9, 1.7])
def test_that_the_series_is_the_law_in_between(spread):
    law = GammaMarchenkoPastur(0.25, spread**-2, 96)
    exact = law.ppf((np.arange(96) + 0.5) / 96)
    series = spread_basis(np.array([spread])) @ quantile_series(96, 0.25)
    assert series[0, 24:72] == pytest.approx(exact[24:72], rel=2e-3)
    found = gamma_fit(exact, 0.25, 0.25)
    assert float(found.spread) == pytest.approx(spread, abs=2e-3)
    assert float(found.variance) == pytest.approx(1.0, abs=2e-3)


def test_that_equal_variances_are_found_equal():
    found = gamma_fit(3.0 * midpoint_quantiles(100, 0.5), 0.5, 0.25)
    assert found.spread == 0.0
    assert found.variance == pytest.approx(3.0, rel=1e-9)
    fit = fit_bulk(spectra_of(midpoint_quantiles(100, 0.5)[None], 200)[0], "bema_gamma")
    assert fit.theta is None
    assert fit.law == MarchenkoPastur(0.5, fit.variance)


@pytest.mark.parametrize(("theta", "samples"), [(1.0, 512), (4.0, 512), (4.0, 128), (25.0, 512)])
def test_that_mean_and_spread_of_drawn_variances_are_recovered(theta, samples):
    """p = 128. The mean of 128 gamma variables scatters by ``(theta p)^(-1/2)`` itself; the fits
    by up to 1.3 times that. The spread has no bias beyond 4 errors and one per cent."""
    draws = 100
    spread = theta**-0.5
    rng = np.random.default_rng(2)
    rows = gamma_noise_eigenvalues(128, samples, spread, draws, rng)
    found = gamma_fit(rows, 128 / samples, 0.25)
    least = spread / math.sqrt(128)
    assert found.variance.std() < 1.6 * least
    error = 4 * found.variance.std() / math.sqrt(draws)
    assert found.variance.mean() == pytest.approx(1.0, abs=error + 0.005)
    error = 4 * found.spread.std() / math.sqrt(draws)
    assert found.spread.mean() == pytest.approx(spread, abs=error + 0.01)
    assert found.spread.std() < 0.1


def test_that_unequal_rows_fit_this_law_and_not_the_plain_one(noise):
    """The mean of a deterministic profile is its own; the spread of 256 drawn variances is that of
    the gamma law within ``sqrt((1 + 3/theta) / (2 p))``, 6 %, of itself."""
    variances = np.random.default_rng(3).standard_gamma(4.0, 256) / 4.0
    spectrum = Spectrum.of(noise(256, 1024) * np.sqrt(variances)[:, None])
    fit, plain = fit_bulk(spectrum, "bema_gamma"), fit_bulk(spectrum, "bema")
    assert fit.theta**-0.5 == pytest.approx(variances.std() / variances.mean(), abs=0.1)
    assert fit.variance == pytest.approx(variances.mean(), rel=0.05)
    assert fit.ks_distance < 1.3 * fit.ks_null_95
    assert fit.ks_p_value > 0.01
    assert plain.ks_distance > 5 * plain.ks_null_95
    assert fit.law.support == (fit.lower_edge, fit.upper_edge)
    assert fit.spikes <= 1
    assert plain.spikes > 10


@pytest.mark.parametrize("samples", [96, 384])
def test_that_the_largest_of_such_noise_is_a_spike_as_rarely_as_asked(samples):
    """4 binomial errors; 0.03 for a limit law and a population that stand for drawn rows."""
    draws, theta = 300, 4.0
    rows = gamma_noise_eigenvalues(96, samples, theta**-0.5, draws, np.random.default_rng(4))
    law = GammaMarchenkoPastur(96 / samples, theta, 96)
    below, above = gamma_thresholds(law, samples, 0.05)
    error = 4 * math.sqrt(0.05 * 0.95 / draws) + 0.03
    assert (rows[:, -1] > above).mean() == pytest.approx(0.05, abs=error)
    assert exceedance(law, samples, above) == pytest.approx(0.05, abs=1e-6)
    if samples == 96:
        assert below == 0.0
    else:
        assert (rows[:, 0] < below).mean() == pytest.approx(0.05, abs=error)


def test_that_the_threshold_of_nearly_equal_variances_is_the_plain_one():
    law = GammaMarchenkoPastur(0.25, 1e8, 200, 0.7)
    plain = noise_threshold(MarchenkoPastur(0.25, 0.7), 800, 0.05)
    assert gamma_thresholds(law, 800, 0.05)[1] == pytest.approx(plain, rel=1e-3)


def test_that_the_edge_test_knows_unequal_rows(noise):
    variances = np.random.default_rng(5).standard_gamma(2.0, 128) / 2.0
    weight = noise(128, 512) * np.sqrt(variances)[:, None]
    spectrum = Spectrum.of(weight)
    assert edge_test(spectrum, fit_bulk(spectrum, "bema")).p_value < 1e-4
    assert edge_test(spectrum, fit_bulk(spectrum, "bema_gamma")).p_value > 0.01
    spiked = Spectrum.of(weight + 2.0)
    assert edge_test(spiked, fit_bulk(spiked, "bema_gamma")).p_value < 0.01


def test_that_too_few_eigenvalues_are_not_asked_for_a_spread(noise):
    spectrum = Spectrum.of(noise(12, 40) * np.geomspace(0.3, 3, 12)[:, None])
    fit, plain = fit_bulk(spectrum, "bema_gamma"), fit_bulk(spectrum, "bema")
    assert fit.theta is None
    assert (fit.variance, fit.ks_null_95) == (plain.variance, plain.ks_null_95)


def test_that_the_table_of_the_null_is_what_the_script_would_write():
    table = json.loads(GAMMA_TABLE_FILE.read_text(encoding="utf-8"))
    assert table["seed"] == gamma_null_table.SEED
    assert table["draws"] == [gamma_null_table.draws_for(p) for p in gamma_null_table.DIMENSIONS]
    for name in ("dimensions", "ratios", "spreads", "trims", "levels"):
        assert tuple(table[name]) == getattr(gamma_null_table, name.upper())
    again = gamma_null_table.quantiles(24, 0.5, 0.35)
    stored = np.array(table["quantiles"])[:, 3, 2, 1]
    np.testing.assert_allclose(stored, again, atol=1e-5)


@pytest.mark.parametrize(
    ("dimension", "ratio", "spread", "draws"),
    [(20, 0.6, 0.5, 800), (90, 0.4, 0.0, 400), (90, 0.4, 0.45, 400), (700, 0.3, 0.8, 40)],
)
def test_that_one_such_spectrum_in_twenty_exceeds_the_null(dimension, ratio, spread, draws):
    """Fresh draws between the nodes of the table, and beyond its largest ``p``; 4 binomial errors
    of both and 0.02 for the interpolation."""
    rng = np.random.default_rng(12)
    simulated = gamma_null_table.simulate(dimension, ratio, spread, draws, rng)
    theta = spread**-2 if spread else None
    behind = gamma_null_table.draws_for(min(dimension, 512))
    error = 4 * math.sqrt(0.05 * 0.95 * (1 / draws + 1 / behind)) + 0.02
    for trim, distances in simulated.items():
        null = np.array(null_distances("bema_gamma", trim, dimension, ratio, theta))
        rates = (distances > null[:, None]).mean(axis=1)
        assert rates == pytest.approx(0.05, abs=error), trim
