from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum, detection_limit, fit_bulk, localisation
from rmt_studio.spectra.haar import (
    inverse_participation_quantile,
    largest_component_quantile,
)


def leading_vectors(weight, count):
    left, _, right = np.linalg.svd(weight, full_matrices=False)
    return left[:, :count], right[:count].T


def test_that_a_single_place_and_an_even_spread_have_their_closed_forms():
    found = localisation(np.stack([np.eye(50)[3], np.full(50, -2.0)], axis=1))
    assert found.largest == pytest.approx([1.0, 1 / math.sqrt(50)])
    assert found.inverse_participation == pytest.approx([1.0, 1 / 50])
    assert found.localised.tolist() == [True, False]


@pytest.mark.parametrize("length", [16, 64, 400])
@pytest.mark.parametrize("level", [0.9, 0.99, 0.999])
def test_that_uniform_vectors_stay_under_the_null_as_often_as_said(length, level):
    """4 binomial errors; 40 % of the tail for the moments that stand for the whole law."""
    draws = 20_000
    vectors = np.random.default_rng(length).normal(size=(length, draws))
    found = localisation(vectors, level)
    error = 4 * math.sqrt((1 - level) / draws)
    above = np.mean(found.largest > found.largest_null)
    assert above == pytest.approx(1 - level, abs=error + 0.2 * (1 - level))
    above = np.mean(found.inverse_participation > found.inverse_participation_null)
    assert above == pytest.approx(1 - level, abs=error + 0.4 * (1 - level))


@pytest.mark.parametrize("seed", range(3))
def test_that_spikes_of_heavy_tailed_entries_are_flagged(seed):
    """Student's t with 2.5 degrees of freedom: the largest entries make spikes of their own.

    About 18 here; each has a localised vector, and 97 % have two.
    """
    weight = np.random.default_rng(seed).standard_t(2.5, (200, 500))
    spikes = fit_bulk(Spectrum.of(weight)).spikes
    assert spikes >= 10
    out, inputs = (localisation(side).localised for side in leading_vectors(weight, spikes))
    assert (out | inputs).all()
    assert (out & inputs)[:5].all()
    assert np.mean(out & inputs) > 0.8


@pytest.mark.parametrize("seed", range(3))
def test_that_a_planted_spread_out_spike_is_not_flagged(noise, frame, seed):
    rng = np.random.default_rng(seed)
    strength = 3 * detection_limit(0.4) * math.sqrt(500)
    weight = noise(200, 500, seed=seed) + strength * frame(200, 2, rng) @ frame(500, 2, rng).T
    assert fit_bulk(Spectrum.of(weight)).spikes == 2
    for vectors in leading_vectors(weight, 2):
        assert not localisation(vectors).localised.any()


def test_that_one_huge_weight_is_told_from_structure(noise):
    weight = noise(200, 500)
    weight[7, 11] = 60.0
    for vectors, place in zip(leading_vectors(weight, 1), (7, 11), strict=True):
        assert localisation(vectors).localised.all()
        assert np.abs(vectors[:, 0]).argmax() == place


def test_that_structure_beside_a_huge_weight_is_not_taken_for_it(noise, frame):
    """A component at four times the limit and an entry that stands out more."""
    rng = np.random.default_rng(8)
    strength = 4 * detection_limit(0.4) * math.sqrt(500)
    weight = noise(200, 500, seed=8) + strength * frame(200, 1, rng) @ frame(500, 1, rng).T
    weight[7, 11] += 3 * strength
    assert fit_bulk(Spectrum.of(weight)).spikes == 2
    for vectors in leading_vectors(weight, 2):
        assert localisation(vectors).localised.tolist() == [True, False]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_that_the_shortest_vectors_are_never_flagged_for_being_short(length):
    assert 0 < largest_component_quantile(length, 0.999) <= 1
    assert 0 < inverse_participation_quantile(length, 0.999) <= 1
    assert not localisation(np.ones((length, 1))).localised.any()


@pytest.mark.parametrize(
    ("vectors", "level", "reason"),
    [
        (np.ones(4), 0.99, "are not the columns of a matrix"),
        (np.ones((0, 2)), 0.99, "are not the columns of a matrix"),
        (np.zeros((4, 1)), 0.99, "hold a zero or non-finite column"),
        (np.full((4, 1), math.nan), 0.99, "hold a zero or non-finite column"),
        (np.ones((4, 1)), 1.0, "lies outside"),
    ],
)
def test_that_unfit_vectors_are_refused(vectors, level, reason):
    with pytest.raises(InputError, match=reason):
        localisation(vectors, level)
