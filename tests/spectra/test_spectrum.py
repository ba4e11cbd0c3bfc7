from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.spectra import Spectrum


@pytest.mark.parametrize("shape", [(64, 64), (48, 192), (192, 48), (1, 30), (30, 1), (1, 1)])
def test_that_the_spectrum_is_that_of_a_plain_decomposition(noise, shape):
    weight = noise(*shape)
    spectrum = Spectrum.of(weight)
    expected = np.linalg.svd(weight, compute_uv=False)
    np.testing.assert_allclose(spectrum.singular_values, expected, rtol=1e-8)
    np.testing.assert_allclose(spectrum.eigenvalues, expected**2 / max(shape), rtol=1e-8)
    assert spectrum.shape == shape
    assert (spectrum.samples, spectrum.dimension) == (max(shape), min(shape))
    assert spectrum.ratio == min(shape) / max(shape)


@pytest.mark.parametrize("smallest", [1e-2, 3e-4, 1e-4, 1e-5, 1.1e-6])
@pytest.mark.parametrize("kind", ["graded", "two levels", "one small"])
def test_that_small_singular_values_keep_six_digits(with_singular_values, smallest, kind):
    known = {
        "graded": np.geomspace(1.0, smallest, 96),
        "two levels": np.repeat([1.0, smallest], 48),
        "one small": np.append(np.ones(95), smallest),
    }[kind]
    for columns in (96, 300):
        spectrum = Spectrum.of(with_singular_values(known, columns))
        np.testing.assert_allclose(spectrum.singular_values, known, rtol=1e-6)


def test_that_transposing_changes_only_the_shape(noise):
    weight = noise(80, 200)
    one, other = Spectrum.of(weight), Spectrum.of(weight.T)
    np.testing.assert_allclose(one.singular_values, other.singular_values, rtol=1e-10)
    assert other.shape == (200, 80)
    assert one.ratio == other.ratio


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_that_the_scale_of_the_weight_costs_no_digits(noise, scale):
    weight = noise(40, 90)
    values = Spectrum.of(weight * scale).singular_values
    np.testing.assert_allclose(values / scale, Spectrum.of(weight).singular_values, rtol=1e-10)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn]
)
def test_that_every_float_type_is_read_in_double_precision(noise, dtype):
    weight = torch.from_numpy(noise(30, 70)).to(dtype)
    expected = torch.linalg.svdvals(weight.double()).numpy()
    spectrum = Spectrum.of(weight)
    assert spectrum.singular_values.dtype == np.float64
    np.testing.assert_allclose(spectrum.singular_values, expected, rtol=1e-9)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f4", "f8", np.longdouble])
def test_that_every_numpy_float_is_read(noise, dtype):
    weight = noise(30, 70).astype(dtype)
    expected = np.linalg.svd(weight.astype("f8"), compute_uv=False)
    np.testing.assert_allclose(Spectrum.of(weight).singular_values, expected, rtol=1e-9)


def test_that_views_parameters_and_frozen_arrays_are_read_and_left_alone(noise):
    parameter = torch.nn.Parameter(torch.from_numpy(noise(60, 80)))
    before = parameter.detach().clone()
    view = parameter[::2].T
    expected = np.linalg.svd(before.numpy()[::2].T, compute_uv=False)
    np.testing.assert_allclose(Spectrum.of(view).singular_values, expected, rtol=1e-9)
    frozen = before.numpy()[::2].T
    frozen.setflags(write=False)
    np.testing.assert_allclose(Spectrum.of(frozen).singular_values, expected, rtol=1e-9)
    assert torch.equal(parameter, before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("smallest", [1e-2, 1.1e-6])
def test_that_a_cuda_weight_gives_the_same_spectrum(with_singular_values, smallest):
    known = np.geomspace(1.0, smallest, 64)
    weight = torch.from_numpy(with_singular_values(known, 200)).cuda()
    np.testing.assert_allclose(Spectrum.of(weight).singular_values, known, rtol=1e-6)


def test_that_a_matrix_of_zeros_has_a_spectrum_of_zeros():
    spectrum = Spectrum.of(np.zeros((5, 9)))
    assert (spectrum.singular_values == 0).all()
    assert (spectrum.eigenvalues == 0).all()


@pytest.mark.parametrize(
    ("weight", "reason"),
    [
        (np.ones((2, 3, 4)), "is not a matrix; unfold"),
        (np.ones(5), "is not a matrix"),
        (torch.ones(3, 0), "has no entries"),
        (np.ones((2, 3), dtype=int), "int64"),
        (np.ones((2, 3), dtype=complex), "complex128"),
        (torch.ones(2, 3, dtype=torch.int8), "int8"),
        (torch.ones(2, 3, dtype=torch.complex64), "complex64"),
        (torch.ones(2, 3).to_sparse(), "dense"),
        (torch.ones(2, 3, device="meta"), "dense"),
        ([[1.0, 2.0]], "neither a numpy array nor a torch tensor"),
        (np.array([[1.0, np.nan], [np.inf, 2.0]]), "holds 2 values that are not finite"),
        (torch.tensor([[1.0, -torch.inf]]), "holds 1 values that are not finite"),
    ],
)
def test_that_what_has_no_spectrum_is_refused_with_the_reason(weight, reason):
    with pytest.raises(InputError, match=reason):
        Spectrum.of(weight)


@pytest.mark.parametrize("values", [[3.0, 1.0], [1.0, 2.0, 3.0], [2.0, 1.0, -1.0], [np.inf, 1, 0]])
def test_that_values_which_are_no_spectrum_are_refused(values):
    with pytest.raises(InputError, match="spectrum of a 3 x 5 matrix"):
        Spectrum(np.array(values), (3, 5))


def test_that_a_spectrum_cannot_be_changed_and_survives_pickling(noise):
    spectrum = Spectrum.of(noise(6, 9))
    for values in (spectrum.singular_values, spectrum.eigenvalues):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0.0
    copy = pickle.loads(pickle.dumps(spectrum))
    assert (copy.singular_values == spectrum.singular_values).all()
    assert copy.shape == spectrum.shape
