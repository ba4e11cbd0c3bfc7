from __future__ import annotations

import numpy as np
import pytest

from rmt_studio.spectra import Spectrum, numerical_rank, spectral_entropy, stable_rank


def of_values(*values):
    return Spectrum(np.array(values, dtype=float), (len(values), len(values) + 3))


def test_that_a_flat_spectrum_uses_every_direction():
    flat = of_values(2.0, 2.0, 2.0, 2.0)
    assert stable_rank(flat) == pytest.approx(4.0)
    assert spectral_entropy(flat) == pytest.approx(1.0)
    assert numerical_rank(flat) == 4


def test_that_a_single_direction_is_rank_one():
    single = of_values(5.0, 0.0, 0.0)
    assert (stable_rank(single), spectral_entropy(single), numerical_rank(single)) == (1.0, 0.0, 1)


def test_that_zeros_have_no_direction():
    zeros = of_values(0.0, 0.0)
    assert (stable_rank(zeros), spectral_entropy(zeros), numerical_rank(zeros)) == (0.0, 0.0, 0)


def test_that_two_unequal_directions_give_the_binary_entropy():
    spectrum = of_values(np.sqrt(3.0), 1.0)
    assert stable_rank(spectrum) == pytest.approx(4 / 3)
    assert spectral_entropy(spectrum) == pytest.approx(-0.75 * np.log2(0.75) - 0.25 * np.log2(0.25))


def test_that_zeros_beside_the_rank_do_not_change_the_entropy():
    assert spectral_entropy(of_values(3.0, 1.0, 0.0, 0.0)) == pytest.approx(
        spectral_entropy(of_values(3.0, 1.0))
    )


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_that_the_scale_does_not_matter(scale):
    values = np.array([3.0, 2.0, 1.0])
    one, other = of_values(*values), of_values(*(scale * values))
    assert stable_rank(other) == pytest.approx(stable_rank(one))
    assert spectral_entropy(other) == pytest.approx(spectral_entropy(one))


def test_that_rounding_to_float32_does_not_raise_the_rank(noise):
    product = (noise(100, 7) @ noise(7, 300, seed=1)).astype(np.float32)
    assert numerical_rank(Spectrum.of(product)) == 7
    assert numerical_rank(Spectrum.of(product), tolerance=0.0) == 100
