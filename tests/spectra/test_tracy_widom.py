from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.spectra import TracyWidom1
from rmt_studio.spectra.tracy_widom import _fredholm_determinant


def moment(power):
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x, weights = 1.5 + 10.5 * nodes, 10.5 * weights
    return (weights * TracyWidom1().pdf(x) * x**power).sum()


def test_that_the_quantiles_are_the_published_ones():
    quantiles = TracyWidom1().ppf([0.90, 0.95, 0.99])
    assert quantiles == pytest.approx([0.4501, 0.9793, 2.0234], abs=6e-5)


def test_that_the_moments_are_the_published_ones():
    """Prahofer's table: mean -1.2065335745820, variance 1.607781034581."""
    assert moment(0) == pytest.approx(1.0, abs=1e-10)
    assert moment(1) == pytest.approx(-1.2065335745820, abs=1e-9)
    assert moment(2) - moment(1) ** 2 == pytest.approx(1.607781034581, abs=1e-8)


def test_that_the_interpolant_is_the_determinant():
    s = np.linspace(-8.9, 11.9, 101)
    np.testing.assert_allclose(TracyWidom1().cdf(s), _fredholm_determinant(s), atol=1e-11)


def test_that_the_upper_tail_follows_its_expansion():
    """1 - F1(s) = exp(-2/3 s^1.5) / (4 sqrt(pi) s^0.75) (1 + O(s^-1.5)), Baik et al. 2008."""
    s = np.array([4.0, 5.0, 6.0])
    leading = np.exp(-2 / 3 * s**1.5) / (4 * np.sqrt(np.pi) * s**0.75)
    assert (1 - TracyWidom1().cdf(s)) / leading == pytest.approx(1.0, abs=0.1)


def test_that_the_quantile_undoes_the_cdf():
    q = np.linspace(1e-6, 1 - 1e-6, 2001)
    np.testing.assert_allclose(TracyWidom1().cdf(TracyWidom1().ppf(q)), q, rtol=0, atol=1e-12)


def test_that_the_law_is_closed_at_both_ends():
    law = TracyWidom1()
    assert law.cdf([-50.0, 50.0]) == pytest.approx([0.0, 1.0], abs=1e-11)
    assert (law.pdf([-50.0, 50.0]) == 0).all()
    assert tuple(law.ppf([0.0, 1.0])) == (-np.inf, np.inf)
    assert np.isnan(law.ppf([-0.1, 1.1])).all()
    assert np.ndim(law.ppf(0.95)) == 0
