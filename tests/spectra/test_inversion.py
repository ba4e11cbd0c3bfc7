from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.spectra.inversion import invert_cdf

LEVELS = np.array([0.0, 1e-12, 1e-3, 0.25, 0.5, 0.75, 0.999, 1 - 1e-9, 1.0])


def test_that_the_quantiles_of_a_parabola_are_roots():
    """cdf x^2 on [0, 1]: its density vanishes at the lower end."""
    found = invert_cdf(np.square, lambda x: 2 * x, np.linspace(0, 1, 9), LEVELS, noise=1e-16)
    assert found == pytest.approx(np.sqrt(LEVELS), abs=1e-7)
    assert found[2:] == pytest.approx(np.sqrt(LEVELS[2:]), rel=1e-12)


def test_that_a_density_without_bound_does_not_throw_the_search_off():
    """cdf sqrt(x), as at the hard edge of a square matrix: the density is infinite at 0."""

    def density(x):
        return 0.5 / np.sqrt(np.maximum(x, 1e-300))

    found = invert_cdf(np.sqrt, density, np.linspace(0, 1, 9), LEVELS, noise=1e-16)
    assert found == pytest.approx(LEVELS**2, rel=1e-9, abs=1e-15)


def test_that_a_flat_stretch_is_crossed():
    """Half of the mass on each of two intervals, nothing between them."""

    def cdf(x):
        return np.clip(x, 0, 1) / 2 + np.clip(x - 9, 0, 1) / 2

    def density(x):
        return 0.5 * (((x >= 0) & (x <= 1)) | ((x >= 9) & (x <= 10)))

    levels = np.array([0.1, 0.4, 0.6, 0.9])
    found = invert_cdf(cdf, density, np.linspace(0, 10, 5), levels, noise=1e-15)
    assert found == pytest.approx([0.2, 0.8, 9.2, 9.8], rel=1e-12)


def test_that_levels_outside_0_and_1_have_no_quantile():
    levels = np.array([-0.1, 1.1, np.nan])
    found = invert_cdf(np.square, lambda x: 2 * x, np.linspace(0, 1, 9), levels, noise=1e-16)
    assert np.isnan(found).all()
