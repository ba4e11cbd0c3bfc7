from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum, eigenvalue_tail, hill_exponents, power_law_tail


def pareto(alpha, count, seed=0, xmin=1.0):
    """Draws with density ~ x^-alpha from xmin up."""
    uniform = 1 - np.random.default_rng(seed).random(count)
    return xmin * uniform ** (-1 / (alpha - 1))


def searched(values):
    """The method of Clauset, Shalizi & Newman step by step: (D, xmin, alpha, count)."""
    found = []
    for xmin in sorted(set(values.tolist()))[:-1]:
        tail = np.sort(values[values >= xmin])
        m = len(tail)
        alpha = 1 + m / np.log(tail / xmin).sum()
        law = 1 - (tail / xmin) ** (1 - alpha)
        found.append((np.abs(np.arange(m) / m - law).max(), xmin, alpha, m))
    return min(found)


@pytest.mark.parametrize("alpha", [1.5, 2.0, 2.5, 3.5, 6.0])
def test_that_a_pareto_sample_gives_its_exponent_back(alpha):
    """Within 4 standard errors of the tail that was chosen, which the choice can flatter."""
    tail = power_law_tail(pareto(alpha, 3000, seed=int(10 * alpha)))
    assert tail.alpha == pytest.approx(alpha, abs=4 * tail.standard_error)
    assert tail.count > 300
    assert tail.distance < 0.05


def test_that_the_whole_sample_has_the_closed_form():
    """Exact quantiles of a Pareto law: everything belongs to the tail."""
    levels = (np.arange(400) + 0.5) / 400
    tail = power_law_tail(2.0 * (1 - levels) ** (-1 / 1.5))
    assert tail.alpha == pytest.approx(2.5, rel=0.01)
    assert tail.count > 300


@pytest.mark.parametrize("seed", range(6))
def test_that_the_tail_is_that_of_a_search_through_all_starts(seed):
    rng = np.random.default_rng(seed)
    body = rng.uniform(0.01, 1.0, 150)
    values = np.concatenate([body, pareto(2.5, 80, seed)])
    if seed % 2:
        values = np.round(values, 1) + 0.1  # many equal values
    distance, xmin, alpha, count = searched(values)
    tail = power_law_tail(values)
    assert (tail.distance, tail.alpha) == pytest.approx((distance, alpha), rel=1e-9)
    assert tail.xmin == pytest.approx(xmin)
    assert tail.count == count


def test_that_the_start_of_the_tail_is_found():
    body = np.random.default_rng(4).uniform(0.0, 1.0, 1000) + 1e-9
    tail = power_law_tail(np.concatenate([body, pareto(3.0, 1000, seed=4)]))
    assert tail.xmin == pytest.approx(1.0, rel=0.15)
    assert tail.alpha == pytest.approx(3.0, abs=4 * tail.standard_error)


def test_that_the_exponents_of_many_samples_scatter_as_their_standard_error():
    """Pareto samples of exponent 2.5 and 1000 values, the whole sample the tail.

    The exponent of greatest likelihood is ``1 + (m/(m - 1)) (alpha - 1)`` on average and scatters
    by ``(alpha - 1)/sqrt(m)``; over 200 samples the mean is known to 1/14 of that. The chosen start
    drops part of a sample, so the scatter may only be larger: by half, measured.
    """
    samples = 200
    tails = [power_law_tail(pareto(2.5, 1000, seed)) for seed in range(samples)]
    alphas = np.array([tail.alpha for tail in tails])
    errors = np.array([tail.standard_error for tail in tails])
    assert alphas.mean() == pytest.approx(2.5, abs=4 * alphas.std() / math.sqrt(samples))
    assert 1.0 <= alphas.std() / (1.5 / math.sqrt(1000)) < 2.5
    assert np.mean(np.abs(alphas - 2.5) < 3 * errors) > 0.9


def test_that_values_equal_up_to_rounding_have_a_finite_tail():
    values = np.full(900, 1e5)
    values[::7] = np.nextafter(1e5, 2e5)
    values[::11] = 1e5 * (1 + 1e-14)
    tail = power_law_tail(values)
    assert math.isfinite(tail.alpha)
    assert tail.alpha > 1
    assert 0 <= tail.distance <= 1


def test_that_scale_and_order_do_not_matter():
    values = pareto(2.2, 200, seed=9)
    one, other = power_law_tail(values), power_law_tail(1e-150 * values[::-1])
    assert other.alpha == pytest.approx(one.alpha)
    assert other.xmin == pytest.approx(1e-150 * one.xmin)


def test_that_hill_is_its_formula_and_finds_the_exponent():
    assert hill_exponents([8.0, 2.0, 4.0]) == pytest.approx(
        [1 + 1 / math.log(2), 1 + 2 / (math.log(8 / 2) + math.log(4 / 2))]
    )
    at = hill_exponents(pareto(3.0, 5000, seed=2))[:1000]
    assert at[-1] == pytest.approx(3.0, abs=4 * 2 / math.sqrt(1000))


def test_that_equal_values_have_no_finite_hill_exponent():
    assert np.isinf(hill_exponents([3.3, 3.3, 3.3])).all()


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_that_a_tail_needs_two_different_values(values):
    with pytest.raises(InputError, match="needs two that differ"):
        power_law_tail(values)


@pytest.mark.parametrize("values", [[1.0, 0.0], [1.0, -2.0], [1.0, math.nan], [1.0, math.inf]])
def test_that_values_that_have_no_logarithm_are_refused(values):
    for estimate in (power_law_tail, hill_exponents):
        with pytest.raises(InputError, match="needs positive finite values"):
            estimate(values)
    with pytest.raises(InputError, match="needs two at the least"):
        hill_exponents([1.0])


def test_that_the_zeros_of_a_spectrum_are_left_out():
    values = np.sqrt(np.sort(pareto(2.5, 60, seed=3))[::-1])
    living = Spectrum(values, (60, 90))
    cut = Spectrum(np.append(values, np.zeros(10)), (70, 90))
    assert eigenvalue_tail(cut) == eigenvalue_tail(living)
    with pytest.raises(InputError, match="needs two that differ"):
        eigenvalue_tail(Spectrum(np.zeros(4), (4, 4)))
