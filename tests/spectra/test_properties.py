"""What holds for every matrix: a finite result or a named refusal, and what changes nothing."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    BULK_METHODS,
    SHRINKAGE_LOSSES,
    Spectrum,
    edge_test,
    eigenvalue_tail,
    entry_statistics,
    fit_bulk,
    hill_exponents,
    localisation,
    optimal_hard_threshold,
    optimal_shrinkage,
    spike_table,
    weightwatcher_columns,
)

METHODS = tuple(BULK_METHODS)
MOST_ROWS, MOST_COLUMNS = 300, 2000


def searched(examples):
    """The same examples on every run; their time is bounded by their number."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


# What a file may hold, at the ends of what is possible.


def noise(rng, rows, columns):
    return rng.normal(size=(rows, columns))


def spiked(rng, rows, columns):
    """Noise with a share of spikes between 0 and 40 %."""
    weight = noise(rng, rows, columns)
    place = np.arange(int(0.4 * rng.random() * min(rows, columns)))
    weight[place, place] += rng.uniform(2, 8, place.size) * math.sqrt(max(rows, columns))
    return weight


def one_huge_entry(rng, rows, columns):
    weight = noise(rng, rows, columns)
    weight[rng.integers(rows), rng.integers(columns)] = 10.0 ** rng.integers(2, 16)
    return weight


def one_entry(rng, rows, columns):
    weight = np.zeros((rows, columns))
    weight[rng.integers(rows), rng.integers(columns)] = 1.0
    return weight


def equal_halves(_rng, rows, columns):
    """Two singular values, each of half of them."""
    sides = np.where(np.arange(min(rows, columns)) % 2, 1.0, 5.0)
    weight = np.zeros((rows, columns))
    np.fill_diagonal(weight, sides)
    return weight


def repeated_rows(rng, rows, columns):
    return noise(rng, rows, columns)[rng.integers(0, max(rows // 4, 1), rows)]


def dead_rows(rng, rows, columns):
    return noise(rng, rows, columns) * (rng.random((rows, 1)) < 0.5)


def nearly_constant(rng, rows, columns):
    return 1.0 + np.finfo(float).eps * rng.integers(0, 2, (rows, columns))


def graded(rng, rows, columns):
    """Rows from 1 down to 1e-12 in size."""
    return noise(rng, rows, columns) * np.geomspace(1, 1e-12, rows)[:, None]


KINDS = {
    "noise": noise,
    "spiked": spiked,
    "constant": lambda _rng, rows, columns: np.full((rows, columns), 0.3),
    "zero": lambda _rng, rows, columns: np.zeros((rows, columns)),
    "rank one": lambda rng, rows, columns: noise(rng, rows, 1) @ noise(rng, 1, columns),
    "low rank": lambda rng, rows, columns: noise(rng, rows, 5) @ noise(rng, 5, columns),
    "one column": lambda rng, rows, _columns: noise(rng, rows, 1),
    "one row": lambda rng, _rows, columns: noise(rng, 1, columns),
    "one huge entry": one_huge_entry,
    "one entry": one_entry,
    "identity": lambda _rng, rows, columns: np.eye(rows, columns),
    "equal halves": equal_halves,
    "repeated rows": repeated_rows,
    "dead rows": dead_rows,
    "sparse": lambda rng, r, c: noise(rng, r, c) * (rng.random((r, c)) < 0.05),
    "heavy tails": lambda rng, rows, columns: rng.standard_t(1.2, (rows, columns)),
    "signs": lambda rng, rows, columns: rng.choice([-1.0, 1.0], (rows, columns)),
    "nearly constant": nearly_constant,
    "graded": graded,
}


def made(kind, rows, columns, exponent, seed):
    """A matrix of the kind, times ``10^exponent``: down to denormal numbers, up to infinity."""
    with np.errstate(over="ignore"):
        return KINDS[kind](np.random.default_rng(seed), rows, columns) * 10.0**exponent


# The parts of an analysis. Each gives its numbers; None stands where one is documented as missing.


def noise_law(_spectrum, fit):
    assert fit.variance > 0
    assert 0 <= fit.lower_edge <= fit.upper_edge
    assert 0 <= fit.bulk_fraction <= 1
    assert 0 <= fit.spikes <= fit.dimension
    for share in (fit.ks_distance, fit.ks_central, fit.ks_p_value, fit.ks_central_p_value):
        assert 0 <= share <= 1
    edges = (fit.singular_value_lower_edge, fit.singular_value_edge, fit.singular_value_threshold)
    return [*numbers(fit), *edges, optimal_hard_threshold(fit), *fit.law.support]


def edge(spectrum, fit):
    found = edge_test(spectrum, fit)
    assert 0 < found.p_value <= 1
    return numbers(found)


def spikes(spectrum, fit):
    table = spike_table(spectrum, fit)
    assert len(table) == fit.spikes
    for spike in table:
        theory = (spike.strength, spike.out_overlap, spike.in_overlap)
        assert all((value is None) == (spike.excess <= 1) for value in theory)
        assert spike.out_overlap is None or 0 <= spike.out_overlap <= 1
        assert spike.in_overlap is None or 0 <= spike.in_overlap <= 1
    return [number for spike in table for number in numbers(spike)]


def shrunken(spectrum, fit):
    values = spectrum.singular_values
    return [n for loss in SHRINKAGE_LOSSES for n in optimal_shrinkage(values, fit, loss).tolist()]


def tail(spectrum):
    found = eigenvalue_tail(spectrum)
    assert found.alpha > 1
    assert 0 <= found.distance <= 1
    assert found.count >= 2
    return [*numbers(found), found.standard_error]


def columns_of(spectrum):
    return [float(value) for value in weightwatcher_columns(spectrum).values()]


def hill(spectrum):
    """Infinite for equal values, as documented."""
    found = hill_exponents(spectrum.eigenvalues[spectrum.eigenvalues > 0])
    assert (found > 1).all()
    return [number for number in found.tolist() if not math.isinf(number)]


def entries(weight):
    found = entry_statistics(weight)
    assert 0 <= found.zeros <= 1
    assert (found.excess_kurtosis is None) == (found.sd == 0)
    return numbers(found)


def places(weight):
    found = localisation(weight)
    lists = (found.largest, found.inverse_participation)
    assert all(((values > 0) & (values <= 1 + 1e-12)).all() for values in lists)
    return [*np.concatenate(lists).tolist(), *numbers(found)]


def numbers(result):
    """The numbers among the fields of a result."""
    values = [getattr(result, field.name) for field in fields(result)]
    return [float(value) for value in values if isinstance(value, int | float)]


def attempt(part, *arguments):
    """What a part gives, or its refusal."""
    try:
        return part(*arguments)
    except InputError as refusal:
        return refusal


def assert_finite_or_refused(part, *arguments):
    found = attempt(part, *arguments)
    if isinstance(found, InputError):
        assert found.thing
        assert found.reason
    else:
        wrong = [number for number in found if not math.isfinite(number)]
        assert not wrong, f"{part.__name__} gave {wrong[:3]}"


def assert_every_figure_finite_or_refused(weight):
    for part in (entries, places):
        assert_finite_or_refused(part, weight)
    spectrum = attempt(Spectrum.of, weight)
    if isinstance(spectrum, InputError):
        return
    for part in (tail, columns_of, hill):
        assert_finite_or_refused(part, spectrum)
    for method in METHODS:
        fit = attempt(fit_bulk, spectrum, method)
        if not isinstance(fit, InputError):
            for part in (noise_law, edge, spikes, shrunken):
                assert_finite_or_refused(part, spectrum, fit)


@pytest.mark.parametrize("kind", KINDS)
@given(
    rows=st.integers(2, 60),
    columns=st.integers(2, 90),
    exponent=st.integers(-330, 308),
    seed=st.integers(0, 999),
)
@example(rows=2, columns=2, exponent=0, seed=0)
@example(rows=3, columns=200, exponent=-310, seed=2)
@example(rows=50, columns=50, exponent=200, seed=3)
@searched(5)
def test_that_any_matrix_has_finite_figures_or_a_named_refusal(kind, rows, columns, exponent, seed):
    assert_every_figure_finite_or_refused(made(kind, rows, columns, exponent, seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(MOST_ROWS, MOST_COLUMNS), (901, 17)])
def test_that_a_large_matrix_has_finite_figures_or_a_named_refusal(kind, shape):
    assert_every_figure_finite_or_refused(made(kind, *shape, 0, 5))


@given(
    kind=st.sampled_from(sorted(KINDS)),
    rows=st.integers(1, 40),
    columns=st.integers(1, 60),
    exponent=st.integers(-120, 120),
    seed=st.integers(0, 999),
)
@searched(40)
def test_that_only_zeros_are_refused_a_fit(kind, rows, columns, exponent, seed):
    """Within 120 powers of ten, where every square is a number."""
    weight = made(kind, rows, columns, exponent, seed)
    spectrum = Spectrum.of(weight)
    for method in METHODS:
        if weight.any():
            assert all(map(math.isfinite, noise_law(spectrum, fit_bulk(spectrum, method))))
        else:
            with pytest.raises(InputError, match="all its singular values are zero"):
                fit_bulk(spectrum, method)


@pytest.mark.parametrize("scale", [1e-160, 1e-300, 1e160, 1e300])
@pytest.mark.parametrize("part", [fit_bulk, tail, columns_of, hill])
def test_that_scales_without_squares_are_refused_by_name(part, scale):
    spectrum = Spectrum.of(scale * noise(np.random.default_rng(0), 20, 30))
    with pytest.raises(InputError, match="has no square in float64; rescale the weight"):
        part(spectrum)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("part", [Spectrum.of, entries])
def test_that_a_single_bad_entry_is_refused(part, bad):
    weight = noise(np.random.default_rng(0), 20, 30)
    weight[3, 4] = bad
    with pytest.raises(InputError, match="holds 1 values that are not finite"):
        part(weight)


# What changes nothing. Matrices of full rank: a value near the rank tolerance may fall either way.


def analysed(weight, method):
    spectrum = Spectrum.of(weight)
    return fit_bulk(spectrum, method), eigenvalue_tail(spectrum)


def assert_alike(one, other, factor):
    """Variance and edges times the factor, distances, counts and exponent not changed.

    To 1e-5: the one-dimensional searches stop at 1e-7, and Gram matrices round differently.
    """
    (fit, tail), (found, found_tail) = one, other
    for name in ("variance", "lower_edge", "upper_edge", "threshold"):
        expected = pytest.approx(factor * getattr(fit, name), rel=1e-5, abs=1e-5 * fit.variance)
        assert getattr(found, name) == expected, name
    assert found.ks_distance == pytest.approx(fit.ks_distance, abs=1e-5)
    assert found.ks_central == pytest.approx(fit.ks_central, abs=1e-5)
    assert found.ks_p_value == pytest.approx(fit.ks_p_value, abs=1e-3)
    assert (found.spikes, found.deflated) == (fit.spikes, fit.deflated)
    assert found_tail.alpha == pytest.approx(tail.alpha, rel=1e-6)
    assert found_tail.distance == pytest.approx(tail.distance, abs=1e-6)
    assert found_tail.count == tail.count
    assert found_tail.xmin == pytest.approx(factor * tail.xmin, rel=1e-6)


full_rank = {
    "kind": st.sampled_from(["noise", "spiked", "heavy tails"]),
    "rows": st.integers(2, 100),
    "columns": st.integers(2, 150),
    "seed": st.integers(0, 999),
}


@pytest.mark.parametrize("method", METHODS)
@given(scale=st.floats(1e-6, 1e6), sign=st.sampled_from([-1, 1]), **full_rank)
@searched(8)
def test_that_a_scale_multiplies_the_variance_and_nothing_else(
    method, kind, rows, columns, seed, scale, sign
):
    weight = made(kind, rows, columns, 0, seed)
    assert_alike(analysed(weight, method), analysed(sign * scale * weight, method), scale**2)


@pytest.mark.parametrize("method", METHODS)
@given(power=st.integers(-200, 200), **full_rank)
@searched(5)
def test_that_no_constant_of_the_code_has_a_unit(method, kind, rows, columns, seed, power):
    """From 1e-60 to 1e60; by a power of two, so that the entries are not rounded."""
    weight = made(kind, rows, columns, 0, seed)
    (fit, tail), (found, found_tail) = (
        analysed(scaled, method) for scaled in (weight, 2.0**power * weight)
    )
    assert (found.spikes, found.deflated, found.zeros) == (fit.spikes, fit.deflated, fit.zeros)
    assert found.ks_distance == pytest.approx(fit.ks_distance, abs=1e-9)
    assert found.variance == pytest.approx(4.0**power * fit.variance, rel=1e-9)
    assert found_tail.alpha == pytest.approx(tail.alpha, rel=1e-9)
    one, other = entry_statistics(weight), entry_statistics(2.0**power * weight)
    assert other.sd == pytest.approx(2.0**power * one.sd, rel=1e-12)
    assert other.excess_kurtosis == pytest.approx(one.excess_kurtosis, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@given(**full_rank)
@example(kind="spiked", rows=MOST_ROWS, columns=MOST_COLUMNS, seed=1)
@example(kind="spiked", rows=128, columns=128, seed=2)
@searched(8)
def test_that_transposition_and_rotation_change_nothing(method, kind, rows, columns, seed):
    weight = made(kind, rows, columns, 0, seed)
    one = analysed(weight, method)
    rng = np.random.default_rng(seed + 1)
    left = np.linalg.qr(rng.normal(size=(rows, rows)))[0]
    assert_alike(one, analysed(weight.T, method), 1.0)
    assert_alike(one, analysed(left @ weight, method), 1.0)
    if columns <= 300:
        right = np.linalg.qr(rng.normal(size=(columns, columns)))[0]
        assert_alike(one, analysed(weight @ right, method), 1.0)


@given(kind=st.sampled_from(sorted(KINDS)), rows=st.integers(2, 60), seed=st.integers(0, 999))
@searched(25)
def test_that_the_order_of_rows_and_columns_does_not_move_the_entries_figures(kind, rows, seed):
    weight = made(kind, rows, 2 * rows, 0, seed)
    rng = np.random.default_rng(seed)
    one = entry_statistics(weight)
    for other in (weight.T, rng.permutation(rng.permutation(weight, axis=0), axis=1)):
        found = entry_statistics(torch.from_numpy(other.copy()))
        assert found.zeros == one.zeros
        assert found.sd == pytest.approx(one.sd, rel=1e-9)
        if kind != "nearly constant" and one.excess_kurtosis is not None:
            assert found.excess_kurtosis == pytest.approx(one.excess_kurtosis, rel=1e-9, abs=1e-9)
