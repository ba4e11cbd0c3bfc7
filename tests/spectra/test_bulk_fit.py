from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    BULK_METHODS,
    DEFAULT_METHOD,
    MarchenkoPastur,
    Spectrum,
    fit_bulk,
    lower_noise_threshold,
    noise_threshold,
)
from rmt_studio.spectra.laguerre import noise_eigenvalues
from rmt_studio.spectra.marchenko_pastur import midpoint_quantiles

METHODS = tuple(BULK_METHODS)
BIAS = {"kolmogorov": 0.5, "bema_gamma": 1.5}  # of the variance on noise, times p
# where golden section stops: at its 32 rounds, and at the flat top of a likelihood
SEARCH_ERROR = {"kolmogorov": 1e-6, "likelihood": 1e-7, "bema_gamma": 1e-9}


def spectrum_of_eigenvalues(ascending, samples):
    return Spectrum(np.sqrt(samples * ascending[::-1]), (len(ascending), samples))


@pytest.mark.parametrize("method", METHODS)
def test_that_the_law_itself_gives_its_variance_back(method):
    """Eigenvalues at the mid-point quantiles lie within 1/(2p) of the law, so v is exact."""
    exact = spectrum_of_eigenvalues(0.3 * midpoint_quantiles(101, 0.25), 404)
    fit = fit_bulk(exact, method, beta=0.05)
    error = SEARCH_ERROR.get(method, 1e-12)
    assert fit.variance == pytest.approx(0.3, rel=error)
    assert fit.lower_edge == pytest.approx(0.3 * 0.25, rel=error)
    assert fit.upper_edge == pytest.approx(0.3 * 2.25, rel=error)
    assert fit.ks_distance == pytest.approx(0.5 / 101, rel=max(1e-6, 100 * error))
    assert fit.bulk_fraction == 1.0
    assert fit.spikes == 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("dimension", "samples"), [(20, 20), (48, 192), (100, 1000)])
def test_that_the_variance_of_noise_is_estimated_without_bias(method, dimension, samples):
    """Its mean over draws is 1 within its Monte Carlo error and a bias of order 1/p^2.

    The least distance alone looks at the one worst place, next to 0 in square matrices, and is
    some 0.4/p too low there. A spread of the row variances that cannot be negative, and with it
    their mean, is now and then too high and never too low.

    At these sizes the level k/p of the source would be off by 1/p, that is 1 to 5 %.
    """
    draws = 1000
    values = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(3))
    variance = BULK_METHODS[method].variance(values, dimension / samples, 0.25)
    error = variance.std() / math.sqrt(draws)
    bias = BIAS.get(method, 2 / dimension) / dimension
    assert variance.mean() == pytest.approx(1.0, abs=4 * error + bias)


@pytest.mark.parametrize("method", METHODS)
def test_that_the_edges_of_gaussian_noise_are_where_theory_puts_them(noise, method):
    """sd 0.02, 768 x 3072: 0.02 (sqrt(3072) -+ sqrt(768)) = 0.5543 and 1.6628."""
    fit = fit_bulk(Spectrum.of(noise(768, 3072, sd=0.02)), method, beta=0.05)
    assert fit.singular_value_lower_edge == pytest.approx(0.5543, rel=0.01)
    assert fit.singular_value_edge == pytest.approx(1.6628, rel=0.01)
    assert fit.variance == pytest.approx(4e-4, rel=0.01)
    assert fit.spikes in (0, 1)
    assert fit.bulk_fraction > 0.99
    assert fit.singular_value_threshold > fit.singular_value_edge


@pytest.mark.parametrize("beta", [0.05, 0.2])
@pytest.mark.parametrize(("dimension", "samples"), [(64, 64), (64, 256)])
def test_that_noise_exceeds_the_threshold_as_often_as_asked(dimension, samples, beta):
    """The largest of pure noise is called a spike with probability beta.

    4 binomial errors, and 0.3 beta for the finite size: the centring leaves out Johnstone's
    n - 1, and the law itself is a limit.
    """
    draws = 1200
    values = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(4))
    fits = [fit_bulk(spectrum_of_eigenvalues(row, samples), beta=beta) for row in values]
    rate = np.mean([fit.spikes > 0 for fit in fits])
    error = math.sqrt(beta * (1 - beta) / draws)
    assert rate == pytest.approx(beta, abs=4 * error + 0.3 * beta)


@pytest.mark.parametrize("beta", [0.05, 0.2])
@pytest.mark.parametrize(("dimension", "samples"), [(96, 384), (96, 288), (96, 192), (16, 20)])
def test_that_noise_falls_below_the_lower_threshold_as_often_as_asked(dimension, samples, beta):
    """The smallest of pure noise is called low with probability beta: 3 to 7 % at 5 %, and so in
    proportion, with 3 binomial errors of the draws."""
    draws = 1500
    values = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(14))
    fits = [fit_bulk(spectrum_of_eigenvalues(row, samples), beta=beta) for row in values]
    rate = np.mean([fit.below > 0 for fit in fits])
    error = 3 * math.sqrt(beta * (1 - beta) / draws)
    assert rate == pytest.approx(beta, abs=0.4 * min(beta, 0.05) + error)


def test_that_the_lower_threshold_is_feldheim_and_sodins_for_large_matrices():
    """``mu - t sigma``, reflected, with the published t = 0.9793; they differ by less than a tenth
    of a scale at 4000 x 16000."""
    n, p, t = 16_000, 4000, 0.9793
    side = math.sqrt(n) - math.sqrt(p)
    spread = side * (1 / math.sqrt(p) - 1 / math.sqrt(n)) ** (1 / 3)
    found = lower_noise_threshold(MarchenkoPastur(p / n), n, 0.05)
    assert n * found == pytest.approx(side**2 - t * spread, abs=0.1 * spread)


def test_that_small_values_are_counted_below_the_lower_threshold(noise):
    left, values, right = np.linalg.svd(noise(96, 384), full_matrices=False)
    values[-4:] /= 5
    fit = fit_bulk(Spectrum.of((left * values) @ right))
    assert fit.below == 4
    assert 0 < fit.lower_threshold < fit.lower_edge
    scaled = math.sqrt(384 * fit.lower_threshold)
    assert fit.singular_value_lower_threshold == pytest.approx(scaled)


@pytest.mark.parametrize("shape", [(64, 64), (64, 65), (1, 1)])
def test_that_nothing_lies_below_a_hard_edge(noise, shape):
    fit = fit_bulk(Spectrum.of(noise(*shape)))
    assert (fit.lower_threshold, fit.below) == (0.0, 0)


def test_that_a_quarter_of_far_spikes_is_a_misfit_of_a_quarter_under_the_preset_of_the_papers():
    """The central window reaches the level 0.75, where 26 % spikes have begun: the empirical cdf is
    0.74 at the first of them and the law's is 1. A gap of 0.26; a law whose cdf were 0 above its
    edge, as in the papers' code, would have one of 0.749."""
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(400, 400))
    place = np.arange(104)
    weight[place, place] += np.linspace(4, 8, 104) * math.sqrt(400)
    fit = fit_bulk(Spectrum.of(weight), "paper")
    assert fit.ks_central == pytest.approx(0.26, abs=0.5 / 400)


def test_that_the_square_threshold_is_the_one_the_seed_paper_prints():
    """``4 + 2^(4/3) t n^(-2/3)`` with the published t = 0.9793 at beta = 0.05."""
    threshold = noise_threshold(MarchenkoPastur(1.0), 1000, 0.05)
    assert threshold == pytest.approx(4 + 2 ** (4 / 3) * 0.9793 * 1000 ** (-2 / 3), abs=1e-6)


def test_that_the_threshold_agrees_with_johnstones_centring():
    """mu and sigma of Johnstone (2001) with sqrt(n - 1) differ from it by order 1/n only."""
    p, n, t = 192, 768, 0.97931605
    side = math.sqrt(n - 1) + math.sqrt(p)
    spread = side * (1 / math.sqrt(n - 1) + 1 / math.sqrt(p)) ** (1 / 3)
    johnstone = (side**2 + t * spread) / n
    assert noise_threshold(MarchenkoPastur(p / n), n, 0.05) == pytest.approx(johnstone, abs=2 / n)


@pytest.mark.parametrize("method", METHODS)
def test_that_a_few_spikes_do_not_move_the_bulk(noise, method):
    weight = noise(192, 768)
    alone = fit_bulk(Spectrum.of(weight), method)
    weight[:, :3] += 20.0
    spiked = fit_bulk(Spectrum.of(weight), method)
    assert spiked.variance == pytest.approx(alone.variance, rel=0.03)
    assert spiked.spikes >= 1


@pytest.mark.parametrize("method", METHODS)
def test_that_the_fit_scales_with_the_weight(noise, method):
    weight = noise(96, 400)
    weight[0] *= 5.0
    one, scaled = (fit_bulk(Spectrum.of(factor * weight), method) for factor in (1.0, 3.7))
    for name in ("variance", "lower_edge", "upper_edge", "threshold"):
        assert getattr(scaled, name) == pytest.approx(3.7**2 * getattr(one, name), rel=1e-9)
    assert scaled.ks_distance == pytest.approx(one.ks_distance, rel=1e-6)
    assert scaled.ks_central == pytest.approx(one.ks_central, rel=1e-6)
    assert (scaled.spikes, scaled.bulk_fraction) == (one.spikes, one.bulk_fraction)


@pytest.mark.parametrize("method", METHODS)
def test_that_the_fit_does_not_see_a_transposition(noise, method):
    weight = noise(96, 400)
    one, other = (fit_bulk(Spectrum.of(w), method) for w in (weight, weight.T))
    for name, value in asdict(one).items():
        other_value = getattr(other, name)
        assert other_value == (pytest.approx(value) if isinstance(value, float) else value)


def test_that_noise_fits_and_unequal_rows_do_not(noise):
    weight = noise(128, 512, seed=5)
    good = fit_bulk(Spectrum.of(weight))
    assert good.ks_distance < 1.5 * good.ks_null_95
    assert good.ks_central < 1.5 * good.ks_central_null_95
    uneven = fit_bulk(Spectrum.of(weight * np.geomspace(0.3, 3.0, 128)[:, None]))
    assert uneven.ks_distance > 5 * uneven.ks_null_95


def test_that_the_distances_count_what_lies_above_the_upper_edge():
    """The cdf is 1 there: a tenth of the eigenvalues far out is a distance of a tenth, no more."""
    ascending = np.append(midpoint_quantiles(90, 0.25), np.full(10, 100.0))
    fit = fit_bulk(spectrum_of_eigenvalues(ascending, 400), "median")
    assert 0.1 - 1e-9 <= fit.ks_distance < 0.2
    assert fit.spikes == 10
    assert fit.bulk_fraction == pytest.approx(0.9, abs=0.01)


def test_that_zeroed_rows_leave_the_fit_of_the_living_ones(noise):
    living = noise(96, 512)
    fit = fit_bulk(Spectrum.of(np.vstack([living, np.zeros((32, 512))])))
    alone = fit_bulk(Spectrum.of(living))
    assert (fit.dimension, fit.zeros, fit.samples) == (96, 32, 512)
    assert fit.ratio == alone.ratio
    assert fit.variance == pytest.approx(alone.variance, rel=1e-9)
    assert fit.threshold == pytest.approx(alone.threshold, rel=1e-9)
    assert fit.bulk_fraction == pytest.approx((32 + 96 * alone.bulk_fraction) / 128)


def test_that_a_cut_layer_is_fitted_and_its_misfit_shown(noise):
    left, values, right = np.linalg.svd(noise(64, 256), full_matrices=False)
    values[20:] = 0.0
    cut = torch.from_numpy((left * values) @ right).float()
    fit = fit_bulk(Spectrum.of(cut))
    assert (fit.dimension, fit.zeros) == (20, 44)
    assert fit.ks_distance > 2 * fit.ks_null_95


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 192), (2, 192), (192, 3), (4, 4)])
def test_that_the_smallest_matrices_are_fitted(noise, method, shape):
    fit = fit_bulk(Spectrum.of(noise(*shape)), method, beta=0.05)
    assert fit.dimension == min(shape)
    assert fit.lower_edge <= fit.variance <= fit.upper_edge < fit.threshold
    assert 0 < fit.ks_null_95 < 1


@pytest.mark.parametrize("method", METHODS)
def test_that_a_matrix_of_zeros_is_refused(method):
    with pytest.raises(InputError, match="8 x 20 matrix: all its singular values are zero"):
        fit_bulk(Spectrum.of(np.zeros((8, 20))), method)


def test_that_equal_singular_values_are_fitted_as_far_from_noise():
    fit = fit_bulk(Spectrum.of(np.eye(32)))
    assert fit.ks_distance > 0.4
    assert fit.spikes == 0


@pytest.mark.parametrize(
    ("method", "options", "reason"),
    [
        ("magic", {}, "'magic': is not known; choose one of bema, bema_gamma, median"),
        ("median", {"alpha": 0.2}, "'alpha': is not one of method 'median'; it has beta"),
        ("bema", {"alpha": 0.5}, r"alpha = 0.5: lies outside \(0, 0.5\)"),
        ("bema", {"alpha": math.nan}, "alpha = nan: lies outside"),
        ("bema", {"beta": 0.0}, r"beta = 0.0: lies outside \(0, 1\)"),
    ],
)
def test_that_wrong_options_are_refused_with_the_reason(noise, method, options, reason):
    with pytest.raises(InputError, match=reason):
        fit_bulk(Spectrum.of(noise(8, 20)), method, **options)


def test_that_a_fit_records_the_options_it_used(noise):
    fit = fit_bulk(Spectrum.of(noise(32, 64)), "bema", alpha=0.1)
    assert fit.options == {"alpha": 0.1, "beta": 0.05}
    assert fit_bulk(Spectrum.of(noise(32, 64)), fit.method, **fit.options) == fit
    assert fit.law == MarchenkoPastur(fit.ratio, fit.variance)
    assert hash(fit) == hash(fit)
    assert fit_bulk(Spectrum.of(noise(32, 64))).method == DEFAULT_METHOD


def test_that_a_trained_layer_has_a_bulk_and_spikes(deit_tiny_checkpoint):
    from safetensors.torch import load_file

    weight = load_file(deit_tiny_checkpoint)["blocks.6.mlp.fc1.weight"]
    spectrum = Spectrum.of(weight)
    fit = fit_bulk(spectrum)
    expected = np.linalg.svd(weight.double().numpy(), compute_uv=False)
    np.testing.assert_allclose(spectrum.singular_values, expected, rtol=1e-9)
    assert 0 < fit.spikes < 192
    assert fit.ks_distance > fit.ks_null_95
