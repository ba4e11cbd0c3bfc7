"""All singular vectors of one matrix."""

import numpy as np
import pytest
import torch

from rmt_studio.analysis.layer_analysis import LayerAnalysis
from rmt_studio.analysis.vectors import singular_basis
from rmt_studio.models.layers import Layer, Role
from rmt_studio.progress import Cancelled
from rmt_studio.spectra import Spectrum, fit_bulk


def analysed(weight):
    layer = Layer("some", Role.OTHER, "some.weight", None, tuple(weight.shape), None)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


@pytest.mark.parametrize("shape", [(40, 90), (90, 40), (50, 50)])
def test_that_the_vectors_give_the_matrix_back(shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    layer = analysed(weight)
    basis = singular_basis(weight, layer)
    back = (basis.left * layer.spectrum.singular_values) @ basis.right.T
    np.testing.assert_allclose(back, weight.numpy(), atol=2e-5)
    assert len(basis) == min(shape)


def test_that_a_matrix_of_low_rank_has_as_many_vectors_as_its_rank():
    generator = torch.Generator().manual_seed(2)
    weight = torch.randn(60, 20, generator=generator) @ torch.randn(20, 80, generator=generator)
    layer = analysed(weight)
    basis = singular_basis(weight, layer)
    assert len(basis) == 20
    back = (basis.left * layer.spectrum.singular_values[:20]) @ basis.right.T
    np.testing.assert_allclose(back, weight.numpy(), atol=1e-4)


def test_that_a_planted_entry_is_found_localised_and_positive():
    weight = 0.01 * torch.randn(64, 128, generator=torch.Generator().manual_seed(3))
    weight[5, 77] = -9.0
    pair = singular_basis(weight, analysed(weight)).pair(0)
    assert np.abs(pair.left).argmax() == 5
    assert np.abs(pair.right).argmax() == 77
    assert pair.right[77] > 0 > pair.left[5]
    assert pair.out_localisation.localised[0]
    assert pair.in_localisation.inverse_participation[0] == pytest.approx(1, abs=0.05)


def test_that_it_ends_where_it_is_cancelled():
    weight = torch.randn(30, 30, generator=torch.Generator().manual_seed(4))

    def stop(done, _total, _what):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        singular_basis(weight, analysed(weight), stop)


def ill_conditioned(out, inputs):
    """Return a matrix whose singular values fall evenly over six decades, and its vectors."""
    generator = np.random.default_rng(5)
    short = min(out, inputs)
    left, right = (np.linalg.qr(generator.normal(size=(n, short)))[0] for n in (out, inputs))
    weight = torch.as_tensor((left * np.logspace(0, -6, short)) @ right.T)
    return weight, left, right


@pytest.mark.parametrize("shape", [(30, 70), (70, 30)])
def test_that_vectors_of_small_values_are_exact(shape):
    weight, left, right = ill_conditioned(*shape)
    basis = singular_basis(weight, analysed(weight))
    assert len(basis) == 30
    for found, known in ((basis.left, left), (basis.right, right)):
        np.testing.assert_allclose(np.abs((found * known).sum(0)), 1, atol=1e-6)


def test_that_the_slow_way_can_be_left_between_its_steps():
    weight, _left, _right = ill_conditioned(30, 70)
    steps = []

    def stop(done, total, _what):
        steps.append(done)
        if done == total - 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        singular_basis(weight, analysed(weight), stop)
    assert steps == [0, 1, 2, 3]


def test_that_the_root_mean_square_of_all_vectors_is_even():
    weight = torch.randn(20, 50, generator=torch.Generator().manual_seed(6))
    basis = singular_basis(weight, analysed(weight))
    left, _right = basis.root_mean_square(0, 19)  # rows of an orthogonal matrix have length 1
    np.testing.assert_allclose(left, 20**-0.5, atol=1e-6)
    one = basis.root_mean_square(3, 3)
    np.testing.assert_allclose(one[1], np.abs(basis.right[:, 3]), atol=1e-7)
    with pytest.raises(IndexError):
        basis.root_mean_square(3, 20)
