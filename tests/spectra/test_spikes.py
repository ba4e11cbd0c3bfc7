from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    SHRINKAGE_LOSSES,
    Spectrum,
    detection_limit,
    fit_bulk,
    optimal_hard_threshold,
    optimal_shrinkage,
    overlaps,
    signal_strength,
    spike_table,
)
from rmt_studio.spectra.spikes import hard_threshold_factor, median_threshold_factor

ROWS, COLUMNS, SD = 768, 3072, 0.02
RATIO = ROWS / COLUMNS


@pytest.fixture(scope="module")
def planted(noise, frame):
    """Noise with five components at three times the detection limit: (weight, u, v)."""
    rng = np.random.default_rng(11)
    u, v = frame(ROWS, 5, rng), frame(COLUMNS, 5, rng)
    strength = 3 * detection_limit(RATIO) * SD * math.sqrt(COLUMNS)
    return noise(ROWS, COLUMNS, sd=SD, seed=12) + strength * u @ v.T, u, v


@pytest.fixture(scope="module")
def seen(planted):
    spectrum = Spectrum.of(planted[0])
    return spectrum, fit_bulk(spectrum)


def test_that_exactly_the_five_planted_spikes_are_found(planted, seen):
    """Each of the five leading singular vectors lies in the planted space as theory says."""
    weight, u, v = planted
    spectrum, fit = seen
    table = spike_table(spectrum, fit)
    assert [spike.index for spike in table] == [0, 1, 2, 3, 4]
    seen_u, _, seen_v = np.linalg.svd(weight, full_matrices=False)
    for spike in table:
        along_u = np.sum((u.T @ seen_u[:, spike.index]) ** 2)
        along_v = np.sum((v.T @ seen_v[spike.index]) ** 2)
        assert spike.out_overlap == pytest.approx(along_u, abs=0.05)
        assert spike.in_overlap == pytest.approx(along_v, abs=0.05)


def test_that_the_planted_strength_is_read_back(seen):
    """Spikes scatter as 1/sqrt(p) around their places and repel each other: 10 %."""
    spectrum, fit = seen
    strengths = [spike.strength for spike in spike_table(spectrum, fit)]
    assert strengths == pytest.approx([3 * detection_limit(RATIO)] * 5, rel=0.1)
    assert np.mean(strengths) == pytest.approx(3 * detection_limit(RATIO), rel=0.03)


def test_that_shrinkage_restores_the_signal_better_than_cutting(noise, frame):
    rng = np.random.default_rng(13)
    signal = 3 * detection_limit(0.25) * math.sqrt(600) * frame(150, 3, rng) @ frame(600, 3, rng).T
    weight = noise(150, 600, seed=14) + signal
    spectrum = Spectrum.of(weight)
    fit = fit_bulk(spectrum)
    left, values, right = np.linalg.svd(weight, full_matrices=False)
    cut = np.where(values > fit.singular_value_threshold, values, 0.0)
    error = {
        name: np.linalg.norm((left * kept) @ right - signal)
        for name, kept in (("cut", cut), ("shrunken", optimal_shrinkage(values, fit)))
    }
    assert error["shrunken"] < 0.9 * error["cut"]
    assert [s.shrunken_value for s in spike_table(spectrum, fit)] == pytest.approx(
        optimal_shrinkage(values[:3], fit), rel=1e-8
    )


def test_that_the_table_of_a_tall_matrix_swaps_the_sides(planted, seen):
    spectrum, fit = seen
    tall = Spectrum.of(planted[0].T)
    for wide_spike, tall_spike in zip(
        spike_table(spectrum, fit), spike_table(tall, fit_bulk(tall)), strict=True
    ):
        assert tall_spike.in_overlap == pytest.approx(wide_spike.out_overlap, rel=1e-6)
        assert tall_spike.out_overlap == pytest.approx(wide_spike.in_overlap, rel=1e-6)


@pytest.mark.parametrize("shape", [(40, 40), (40, 160), (20, 2000)])
@pytest.mark.parametrize("excess", [1.001, 1.5, 4.0, 30.0])
def test_that_strength_inverts_the_place_of_a_spike(noise, shape, excess):
    fit = fit_bulk(Spectrum.of(noise(*shape)))
    square = (excess * detection_limit(fit.ratio)) ** 2
    place = fit.variance * (1 + square) * (fit.ratio + square) / square
    assert signal_strength(place, fit) == pytest.approx(math.sqrt(square), rel=1e-6)


def test_that_nothing_is_read_from_inside_the_bulk(noise):
    fit = fit_bulk(Spectrum.of(noise(40, 160)))
    assert np.isnan(signal_strength([0.0, fit.variance, fit.upper_edge], fit)).all()
    assert spike_table(Spectrum.of(np.eye(8)), fit_bulk(Spectrum.of(np.eye(8)))) == ()


@pytest.mark.parametrize("ratio", [1e-3, 0.25, 1.0])
def test_that_overlaps_rise_from_0_at_the_limit_to_1(ratio):
    short, long = overlaps(np.array([0.5, 1.0, 1.5, 1e4]) * detection_limit(ratio), ratio)
    for side in (short, long):
        assert side[:2] == pytest.approx([0.0, 0.0], abs=1e-9)
        assert 0 < side[2] < side[3]
        assert side[3] == pytest.approx(1.0, abs=1e-4)
    assert (short >= long - 1e-12).all()


def test_that_square_overlaps_are_the_published_one():
    """At c = 1 both sides are ``1 - 1/theta^2``."""
    short, long = overlaps([1.5, 3.0], 1.0)
    assert short == pytest.approx([1 - 1 / 1.5**2, 1 - 1 / 9])
    assert long == pytest.approx(short)


@pytest.mark.parametrize("shape", [(40, 40), (40, 160)])
def test_that_shrinkage_is_strength_times_both_cosines(noise, shape):
    """Gavish & Donoho (2017), eq. 7: eta = theta cos(left) cos(right) at the seen value."""
    fit = fit_bulk(Spectrum.of(noise(*shape)))
    unit = math.sqrt(fit.samples * fit.variance)
    eigenvalues = fit.upper_edge * np.array([1.1, 2.0, 10.0])
    theta = signal_strength(eigenvalues, fit)
    short, long = overlaps(theta, fit.ratio)
    shrunken = optimal_shrinkage(np.sqrt(fit.samples * eigenvalues), fit)
    assert shrunken == pytest.approx(unit * theta * np.sqrt(short * long), rel=1e-9)


def test_that_shrinkage_removes_the_bulk_and_spares_the_giants(noise):
    fit = fit_bulk(Spectrum.of(noise(40, 160)))
    edge = fit.singular_value_edge
    assert tuple(optimal_shrinkage([0.0, 0.5 * edge, edge * (1 - 1e-12)], fit)) == (0.0, 0.0, 0.0)
    assert optimal_shrinkage(1e4 * edge, fit) == pytest.approx(1e4 * edge, rel=1e-6)


def test_that_the_hard_thresholds_are_the_published_ones():
    """Gavish & Donoho (2014): lambda*(1) = 4/sqrt(3), omega(1) = 2.858, omega(0.5) = 2.1711."""
    assert hard_threshold_factor(1.0) == pytest.approx(4 / math.sqrt(3), rel=1e-15)
    assert median_threshold_factor(1.0) == pytest.approx(2.858, abs=5e-4)
    assert median_threshold_factor(0.5) == pytest.approx(2.1711, abs=1e-4)


def test_that_the_hard_threshold_follows_the_noise(noise):
    spectrum = Spectrum.of(noise(100, 100, sd=0.1))
    fit = fit_bulk(spectrum, "median")
    by_median = median_threshold_factor(1.0) * np.median(spectrum.singular_values)
    assert optimal_hard_threshold(fit) == pytest.approx(by_median, rel=0.01)


@pytest.mark.parametrize("shape", [(40, 40), (40, 160)])
@pytest.mark.parametrize("excess", [1.05, 1.3, 2.0, 6.0])
@pytest.mark.parametrize("loss", sorted(SHRINKAGE_LOSSES))
def test_that_no_other_value_errs_less(noise, shape, excess, loss):
    """In the plane of the true and the seen vectors the error is that of two rank-one matrices;
    a search over the shrunken value finds no better one (Gavish & Donoho 2017, section V)."""
    fit = fit_bulk(Spectrum.of(noise(*shape)))
    unit = math.sqrt(fit.samples * fit.variance)
    eigenvalue = excess**2 * fit.upper_edge
    theta = float(signal_strength(eigenvalue, fit))
    cosines = np.sqrt(overlaps(theta, fit.ratio))
    left, right = ([cosine, math.sqrt(1 - cosine**2)] for cosine in cosines)
    tried = np.append(np.linspace(0.0, 1.5 * theta, 3001), 0.0)
    shrunken = float(optimal_shrinkage(math.sqrt(fit.samples * eigenvalue), fit, loss)) / unit
    tried[-1] = shrunken
    error = tried[:, None, None] * np.outer(left, right) - np.diag([theta, 0.0])
    order = {"frobenius": "fro", "operator": 2, "nuclear": "nuc"}[loss]
    sizes = np.linalg.norm(error, order, axis=(1, 2))
    assert sizes[-1] <= sizes.min() + 1e-9


@pytest.mark.parametrize("shape", [(40, 40), (40, 160), (10, 1000)])
def test_that_operator_shrinkage_is_strength_times_the_cosines_ratio(noise, shape):
    """The form of Leeb (2022): the smaller cosine over the larger, and the error that it leaves,
    ``theta`` times the sine of the worse side."""
    fit = fit_bulk(Spectrum.of(noise(*shape)))
    unit = math.sqrt(fit.samples * fit.variance)
    eigenvalues = fit.upper_edge * np.array([1.1, 2.0, 10.0])
    theta = signal_strength(eigenvalues, fit)
    short, long = overlaps(theta, fit.law.ratio)
    shrunken = optimal_shrinkage(np.sqrt(fit.samples * eigenvalues), fit, "operator") / unit
    assert shrunken == pytest.approx(theta * np.sqrt(long / short), rel=1e-9)
    left, right = (np.stack([np.sqrt(s), np.sqrt(1 - s)], axis=-1) for s in (short, long))
    component = theta[:, None, None] * np.diag([1.0, 0.0])
    errors = component - shrunken[:, None, None] * left[:, :, None] * right[:, None, :]
    found = np.linalg.norm(errors, 2, axis=(1, 2))
    assert found == pytest.approx(theta * np.sqrt(1 - long), rel=1e-9)


def test_that_a_threshold_inside_the_bulk_gives_rows_without_theory(noise):
    """A large ``beta`` puts it below the upper edge, where what is seen has no known strength."""
    spectrum = Spectrum.of(noise(60, 240))
    fit = fit_bulk(spectrum, "median", beta=0.9999)
    assert fit.threshold < fit.upper_edge
    inside = [spike for spike in spike_table(spectrum, fit) if spike.excess <= 1]
    assert inside
    for spike in inside:
        assert (spike.strength, spike.out_overlap, spike.in_overlap) == (None, None, None)
        assert spike.shrunken_value == 0.0


def test_that_the_losses_keep_more_and_less_and_agree_on_giants(noise):
    fit = fit_bulk(Spectrum.of(noise(40, 160)))
    values = fit.singular_value_edge * np.array([0.5, 1.0, 1.1, 2.0, 1e4])
    kept = {loss: optimal_shrinkage(values, fit, loss) for loss in SHRINKAGE_LOSSES}
    assert (kept["nuclear"] <= kept["frobenius"]).all()
    assert (kept["frobenius"] <= kept["operator"]).all()
    for shrunken in kept.values():
        assert tuple(shrunken[:2]) == (0.0, 0.0)
        assert shrunken[-1] == pytest.approx(values[-1], rel=1e-6)
    with pytest.raises(InputError, match="loss 'max': is not known; choose one of frobenius"):
        optimal_shrinkage(values, fit, "max")


def test_that_deflated_spikes_are_read_against_the_smaller_noise():
    """A fifth of strong spikes: their mean strength comes back, from the (p - k) x (n - k) law."""
    rng = np.random.default_rng(17)
    weight = rng.normal(size=(300, 300))
    weight[np.arange(60), np.arange(60)] += 5 * math.sqrt(300)
    spectrum = Spectrum.of(weight)
    fit = fit_bulk(spectrum, "deflated")
    table = spike_table(spectrum, fit)
    assert len(table) == pytest.approx(60, abs=2)
    restored = [spike.shrunken_value for spike in table[:60]]
    assert np.mean(restored) == pytest.approx(5 * math.sqrt(300), rel=0.1)
