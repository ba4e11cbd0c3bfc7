"""What holds for every matrix and every method: a finite result or a named refusal."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    BULK_METHODS,
    SHRINKAGE_LOSSES,
    Spectrum,
    edge_test,
    entry_statistics,
    fit_bulk,
    optimal_shrinkage,
    spike_table,
    weightwatcher_columns,
)

METHODS = tuple(BULK_METHODS)
SHAPES = ((2, 2), (2, 300), (3, 3), (7, 5), (16, 16), (17, 40), (33, 31), (128, 60), (300, 2000))


def planted(rows, columns, seed):
    """Noise with a share of spikes between 0 and 40 %."""
    rng = np.random.default_rng([seed, rows, columns])
    weight = rng.normal(size=(rows, columns))
    count = int(0.4 * rng.random() * min(rows, columns))
    place = np.arange(count)
    weight[place, place] += rng.uniform(2, 8, count) * math.sqrt(max(rows, columns))
    return weight


def kinds(rows, columns):
    """Named matrices at the ends of what a file may hold."""
    rng = np.random.default_rng([rows, columns])
    noise = rng.normal(size=(rows, columns))
    huge = noise.copy()
    huge[0, 0] = 1e6
    sparse = noise * (rng.random((rows, columns)) < 0.05)
    return {
        "constant": np.full((rows, columns), 0.3),
        "zero": np.zeros((rows, columns)),
        "rank one": np.outer(noise[:, 0], noise[0]),
        "one column": noise[:, :1],
        "one row": noise[:1],
        "one huge entry": huge,
        "one entry": np.eye(1, rows * columns).reshape(rows, columns),
        "identity": np.eye(rows, columns),
        "sparse": sparse,
        "heavy tails": rng.standard_t(1.2, (rows, columns)),
        "equal halves": np.diag([1.0] * (min(rows, columns) // 2) + [5.0] * (rows - rows // 2))[
            :rows, :columns
        ],
        "tiny": 1e-140 * noise,
        "large": 1e140 * noise,
    }


def numbers(result):
    """Every number of a result, whatever holds it."""
    if isinstance(result, dict):
        return [float(value) for value in result.values()]
    values = [getattr(result, field.name) for field in fields(result)]
    return [float(value) for value in values if isinstance(value, int | float)]


def outlier_numbers(spectrum, fit):
    """Of the spikes outside the bulk: with beta 0.8 the threshold may lie inside."""
    rows = [row for row in spike_table(spectrum, fit) if row.excess > 1]
    return [number for row in rows for number in numbers(row)]


def shrunken_numbers(spectrum, fit):
    values = spectrum.singular_values
    return [n for loss in SHRINKAGE_LOSSES for n in optimal_shrinkage(values, fit, loss).tolist()]


def analysed(weight, method):
    """Each part of the analysis: its numbers, or the refusal."""
    spectrum = Spectrum.of(weight)
    found = []

    def attempt(part):
        try:
            found.extend(part())
        except InputError as error:
            found.append(error)

    attempt(lambda: numbers(fit_bulk(spectrum, method)))
    attempt(lambda: [fit_bulk(spectrum, method).ks_p_value])
    attempt(lambda: numbers(edge_test(spectrum, fit_bulk(spectrum, method))))
    attempt(lambda: numbers(weightwatcher_columns(spectrum)))
    attempt(lambda: outlier_numbers(spectrum, fit_bulk(spectrum, method)))
    attempt(lambda: shrunken_numbers(spectrum, fit_bulk(spectrum, method)))
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", SHAPES[:-1])
def test_that_every_matrix_has_a_finite_result_or_a_named_refusal(method, shape):
    for kind, weight in kinds(*shape).items():
        for number in analysed(weight, method):
            assert isinstance(number, InputError) or math.isfinite(number), kind


@pytest.mark.parametrize("method", METHODS)
def test_that_a_large_odd_matrix_has_a_finite_result(method):
    for number in analysed(planted(300, 2000, 0), method):
        assert math.isfinite(number)


@pytest.mark.parametrize("method", METHODS)
def test_that_zeros_are_refused_and_anything_else_is_fitted(method):
    for kind, weight in kinds(12, 9).items():
        if kind == "zero":
            with pytest.raises(InputError, match="all its singular values are zero"):
                fit_bulk(Spectrum.of(weight), method)
        else:
            assert fit_bulk(Spectrum.of(weight), method).variance > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [1, 2])
def test_that_scale_transposition_and_rotation_change_nothing(method, shape, seed):
    """Variance by the square of the scale, distances and counts not at all.

    To 1e-5: the golden sections stop at 1e-7, and the Gram matrices round differently.
    """
    weight = planted(*shape, seed)
    rng = np.random.default_rng(seed)
    side = min(shape)
    turn = np.linalg.qr(rng.normal(size=(side, side)))[0]
    turned = turn @ weight if shape[0] == side else weight @ turn
    one = fit_bulk(Spectrum.of(weight), method)
    for other, factor in ((-0.03 * weight, 9e-4), (weight.T, 1.0), (turned, 1.0)):
        fit = fit_bulk(Spectrum.of(other), method)
        assert fit.variance == pytest.approx(factor * one.variance, rel=1e-5)
        assert fit.threshold == pytest.approx(factor * one.threshold, rel=1e-5)
        assert fit.ks_distance == pytest.approx(one.ks_distance, abs=1e-5)
        assert fit.ks_central == pytest.approx(one.ks_central, abs=1e-5)
        assert (fit.spikes, fit.deflated) == (one.spikes, one.deflated)


@pytest.mark.parametrize("shape", SHAPES[:-1])
def test_that_the_entries_of_every_matrix_have_statistics(shape):
    for kind, weight in kinds(*shape).items():
        found = entry_statistics(weight)
        assert math.isfinite(found.mean + found.sd + found.zeros), kind
        assert math.isnan(found.excess_kurtosis) == (found.sd == 0), kind
