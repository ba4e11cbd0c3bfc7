"""Random matrices in place of one weight: what they keep and what they take away."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum, fit_bulk
from rmt_studio.spectra.nulls import NullSpectra, profile_shuffled, scales, shuffled


def _null(draw, weight, replicas=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    rows = [Spectrum.of(draw(weight, generator)).eigenvalues for _ in range(replicas)]
    return NullSpectra("test", "test", np.stack(rows))


def _noise_null(noise, rows, columns, replicas, first_seed):
    spectra = [Spectrum.of(noise(rows, columns, seed=first_seed + i)) for i in range(replicas)]
    return NullSpectra("noise", "noise", np.stack([x.eigenvalues for x in spectra]))


def test_that_shuffling_keeps_every_entry_and_nothing_of_the_order(noise):
    weight = noise(40, 60)
    random = shuffled(weight, torch.Generator().manual_seed(1))
    assert random.shape == weight.shape
    np.testing.assert_array_equal(np.sort(random.numpy().ravel()), np.sort(weight.ravel()))
    correlation = np.corrcoef(random.numpy().ravel(), weight.ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(weight.size)


def test_that_a_seed_gives_the_same_order(noise):
    weight = torch.tensor(noise(10, 12), dtype=torch.float32)
    first, second = (shuffled(weight, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.dtype == torch.float32


@pytest.mark.parametrize("draw", [shuffled, profile_shuffled])
def test_that_shuffling_removes_a_planted_spike(draw, noise, frame):
    rng = np.random.default_rng(5)
    weight = noise(120, 240) + 3 * np.sqrt(240) * frame(120, 1, rng) @ frame(240, 1, rng).T
    spectrum = Spectrum.of(weight)
    assert fit_bulk(spectrum).spikes == 1
    null = _null(draw, weight)
    assert null.exceeding(spectrum) == 1
    # a spike of strength 3 is 10.3 times the variance; the edge of noise is 2.9
    assert null.eigenvalues.max() < spectrum.eigenvalues[0] / 2


def test_that_a_single_huge_weight_keeps_its_spike_under_shuffling(noise):
    weight = noise(120, 240)
    weight[7, 11] = 4 * np.sqrt(240)
    spectrum = Spectrum.of(weight)
    assert fit_bulk(spectrum).spikes == 1
    null = _null(shuffled, weight)
    assert null.exceeding(spectrum) == 0
    np.testing.assert_allclose(null.eigenvalues[:, 0], spectrum.eigenvalues[0], rtol=0.05)


def test_that_the_profile_null_fits_noise_of_unequal_rows_where_shuffling_does_not(noise):
    weight = np.geomspace(0.3, 3.0, 128)[:, None] * noise(128, 256)
    seen = Spectrum.of(weight).eigenvalues
    misfits = {}
    for draw in (shuffled, profile_shuffled):
        lower, upper = _null(draw, weight).band()
        misfits[draw] = np.mean((seen < lower) | (seen > upper))
    # bands at 95 % hold all but about one in twenty ranks; ranks move together, so three times that
    assert misfits[profile_shuffled] < 0.15
    assert misfits[shuffled] > 0.8


def test_that_scales_are_found_as_they_were_put_in():
    rng = np.random.default_rng(2)
    rows, columns = np.geomspace(0.1, 1, 30), np.geomspace(1, 50, 50)
    signs = rng.choice([-1.0, 1.0], (30, 50))
    found = scales(rows[:, None] * signs * columns)
    np.testing.assert_allclose(np.outer(*found), np.outer(rows, columns), rtol=1e-5)


def test_that_standardised_entries_have_mean_square_one(noise):
    weight = noise(50, 80) * np.geomspace(1, 9, 80)
    rows, columns = scales(weight)
    standard = torch.tensor(weight) / torch.outer(rows, columns)
    torch.testing.assert_close(
        standard.square().mean(0), torch.ones(80).double(), rtol=0, atol=1e-5
    )
    torch.testing.assert_close(
        standard.square().mean(1), torch.ones(50).double(), rtol=0, atol=1e-5
    )


def test_that_rows_of_zeros_stay_where_they_are(noise):
    weight = noise(20, 30)
    weight[[3, 8]] = 0
    weight[:, 5] = 0
    random = profile_shuffled(weight, torch.Generator().manual_seed(0)).numpy()
    np.testing.assert_array_equal(random == 0, weight == 0)


def test_that_a_matrix_of_zeros_stays_one():
    assert not profile_shuffled(np.zeros((4, 6)), torch.Generator().manual_seed(0)).any()


def test_that_a_sparse_matrix_that_cannot_be_balanced_gives_finite_numbers():
    weight = np.triu(np.ones((12, 12)))  # its only balanced part is the diagonal
    assert torch.isfinite(profile_shuffled(weight, torch.Generator().manual_seed(0))).all()


def test_that_a_95_percent_band_holds_95_percent_of_new_noise(noise):
    inside = []
    for trial in range(60):
        null = _noise_null(noise, 24, 48, 8, 100 * trial)
        lower, upper = null.band()
        fresh = Spectrum.of(noise(24, 48, seed=100 * trial + 99)).eigenvalues
        inside.append(np.mean((lower <= fresh) & (fresh <= upper)))
    # neighbouring ranks move together; the scatter of the mean is measured over the trials
    error = np.std(inside) / np.sqrt(len(inside))
    assert np.mean(inside) == pytest.approx(0.95, abs=4 * error + 0.01)


def test_that_bands_widen_with_the_level_and_hold_the_median(noise):
    null = _noise_null(noise, 16, 32, 8, 0)
    narrow, wide = null.band(0.5), null.band(0.99)
    assert (wide[0] <= narrow[0]).all()
    assert (wide[1] >= narrow[1]).all()
    assert ((wide[0] <= null.median) & (null.median <= wide[1])).all()
    assert (np.diff(null.median) <= 0).all()


def test_that_a_band_of_one_replica_or_a_wrong_level_is_refused(noise):
    with pytest.raises(InputError, match="replica"):
        _noise_null(noise, 4, 8, 1, 0).band()
    with pytest.raises(InputError, match="level"):
        _noise_null(noise, 4, 8, 2, 0).band(1.0)


def test_that_values_that_are_not_finite_are_refused():
    weight = np.full((3, 3), np.nan)
    for draw in (shuffled, profile_shuffled):
        with pytest.raises(InputError, match="not finite"):
            draw(weight, torch.Generator())
