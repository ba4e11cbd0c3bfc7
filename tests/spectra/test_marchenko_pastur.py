from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from rmt_studio.errors import InputError
from rmt_studio.spectra import MarchenkoPastur
from rmt_studio.spectra.marchenko_pastur import midpoint_quantiles

RATIOS = (1e-3, 1e-2, 0.25, 0.5, 0.9, 0.999, 1.0)


def integral(law, weight, upper=np.pi / 2):
    """Integrate weight(x) pdf(x) over x = lo + (hi - lo) sin(t)^2, which tames both edges."""
    low, high = law.support

    def integrand(t):
        x = low + (high - low) * np.sin(t) ** 2
        return weight(x) * law.pdf(x) * (high - low) * np.sin(2 * t)

    return quad(integrand, 0.0, upper, epsabs=1e-12, epsrel=1e-12, limit=400)[0]


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("variance", [1.0, 4e-4])
def test_that_the_moments_are_the_published_ones(ratio, variance):
    law = MarchenkoPastur(ratio, variance)
    assert integral(law, lambda x: 1.0) == pytest.approx(1.0, rel=1e-9)
    assert integral(law, lambda x: x) == pytest.approx(variance, rel=1e-9)
    assert integral(law, lambda x: x**2) == pytest.approx(variance**2 * (1 + ratio), rel=1e-9)
    assert law.mean == variance
    assert law.second_moment == pytest.approx(variance**2 * (1 + ratio), rel=1e-15)


@pytest.mark.parametrize("ratio", RATIOS)
def test_that_the_cdf_is_the_integral_of_the_density(ratio):
    law = MarchenkoPastur(ratio, 0.7)
    low, high = law.support
    for t in np.linspace(0.05, 1.5, 12):
        x = low + (high - low) * np.sin(t) ** 2
        assert law.cdf(x) == pytest.approx(integral(law, lambda x: 1.0, upper=t), abs=1e-10)


@pytest.mark.parametrize("ratio", RATIOS)
def test_that_the_quantile_undoes_the_cdf(ratio):
    law = MarchenkoPastur(ratio, 2.5)
    low, high = law.support
    x = np.linspace(low, high, 2001)
    np.testing.assert_allclose(law.ppf(law.cdf(x)), x, rtol=0, atol=1e-10 * (high - low))
    q = np.concatenate([np.linspace(0, 1, 1001), [1e-12, 1e-6, 1 - 1e-6, 1 - 1e-12]])
    np.testing.assert_allclose(law.cdf(law.ppf(q)), q, rtol=0, atol=1e-13)


@pytest.mark.parametrize("ratio", RATIOS)
def test_that_the_cdf_is_0_below_the_support_and_1_above_it(ratio):
    law = MarchenkoPastur(ratio, 0.3)
    low, high = law.support
    assert (law.cdf([-np.inf, -1.0, low]) == 0).all()
    assert (law.cdf([high, 2 * high, 1e6, np.inf]) == 1).all()
    assert (np.diff(law.cdf(np.linspace(low, high, 5001))) >= 0).all()


def test_that_the_square_law_is_the_quarter_circle():
    """At c = 1 the root of the eigenvalue is quarter-circular: F = (s sqrt(4 - s^2)/2 + ...)."""
    s = np.linspace(0, 2, 101)
    quarter_circle = (s * np.sqrt(4 - s**2) / 2 + 2 * np.arcsin(s / 2)) / np.pi
    np.testing.assert_allclose(MarchenkoPastur(1.0).cdf(s**2), quarter_circle, atol=1e-15)


@pytest.mark.parametrize("ratio", [0.05, 0.25, 0.5, 1.0])
def test_that_the_quantiles_are_those_of_plain_integration(ratio):
    """Found without any formula of this file: the density integrated, the integral inverted."""
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2

    def share(x):
        end = np.arcsin(np.sqrt((x - low) / (high - low)))

        def integrand(t):
            x = low + (high - low) * np.sin(t) ** 2
            fall = (high - low) ** 2 * np.sin(2 * t) ** 2 / 2
            return fall / (2 * np.pi * ratio * x) if x > 0 else (high - low) / (np.pi * ratio)

        return quad(integrand, 0.0, end, epsabs=1e-12, epsrel=1e-12, limit=200)[0]

    for level in (0.05, 0.5, 0.95):
        found = brentq(lambda x: share(x) - level, low, high, xtol=1e-12)  # noqa: B023
        assert MarchenkoPastur(ratio).ppf(level) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize(("ratio", "omega"), [(1.0, 2.858362), (0.5, 2.171185), (0.25, 1.836866)])
def test_that_the_median_gives_the_published_factor_of_the_hard_threshold(ratio, omega):
    """Gavish & Donoho (2014): ``omega(c) = lambda*(c) / sqrt(median)``."""
    root = np.sqrt(ratio**2 + 14 * ratio + 1)
    threshold = np.sqrt(2 * (ratio + 1) + 8 * ratio / (ratio + 1 + root))
    found = threshold / np.sqrt(MarchenkoPastur(ratio).median())
    assert found == pytest.approx(omega, abs=6e-7)


def test_that_the_density_of_square_noise_stays_finite_at_zero():
    density = MarchenkoPastur(1.0).pdf([0.0, 1e-300, 1e-12])
    assert np.isfinite(density).all()
    assert density[0] == 0.0


@pytest.mark.parametrize("ratio", RATIOS)
def test_that_the_density_vanishes_outside_the_support(ratio):
    law = MarchenkoPastur(ratio)
    low, high = law.support
    assert (law.pdf([-1.0, low, high, 2 * high]) == 0).all()
    assert (law.pdf(np.linspace(low, high, 50)[1:-1]) > 0).all()


def test_that_scalars_and_arrays_keep_their_shape():
    law = MarchenkoPastur(0.5)
    assert np.ndim(law.cdf(1.0)) == np.ndim(law.ppf(0.5)) == np.ndim(law.pdf(1.0)) == 0
    assert law.cdf(np.ones((2, 3))).shape == law.ppf(np.full((2, 3), 0.5)).shape == (2, 3)
    assert law.ppf([]).shape == (0,)
    assert isinstance(law.median(), float)
    assert law.median() == law.ppf(0.5)


def test_that_what_is_no_number_stays_none():
    law = MarchenkoPastur(0.5)
    assert np.isnan(law.ppf([-0.1, 1.1, np.nan])).all()
    assert np.isnan([law.cdf(np.nan), law.pdf(np.nan)]).all()
    assert tuple(law.ppf([0.0, 1.0])) == pytest.approx(law.support)


@pytest.mark.parametrize("ratio", [0.0, -0.5, 1.0001, np.nan, np.inf])
def test_that_a_ratio_outside_its_range_is_refused(ratio):
    with pytest.raises(InputError, match="outside"):
        MarchenkoPastur(ratio)


@pytest.mark.parametrize("variance", [0.0, -1.0, np.nan, np.inf])
def test_that_a_variance_outside_its_range_is_refused(variance):
    with pytest.raises(InputError, match="not a positive finite number"):
        MarchenkoPastur(0.5, variance)


def test_that_a_law_survives_pickling():
    law = MarchenkoPastur(0.25, 2.0)
    assert pickle.loads(pickle.dumps(law)) == law


def test_that_midpoint_quantiles_stand_for_the_law():
    quantiles = midpoint_quantiles(2000, 0.25)
    assert quantiles.mean() == pytest.approx(1.0, abs=1e-4)
    assert (quantiles**2).mean() == pytest.approx(1.25, abs=1e-4)
    assert midpoint_quantiles(2000, 0.25) is quantiles
    with pytest.raises(ValueError, match="read-only"):
        quantiles[0] = 0.0


@pytest.mark.parametrize("variance", [1e-300, 1e300])
def test_that_the_density_has_no_range_of_variances(variance):
    law, unit = MarchenkoPastur(0.5, variance), MarchenkoPastur(0.5)
    x = np.linspace(*unit.support, 20)[1:-1]
    assert law.pdf(variance * x) * variance == pytest.approx(unit.pdf(x), rel=1e-12)
