from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from rmt_studio.spectra import (
    DEFAULT_METHOD,
    MarchenkoPastur,
    Spectrum,
    detection_limit,
    fit_bulk,
)
from rmt_studio.spectra.deflation import deflate, noise_reach, spike_counts
from rmt_studio.spectra.laguerre import noise_eigenvalues
from rmt_studio.spectra.marchenko_pastur import approximate_quantiles, midpoint_quantiles
from rmt_studio.spectra.null_distance import null_quantiles
from rmt_studio.spectra.pressure import bulk_pressure

DEFLATING = ("deflated", "kolmogorov", "likelihood")
# multiples of the detection limit
PATTERNS = {
    "equal, weak": lambda count: np.full(count, 1.5),
    "equal, middling": lambda count: np.full(count, 3.0),
    "equal, strong": lambda count: np.full(count, 10.0),
    "spread evenly": lambda count: np.linspace(1.5, 10.0, count),
    "spread in proportion": lambda count: np.geomspace(1.5, 10.0, count),
    "half weak, half strong": lambda count: np.where(np.arange(count) % 2, 1.5, 10.0),
}


def with_spikes(rows, columns, share, *, weakest=2.0, strongest=8.0, seed=0):
    """Unit noise with spikes of so many times the detection limit.

    Noise looks the same from every direction, so the components may lie along the axes.
    """
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(rows, columns))
    count = round(share * rows)
    strength = rng.uniform(weakest, strongest, count) * detection_limit(rows / columns)
    weight[np.arange(count), np.arange(count)] += strength * math.sqrt(columns)
    return weight


@functools.cache
def spectrum_with(columns, share, pattern):
    """768 rows of unit noise with spikes at these multiples of the detection limit.

    The columns beyond the spikes are noise alone: their Gram matrix is a Wishart matrix, drawn by
    its Cholesky factor, which saves the long side of the matrix.
    """
    rows, count = 768, round(share * 768)
    rng = np.random.default_rng([columns, count, list(PATTERNS).index(pattern)])
    side = rng.normal(size=(rows, count))
    strength = PATTERNS[pattern](count) * detection_limit(rows / columns)
    side[np.arange(count), np.arange(count)] += strength * math.sqrt(columns)
    rest = columns - count
    width = min(rows, rest)
    factor = np.tril(rng.normal(size=(rows, width)), -1)
    factor[np.arange(width), np.arange(width)] = np.sqrt(rng.chisquare(rest - np.arange(width)))
    squares = np.linalg.eigvalsh(side @ side.T + factor @ factor.T)[::-1]
    return Spectrum(np.sqrt(np.maximum(squares, 0.0)), (rows, columns))


@pytest.mark.parametrize("method", DEFLATING)
@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("columns", [768, 2304, 3072])
@pytest.mark.parametrize(("share", "error"), [(0.2, 0.03), (0.3, 0.06)])
def test_that_the_variance_under_many_spikes_is_found(method, columns, share, error, pattern):
    """What the default must hold: 3 % up to 20 % spikes, 6 % at 30 %, at every strength."""
    fit = fit_bulk(spectrum_with(columns, share, pattern), method)
    assert fit.variance == pytest.approx(1.0, rel=error)
    if pattern != "equal, weak":
        assert fit.deflated == pytest.approx(share * 768, abs=10)
        assert fit.bulk_share == pytest.approx(1 - share, abs=0.02)


def test_that_the_default_is_among_them():
    assert DEFAULT_METHOD in DEFLATING


@pytest.mark.parametrize("columns", [768, 2304, 3072])
def test_that_the_least_distance_bears_two_in_five_spikes(columns):
    for pattern in PATTERNS:
        fit = fit_bulk(spectrum_with(columns, 0.4, pattern), "kolmogorov")
        assert fit.variance == pytest.approx(1.0, rel=0.06), pattern


def test_that_the_pressure_is_what_the_trace_says():
    """Strong spikes far from each other: ``1 - (1/n) sum 1/theta^2``, exactly."""
    ratio, samples, strengths = 0.25, 4000, np.array([3.0, 5.0, 9.0])
    squares = strengths**2
    spikes = 0.7 * (1 + squares) * (ratio + squares) / squares
    expected = 1 - (1 / squares).sum() / samples
    found = bulk_pressure(np.sort(spikes), 0.7 * expected, ratio, samples)
    assert found == pytest.approx(expected, abs=0.02 * (1 - expected))
    assert bulk_pressure(np.array([]), 0.7, ratio, samples) == 1.0


def test_that_the_bulk_is_pressed_as_much_as_said():
    """20 % spikes of three times the limit: the law of the bulk is 2 % low, the variance is not."""
    fit = fit_bulk(spectrum_with(768, 0.2, "equal, middling"), "deflated")
    assert fit.pressure == pytest.approx(1 - 0.2 / 9, abs=0.006)
    assert fit.law.variance == pytest.approx(
        fit.variance * fit.pressure * (768 - fit.deflated) / 768
    )
    assert fit.ks_distance < 1.5 * fit.ks_null_95


def test_that_pure_noise_is_no_worse_off_with_the_default():
    """Root mean square error of the variance beside that of BEMA, on the same matrices."""
    for columns in (768, 3072):
        rows = noise_eigenvalues(768, columns, 40, np.random.default_rng(9))
        spectra = [Spectrum(np.sqrt(columns * row[::-1]), (768, columns)) for row in rows]
        error = {
            method: np.sqrt(np.mean([(fit_bulk(s, method).variance - 1) ** 2 for s in spectra]))
            for method in (DEFAULT_METHOD, "bema")
        }
        assert error[DEFAULT_METHOD] < 0.005
        assert error[DEFAULT_METHOD] < 1.1 * error["bema"]


@pytest.mark.parametrize("method", DEFLATING)
def test_that_two_in_five_spikes_are_borne(method):
    fit = fit_bulk(Spectrum.of(with_spikes(384, 1152, 0.4)), method)
    assert fit.variance == pytest.approx(1.0, rel=0.06)
    assert fit.spikes == pytest.approx(0.4 * 384, rel=0.06)


@pytest.mark.parametrize("method", DEFLATING)
@pytest.mark.parametrize("ratio", [1.0, 1 / 3, 0.25])
def test_that_pure_noise_keeps_its_eigenvalues_and_gives_its_variance(method, ratio):
    """The variance scatters by about ``sqrt(2 / (p n))``, 0.2 % at 768 x 768, around the truth."""
    values = noise_eigenvalues(768, 768 / ratio, 8, np.random.default_rng(5))
    shape = (768, round(768 / ratio))
    fits = [fit_bulk(Spectrum(np.sqrt(shape[1] * row[::-1]), shape), method) for row in values]
    assert [fit.deflated for fit in fits] == [0] * 8
    assert np.mean([fit.variance for fit in fits]) == pytest.approx(1.0, abs=0.005)


def test_that_plain_bulk_matching_is_far_off_under_many_spikes():
    """What the deflation is for: 20 % spikes of a square matrix raise BEMA by about 30 %."""
    fit = fit_bulk(Spectrum.of(with_spikes(768, 768, 0.2)), "bema")
    assert 1.2 < fit.variance < 1.4
    assert fit.deflated == 0
    assert fit.bulk_share == 1.0


def test_that_the_law_of_a_deflated_bulk_is_that_of_the_smaller_matrix():
    """Edges ``(sqrt(n - k) -+ sqrt(p - k))^2 v / n`` times the pressure, on the scale of the whole
    matrix."""
    fit = fit_bulk(Spectrum.of(with_spikes(200, 400, 0.2)), "deflated")
    left, right = math.sqrt(400 - fit.deflated), math.sqrt(200 - fit.deflated)
    assert fit.ratio == 0.5
    unit = fit.variance * fit.pressure
    assert fit.upper_edge == pytest.approx(unit * (left + right) ** 2 / 400)
    assert fit.lower_edge == pytest.approx(unit * (left - right) ** 2 / 400)
    assert fit.law.support == (fit.lower_edge, fit.upper_edge)
    assert fit.singular_value_edge == pytest.approx(math.sqrt(unit) * (left + right))
    assert fit.ks_distance < 0.05


def test_that_deflation_at_zero_changes_nothing():
    values = np.linspace(0.5, 2.0, 10)
    left, ratio = deflate(values, 0.3, 0)
    assert np.array_equal(left, values)
    assert ratio == 0.3


def test_that_counts_come_one_by_spectrum():
    rng = np.random.default_rng(8)
    spiked = np.linalg.eigvalsh((w := with_spikes(64, 128, 0.25, weakest=4)) @ w.T) / 128
    spectra = np.stack([noise_eigenvalues(64, 128, 1, rng)[0], spiked])
    counts = spike_counts(spectra, 0.5)
    assert counts[0] == 0
    assert counts[1] == pytest.approx(16, abs=2)
    assert spike_counts(spiked, 0.5) == counts[1]


@pytest.mark.parametrize("dimension", [16, 64, 768, 4096])
@pytest.mark.parametrize("ratio", [0.01, 0.5, 1.0])
def test_that_noise_hardly_ever_reaches_the_distance_that_starts_the_search(dimension, ratio):
    at_99 = null_quantiles("deflated", 0.25, dimension, ratio)[4, 0]
    assert noise_reach(dimension) > 0.98 * at_99


@pytest.mark.parametrize("ratio", [1e-3, 0.3, 1.0])
def test_that_the_quick_quantiles_are_close(ratio):
    law = MarchenkoPastur(ratio)
    quick = law.cdf(approximate_quantiles(500, ratio))
    assert np.abs(quick - (np.arange(500) + 0.5) / 500).max() < 2e-5
    exact = midpoint_quantiles(500, ratio)
    assert approximate_quantiles(500, ratio)[50:] == pytest.approx(exact[50:], rel=1e-4)


@pytest.mark.parametrize("ratio", [1.0, 0.25])
def test_that_unequal_rows_are_not_taken_for_spikes(ratio):
    """A bulk that one variance cannot fit has no credible spikes, and BEMA's numbers stay."""
    rng = np.random.default_rng(5)
    rows = np.sqrt(rng.gamma(2.0, 0.5, size=(256, 1)))
    spectrum = Spectrum.of(rows * rng.normal(size=(256, round(256 / ratio))))
    assert spike_counts(spectrum.eigenvalues[::-1], ratio) > 0
    fit, plain = fit_bulk(spectrum), fit_bulk(spectrum, "bema")
    assert fit.deflated == 0
    assert fit.variance == pytest.approx(plain.variance, rel=1e-12)
    assert fit.ks_distance > 3 * fit.ks_null_95


@pytest.mark.parametrize(("rows", "columns"), [(64, 64), (64, 192), (64, 768)])
def test_that_a_few_sure_spikes_are_set_aside_though_the_bulk_as_a_whole_fits(rows, columns):
    """Three of 64 move the distance by less than noise does, and the variance by up to 8 %."""
    found = []
    for seed in range(12):
        weight = with_spikes(rows, columns, 3 / rows, weakest=10.0, strongest=10.0, seed=seed)
        fit = fit_bulk(Spectrum.of(weight))
        assert fit.deflated >= 3
        found.append(fit.variance)
    # a variance matched to all eigenvalues scatters by sqrt(2 / (p n)), here by at most half more
    error = 1.5 * math.sqrt(2 / (rows * columns) / len(found))
    assert np.mean(found) == pytest.approx(1.0, abs=4 * error)


@pytest.mark.parametrize(("rows", "columns"), [(64, 64), (64, 768)])
def test_that_noise_is_seldom_surely_spiked(rows, columns):
    noise = noise_eigenvalues(rows, columns, 1000, np.random.default_rng(5))
    assert np.count_nonzero(spike_counts(noise, rows / columns)) <= 10
