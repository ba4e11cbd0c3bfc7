from __future__ import annotations

import math

import numpy as np
import pytest

from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    Spectrum,
    eigenvalue_tail,
    frobenius_norm,
    nuclear_norm,
    schatten_norm,
    spectral_norm,
    weightwatcher_columns,
)


def test_that_the_norms_are_those_of_linear_algebra(noise):
    weight = noise(20, 50)
    spectrum = Spectrum.of(weight)
    assert frobenius_norm(spectrum) == pytest.approx(np.linalg.norm(weight))
    assert spectral_norm(spectrum) == pytest.approx(np.linalg.norm(weight, 2))
    assert nuclear_norm(spectrum) == pytest.approx(np.linalg.norm(weight, "nuc"))


def test_that_a_schatten_norm_is_the_norm_of_the_singular_values():
    spectrum = Spectrum(np.array([4.0, 3.0]), (2, 5))
    assert schatten_norm(spectrum, 3) == pytest.approx(91 ** (1 / 3))
    assert schatten_norm(spectrum, 2) == pytest.approx(5.0)
    assert schatten_norm(spectrum, math.inf) == 4.0


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_that_extreme_scales_neither_vanish_nor_overflow(scale):
    spectrum = Spectrum(scale * np.array([4.0, 3.0]), (2, 5))
    assert frobenius_norm(spectrum) == pytest.approx(5.0 * scale)


def test_that_zeros_have_norm_zero():
    assert nuclear_norm(Spectrum(np.zeros(3), (3, 3))) == 0.0


@pytest.mark.parametrize("order", [0.5, -1.0, math.nan])
def test_that_orders_below_one_are_refused(order):
    with pytest.raises(InputError, match="is a norm from order 1 up only"):
        schatten_norm(Spectrum(np.ones(3), (3, 3)), order)


def test_that_the_columns_are_weightwatchers_formulas(noise):
    """On its own scale: eigenvalues are s^2, not s^2/n."""
    spectrum = Spectrum.of(noise(30, 80))
    evals = spectrum.singular_values**2
    columns = weightwatcher_columns(spectrum)
    tail = eigenvalue_tail(spectrum)
    assert columns["norm"] == pytest.approx(evals.sum())
    assert columns["log_norm"] == pytest.approx(np.log10(evals.sum()))
    assert columns["spectral_norm"] == pytest.approx(evals.max())
    assert columns["log_spectral_norm"] == pytest.approx(np.log10(evals.max()))
    assert columns["stable_rank"] == pytest.approx(evals.sum() / evals.max())
    assert columns["matrix_rank"] == 30
    assert columns["alpha"] == tail.alpha
    assert columns["alpha_weighted"] == pytest.approx(tail.alpha * np.log10(evals.max()))
    assert columns["log_alpha_norm"] == pytest.approx(np.log10((evals**tail.alpha).sum()))
    assert columns["xmin"] == pytest.approx(np.sort(evals)[-tail.count])
    assert columns["D"] == tail.distance
    assert columns == weightwatcher_columns(spectrum, tail)


def test_that_the_columns_are_weightwatchers_numbers():
    """Recorded from WeightWatcher 0.7.7 for 60 given eigenvalues: a power law over a flat bulk.

    Of `WWFit`, `matrix_rank` and `matrix_entropy` and the sums of `apply_norm_metrics`; `powerlaw`
    1.5 gives the same alpha, xmin, D and sigma.
    """
    i = np.arange(1, 61)
    evals = np.where(i <= 25, 12.0 * i**-1.3, 0.15 * (1 - (i - 25) / 40))
    columns = weightwatcher_columns(Spectrum(np.sqrt(evals), (60, 90)))
    entropy = columns.pop("entropy")
    assert columns == pytest.approx(
        {
            "norm": 34.93224266115307,
            "log_norm": 1.5432264683773582,
            "spectral_norm": 12.0,
            "log_spectral_norm": 1.0791812460476249,
            "stable_rank": 2.911020221762756,
            "matrix_rank": 60,
            "alpha": 1.8559070979366075,
            "xmin": 0.1827507781167243,
            "D": 0.039238305093363235,
            "sigma": 0.1711814195873215,
            "num_pl_spikes": 25,
            "alpha_weighted": 2.0028601344998593,
            "log_alpha_norm": 2.1409534841959283,
        },
        rel=1e-12,
    )
    assert entropy == pytest.approx(0.6591836514504475, rel=1e-6)  # it adds 1e-10 to each share


def test_that_a_matrix_without_a_tail_has_no_columns():
    with pytest.raises(InputError, match="needs two that differ"):
        weightwatcher_columns(Spectrum(np.zeros(3), (3, 3)))
