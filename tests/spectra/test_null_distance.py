from __future__ import annotations

import json

import numpy as np
import pytest

from rmt_studio.spectra import BULK_METHODS, null_table
from rmt_studio.spectra.null_distance import TABLE_FILE, null_distances


@pytest.fixture(scope="module")
def table():
    return json.loads(TABLE_FILE.read_text(encoding="utf-8"))


def test_that_the_table_in_the_package_is_what_the_script_would_write(table):
    assert table["seed"] == null_table.SEED
    assert tuple(table["dimensions"]) == null_table.DIMENSIONS
    assert tuple(table["ratios"]) == null_table.RATIOS
    assert table["draws"] == [null_table.draws_for(p) for p in null_table.DIMENSIONS]
    assert set(table["scaled_quantiles"]) == set(BULK_METHODS)


@pytest.mark.parametrize(("dimension", "ratio"), [(5, 0.3), (48, 0.9)])
def test_that_a_cell_of_the_table_can_be_simulated_again(dimension, ratio):
    again = null_table.scaled_quantiles(dimension, ratio)
    for (method, trim), scaled in again.items():
        stored = null_distances(method, trim, dimension, ratio)
        np.testing.assert_allclose(np.array(stored) * dimension, scaled, rtol=1e-3)


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
