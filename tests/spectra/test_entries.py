from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra import entry_statistics


def test_that_a_fair_coin_has_excess_kurtosis_minus_2():
    found = entry_statistics(np.tile([1.0, -1.0, 3.0, 1.0], (4, 1)) - 1.0)
    coin = entry_statistics(np.tile([2.0, -2.0], (5, 3)))
    assert (coin.mean, coin.sd, coin.excess_kurtosis, coin.zeros) == (0.0, 2.0, -2.0, 0.0)
    assert found.zeros == 0.5


def test_that_the_moments_are_those_of_the_entries():
    """Entries 0, 1, 2, 3: mean 3/2, variance 5/4, fourth moment 41/16."""
    found = entry_statistics(np.arange(4.0).reshape(2, 2))
    assert (found.mean, found.zeros) == (1.5, 0.25)
    assert found.sd == pytest.approx(math.sqrt(1.25))
    assert found.excess_kurtosis == pytest.approx(41 / 16 / 1.25**2 - 3)


def test_that_normal_entries_have_no_excess_and_student_entries_have(noise):
    """The sample kurtosis of N normal draws scatters by sqrt(24/N)."""
    normal = entry_statistics(noise(300, 400))
    assert normal.excess_kurtosis == pytest.approx(0.0, abs=4 * math.sqrt(24 / 120_000))
    heavy = np.random.default_rng(1).standard_t(2.5, (300, 400))
    assert entry_statistics(heavy).excess_kurtosis > 20


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-3, 1e200])
def test_that_the_scale_does_not_matter(noise, scale):
    weight = noise(10, 20)
    one, other = entry_statistics(weight), entry_statistics(scale * weight)
    assert other.sd == pytest.approx(scale * one.sd)
    assert other.excess_kurtosis == pytest.approx(one.excess_kurtosis)


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_that_equal_entries_have_no_kurtosis(value):
    found = entry_statistics(np.full((7, 9), value))
    assert (found.mean, found.sd, found.excess_kurtosis) == (value, 0.0, None)


def plain(weight):
    """The definitions, entry by entry: in extended precision, so that it is the truth here."""
    wide = weight.astype(np.longdouble)
    central = wide - wide.mean()
    variance = np.mean(central**2)
    return (
        float(wide.mean()),
        float(np.sqrt(variance)),
        float(np.mean(central**4) / variance**2 - 3),
        float(np.mean(weight == 0)),
    )


@pytest.mark.parametrize("kind", ["trained", "far from zero", "sparse", "heavy", "drifting"])
@pytest.mark.parametrize("shape", [(2, 3), (64, 300), (300, 257), (256, 512)])
def test_that_single_precision_loses_nothing(kind, shape):
    """To 1e-10 of each figure: one, a few and exactly four blocks, mean up to 1e5 spreads."""
    rng = np.random.default_rng(shape)
    noise = rng.normal(size=shape)
    drawn = {
        "trained": 0.02 * noise + 1e-4,
        "far from zero": 1e5 + noise,
        "sparse": noise * (rng.random(shape) < 0.3),
        "heavy": rng.standard_t(2.5, shape),
        "drifting": np.linspace(-50, 50, shape[0])[:, None] + noise,
    }
    weight = drawn[kind].astype(np.float32)
    found = entry_statistics(torch.from_numpy(weight))
    mean, sd, kurtosis, zeros = plain(weight)
    assert found.mean == pytest.approx(mean, rel=1e-10, abs=1e-12 * sd)
    assert found.sd == pytest.approx(sd, rel=1e-10)
    assert found.excess_kurtosis == pytest.approx(kurtosis, rel=1e-10, abs=1e-10)
    assert found.zeros == zeros


def test_that_a_spread_far_below_the_mean_keeps_its_digits():
    """Entries a and a + 1 alike often, in float64: sd 1/2, kurtosis -2, whatever a is."""
    for offset in (1e3, 1e8, 1e12):
        weight = offset + np.tile([0.0, 1.0], (400, 200))
        found = entry_statistics(weight)
        assert found.mean == offset + 0.5
        assert found.sd == pytest.approx(0.5, rel=1e-10)
        assert found.excess_kurtosis == pytest.approx(-2.0, rel=1e-10)


def test_that_neighbouring_numbers_have_finite_moments():
    weight = np.full((200, 300), 1.0)
    weight[3, 4] = np.nextafter(1.0, 2.0)
    found = entry_statistics(weight)
    assert found.sd > 0
    assert math.isfinite(found.excess_kurtosis)


def test_that_the_order_of_the_entries_does_not_matter(noise):
    weight = torch.from_numpy(noise(40, 900))
    one, other = entry_statistics(weight), entry_statistics(weight.T)
    part = entry_statistics(torch.cat([weight, 9 * weight])[:40])
    strided = entry_statistics(torch.stack([weight, 9 * weight], dim=2)[:, :, 0])
    for found in (other, part, strided):
        assert found.sd == pytest.approx(one.sd, rel=1e-12)
        assert found.excess_kurtosis == pytest.approx(one.excess_kurtosis, rel=1e-10)


def test_that_the_weight_is_left_as_it_was(noise):
    weight = torch.from_numpy(noise(30, 30))
    before = weight.clone()
    entry_statistics(weight)
    assert torch.equal(weight, before)


def test_that_half_precision_is_widened():
    weight = torch.full((8, 8), 300.0, dtype=torch.float16)
    weight[0] = -300.0
    assert entry_statistics(weight).sd == pytest.approx(300 * math.sqrt(1 - 0.75**2))


@pytest.mark.parametrize("weight", [np.ones(3), np.ones((0, 3)), np.array([[1.0, math.inf]])])
def test_that_unfit_weights_are_refused(weight):
    with pytest.raises(InputError):
        entry_statistics(weight)
