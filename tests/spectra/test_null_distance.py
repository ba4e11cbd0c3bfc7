from __future__ import annotations

import json

import numpy as np
import pytest

from rmt_studio.spectra import BULK_METHODS, Spectrum, fit_bulk, null_table
from rmt_studio.spectra.laguerre import noise_eigenvalues
from rmt_studio.spectra.null_distance import (
    LEAST_P_VALUE,
    TABLE_FILE,
    misfit_p_values,
    null_distances,
    null_quantiles,
    p_value_text,
)


@pytest.fixture(scope="module")
def table():
    return json.loads(TABLE_FILE.read_text(encoding="utf-8"))


def test_that_the_table_in_the_package_is_what_the_script_would_write(table):
    assert table["seed"] == null_table.SEED
    assert tuple(table["dimensions"]) == null_table.DIMENSIONS
    assert tuple(table["ratios"]) == null_table.RATIOS
    assert table["draws"] == [null_table.draws_for(p) for p in null_table.DIMENSIONS]
    assert tuple(table["levels"]) == null_table.LEVELS
    assert {*table["scaled_quantiles"], *table["same_as"]} == set(BULK_METHODS)
    assert table["same_as"] == {"bema_gamma": "bema", "paper": "bema"}


@pytest.mark.parametrize(("dimension", "ratio"), [(5, 0.3), (48, 0.9)])
def test_that_a_cell_of_the_table_can_be_simulated_again(dimension, ratio):
    again = null_table.scaled_quantiles(dimension, ratio)
    for (method, trim), scaled in again.items():
        stored = null_quantiles(method, trim, dimension, ratio)
        np.testing.assert_allclose(stored * dimension, scaled, rtol=1e-3)


@pytest.mark.parametrize(
    ("dimension", "ratio", "draws"),
    [
        (2, 0.6, 2000),
        (11, 0.45, 2000),
        (26, 0.45, 2000),
        (36, 0.02, 2000),
        (192, 0.25, 500),
        (700, 0.95, 80),
    ],
)
def test_that_one_noise_spectrum_in_twenty_exceeds_the_null(dimension, ratio, draws):
    """Fresh draws, mostly between the nodes of the table.

    The share that exceeds errs by its own binomial error and by that of the draws behind the
    table; 0.015 is left for the interpolation.
    """
    rng = np.random.default_rng(7)
    error = np.sqrt(0.05 * 0.95 * (1 / draws + 1 / null_table.draws_for(dimension)))
    for (method, trim), distances in null_table.simulate(dimension, ratio, draws, rng).items():
        null = np.array(null_distances(method, trim, dimension, ratio))
        above = (distances > null[:, None]).mean(axis=1)
        at_or_above = (distances > 0.999 * null[:, None]).mean(axis=1)
        assert (above <= 0.05 + 4 * error + 0.015).all(), (method, trim)
        assert (at_or_above >= 0.05 - 4 * error - 0.015).all(), (method, trim)


def test_that_the_null_shrinks_like_one_over_p():
    scaled = [p * null_distances("bema", 0.25, p, 0.25)[0] for p in (64, 256, 1024, 4096)]
    assert 2.3 < scaled[0] < scaled[1] < scaled[2] < scaled[3] < 5.0


def test_that_the_table_is_held_at_its_ends_and_goes_on_straight_in_log_p():
    assert null_distances("bema", 0.25, 64, 1e-6) == null_distances("bema", 0.25, 64, 1e-3)
    assert null_distances("bema", 0.49, 64, 0.5) == null_distances("bema", 0.45, 64, 0.5)
    scaled = [p * null_distances("bema", 0.25, p, 0.25)[0] for p in (2048, 4096, 8192, 16384)]
    assert np.diff(scaled) == pytest.approx(scaled[1] - scaled[0], abs=1e-9)


def test_that_large_p_are_put_on_a_line_and_small_p_left_alone():
    logs = np.log(null_table.DIMENSIONS)
    straight = 0.3 + 0.5 * logs
    np.testing.assert_allclose(null_table.straightened(straight[:, None])[:, 0], straight)
    bent = np.where(logs > np.log(200), straight, 9.0)
    np.testing.assert_allclose(null_table.straightened(bent[:, None])[:, 0], bent)


def test_that_the_stored_95_percent_are_the_null_distances():
    quantiles = null_quantiles("deflated", 0.25, 100, 0.4)
    assert tuple(quantiles[3]) == null_distances("deflated", 0.25, 100, 0.4)
    assert (np.diff(quantiles, axis=0) > 0).all()


def test_that_a_preset_has_the_null_of_its_estimator():
    assert null_distances("paper", 0.15, 70, 0.4) == null_distances("bema", 0.15, 70, 0.4)


def test_that_the_p_value_is_the_level_at_each_stored_quantile():
    quantiles = null_quantiles("bema", 0.25, 192, 0.25)
    for level, (whole, central) in zip(null_table.LEVELS, quantiles, strict=True):
        p_values = misfit_p_values("bema", 0.25, 192, 0.25, (whole, central))
        assert p_values == pytest.approx((1 - level, 1 - level))


def test_that_the_p_value_ends_at_1_and_at_one_in_a_thousand():
    assert misfit_p_values("bema", 0.25, 192, 0.25, (0.5 / 192, 0.0)) == (1.0, 1.0)
    assert misfit_p_values("bema", 0.25, 192, 0.25, (0.5, 1.0)) == (LEAST_P_VALUE,) * 2
    assert p_value_text(LEAST_P_VALUE) == "< 0.001"
    assert p_value_text(0.04321) == "0.043"


@pytest.mark.parametrize("method", BULK_METHODS)
@pytest.mark.parametrize(("dimension", "samples"), [(16, 16), (60, 200)])
def test_that_the_p_values_of_noise_are_evenly_spread(method, dimension, samples):
    """As many under 5, 10 and 50 % as that; 4 errors of this and the table's draws, 0.02 for the
    interpolation."""
    draws = 150 if method == "bema_gamma" else 500
    rows = noise_eigenvalues(dimension, samples, draws, np.random.default_rng(21))
    shape = (dimension, samples)
    fits = [fit_bulk(Spectrum(np.sqrt(samples * row[::-1]), shape), method) for row in rows]
    for p_values in ([f.ks_p_value for f in fits], [f.ks_central_p_value for f in fits]):
        for level in (0.05, 0.1, 0.5):
            error = np.sqrt(level * (1 - level) * (1 / draws + 1 / null_table.MOST_DRAWS))
            assert np.mean(np.array(p_values) <= level) == pytest.approx(
                level, abs=4 * error + 0.02
            )


def test_that_unequal_rows_have_a_small_p_value(noise):
    weight = noise(128, 512, seed=5) * np.geomspace(0.3, 3.0, 128)[:, None]
    fit = fit_bulk(Spectrum.of(weight))
    assert fit.ks_p_value == LEAST_P_VALUE
    assert fit.ks_central_p_value == LEAST_P_VALUE


@pytest.mark.parametrize("method", BULK_METHODS)
@pytest.mark.parametrize("dimension", [2, 4, 8])
def test_that_no_fit_of_a_narrow_bulk_lies_beside_it(method, dimension):
    """Beside the bulk the distance is 1; a law that holds its median is at most 1/2 away."""
    median, *_ = null_quantiles(method, 0.25, dimension, 0.001)
    assert median[0] <= 0.5 + 1e-3
