"""Which layer loses how much: against brute force, and where the answer is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rmt_studio.pruning.allocation import MOST, _hull, cheapest_shares
from rmt_studio.pruning.ranking import whole_shares

PROBES = (0.3, 0.5, 0.7)


def exponential(scale, rate):
    return tuple(scale * np.exp(rate * share) for share in PROBES)


def test_that_like_layers_get_like_shares():
    shares = cheapest_shares([exponential(1e-3, 8)] * 3, PROBES, [1000, 1000, 1000], 1500)
    assert shares == pytest.approx([0.5] * 3, abs=0.005)


def test_that_marginal_costs_are_equal_where_the_answer_is_known():
    """Costs ``a exp(r s)``: equal slopes per entry are ``s_1 - s_2 = ln(a_2/a_1) / r``."""
    costs = [exponential(1e-4, 8), exponential(1e-3, 8)]
    first, second = cheapest_shares(costs, PROBES, [10_000, 10_000], 10_000)
    assert first - second == pytest.approx(np.log(10) / 8, abs=0.01)
    assert first + second == pytest.approx(1.0, abs=1e-4)


def test_that_a_larger_layer_with_the_same_cost_loses_more():
    small, large = cheapest_shares([exponential(1e-3, 8)] * 2, PROBES, [1000, 4000], 2500)
    assert large > small
    assert round(1000 * small) + round(4000 * large) == 2500


def test_that_no_other_shares_on_the_grid_cost_less():
    """Brute force over three layers in steps of 5 %, curves straight in the logarithm."""
    generator = np.random.default_rng(4)
    costs = [exponential(10 ** -generator.uniform(2, 4), rate) for rate in (5.0, 9.0, 13.0)]
    sizes = [400, 600, 1000]
    found = cheapest_shares(costs, PROBES, sizes, 1000)

    def cost(share, curve):
        slope = np.log(curve[1] / curve[0]) / 0.2
        return curve[0] * (np.exp(slope * (share - 0.3)) - np.exp(-slope * 0.3))

    def total(shares):
        return sum(cost(share, curve) for share, curve in zip(shares, costs, strict=True))

    steps = np.arange(0, MOST + 1e-9, 0.05)
    rivals = [
        total(shares)
        for shares in itertools.product(steps, repeat=3)
        if np.dot(shares, sizes) >= 1000
    ]
    assert total(found) <= min(rivals) * 1.001


@pytest.mark.parametrize("remove", [0, 1, 999, 1900, 1990])
def test_that_the_target_is_met_to_the_entry(remove):
    sizes = [700, 300, 1000]
    costs = [exponential(1e-3, 8), (0.01, 0.004, 0.02), (0.0, 0.0, 0.0)]
    shares = cheapest_shares(costs, PROBES, sizes, remove)
    assert sum(round(s * n) for s, n in zip(shares, sizes, strict=True)) == remove
    assert all(0 <= share <= 1 for share in shares)


def test_that_one_probe_is_enough_to_tell_layers_apart():
    dear, cheap = cheapest_shares([(0.1,), (0.001,)], (0.5,), [1000, 1000], 1000)
    assert cheap > dear


def test_that_the_hull_lies_under_the_curve_and_bends_upwards():
    places = np.linspace(0, 1, 30)
    values = places**2 + 0.05 * np.sin(25 * places)
    slopes = _hull(places, values)
    assert (np.diff(slopes) >= -1e-12).all()
    hull = values[0] + np.concatenate([[0], np.cumsum(slopes * np.diff(places))])
    assert (hull <= values + 1e-12).all()
    assert hull[-1] == pytest.approx(values[-1])


def test_that_shares_are_rounded_to_whole_entries_of_the_right_sum():
    sizes = [10, 7, 3]
    shares = whole_shares(np.array([0.33, 0.5, 0.4]), sizes, 8)
    counts = [s * n for s, n in zip(shares, sizes, strict=True)]
    assert counts == pytest.approx([round(count) for count in counts])
    assert sum(counts) == pytest.approx(8)
    assert whole_shares(np.array([0.5, 0.5]), [4, 4], 3) in ([0.25, 0.5], [0.5, 0.25])
