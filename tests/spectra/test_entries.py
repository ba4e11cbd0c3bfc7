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


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1e200])
def test_that_the_scale_does_not_matter(noise, scale):
    weight = noise(10, 20)
    one, other = entry_statistics(weight), entry_statistics(scale * weight)
    assert other.sd == pytest.approx(scale * one.sd)
    assert other.excess_kurtosis == pytest.approx(one.excess_kurtosis)


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_that_equal_entries_have_no_kurtosis(value):
    found = entry_statistics(np.full((7, 9), value))
    assert found.mean == pytest.approx(value)
    assert found.sd == 0.0
    assert math.isnan(found.excess_kurtosis)


def test_that_half_precision_is_widened():
    weight = torch.full((8, 8), 300.0, dtype=torch.float16)
    weight[0] = -300.0
    assert entry_statistics(weight).sd == pytest.approx(300 * math.sqrt(1 - 0.75**2))


@pytest.mark.parametrize("weight", [np.ones(3), np.ones((0, 3)), np.array([[1.0, math.inf]])])
def test_that_unfit_weights_are_refused(weight):
    with pytest.raises(InputError):
        entry_statistics(weight)
