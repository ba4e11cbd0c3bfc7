"""Low-rank steps: no other matrix of their rank does better in their metric."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.models.layers import Layer, Role
from rmt_studio.pruning import LayerRule, LowRank, apply_rule
from rmt_studio.pruning.methods.low_rank import leading_outputs
from rmt_studio.spectra import Spectrum, fit_bulk

RANK = 9


@pytest.fixture(scope="module", params=[(60, 52), (52, 60)])
def weight(request):
    return torch.randn(request.param, generator=torch.Generator().manual_seed(5)).double()


@pytest.fixture(scope="module")
def layer(weight):
    spectrum = Spectrum.of(weight)
    name = Layer("w", Role.OTHER, "w.weight", None, tuple(weight.shape), None)
    return LayerAnalysis(name, spectrum, fit_bulk(spectrum))


@pytest.fixture(scope="module")
def inputs(weight):
    """Inputs of very unequal size, columns (in, tokens)."""
    generator = torch.Generator().manual_seed(6)
    width = weight.shape[1]
    mix = torch.randn(width, width, generator=generator).double()
    mix *= torch.logspace(-2, 1, width)[:, None]
    return mix @ torch.randn(width, 500, generator=generator).double()


@pytest.fixture(scope="module")
def moments(inputs):
    return inputs @ inputs.mT / inputs.shape[1]


def approximated(weight, layer, moments, metric, rank=RANK):
    rule = LayerRule(steps=(LowRank(rank=rank, metric=metric),))
    return apply_rule(weight, rule, layer, moments=moments)


def test_that_whitened_svd_reaches_the_least_possible_output_error(weight, layer, inputs, moments):
    """Eckart & Young on the outputs: what is left is no less than the tail of ``W X``."""
    found, effect = approximated(weight, layer, moments, "whitened")
    assert torch.linalg.matrix_rank(found) == RANK
    bound = torch.linalg.svdvals(weight @ inputs)[RANK:].norm()
    torch.testing.assert_close(((weight - found) @ inputs).norm(), bound)
    assert effect.output_error == pytest.approx((bound / (weight @ inputs).norm()).item())
    assert effect.stored_as == "two factors"
    assert effect.parameters_kept == RANK * sum(weight.shape)


def test_that_it_is_the_published_product_of_factors(weight, layer, moments):
    """``A B = U_r S_r V_r^T L^-1`` with ``L`` the Cholesky factor of the moments."""
    lower = torch.linalg.cholesky(moments)
    left, values, right = torch.linalg.svd(weight @ lower, full_matrices=False)
    cut = (left[:, :RANK] * values[:RANK]) @ right[:RANK]
    expected = torch.linalg.solve_triangular(lower, cut, upper=False, left=False)
    found, _ = approximated(weight, layer, moments, "whitened")
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-8)


def test_that_no_perturbation_of_the_same_rank_does_better(weight, layer, inputs, moments):
    found, _ = approximated(weight, layer, moments, "whitened")
    least = ((weight - found) @ inputs).norm()
    left, values, right = torch.linalg.svd(found, full_matrices=False)
    a, b = left[:, :RANK] * values[:RANK], right[:RANK]
    generator = torch.Generator().manual_seed(7)
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(20):
            moved = [
                x + size * x.norm() / x.numel() ** 0.5
                * torch.randn(x.shape, generator=generator).double()
                for x in (a, b)
            ]  # fmt: skip
            assert ((weight - moved[0] @ moved[1]) @ inputs).norm() >= least


def test_that_random_rivals_of_the_same_rank_do_worse(weight, layer, inputs, moments):
    """Against any basis of outputs with its best coefficients, tall matrices and wide ones."""
    generator = torch.Generator().manual_seed(3)
    for matrix, seen in ((weight, inputs), (weight[:, :20], inputs[:20])):
        second = seen @ seen.mT / seen.shape[1]
        left = leading_outputs(matrix, second, RANK)
        torch.testing.assert_close(left.mT @ left, torch.eye(RANK, dtype=left.dtype))
        least = (matrix @ seen - left @ (left.mT @ matrix) @ seen).norm()
        for _ in range(50):
            drawn = torch.randn(len(matrix), RANK, generator=generator, dtype=matrix.dtype)
            basis = torch.linalg.qr(drawn).Q
            assert ((matrix - basis @ (basis.mT @ matrix)) @ seen).norm() > least


def test_that_the_plain_metric_is_the_truncated_svd(weight, layer):
    found, _ = approximated(weight, layer, None, "plain")
    left, values, right = torch.linalg.svd(weight, full_matrices=False)
    torch.testing.assert_close(found, (left[:, :RANK] * values[:RANK]) @ right[:RANK])


def test_that_the_diagonal_metric_scales_each_input_by_the_root_of_its_size(weight, layer, moments):
    """ASVD: ``W S`` with ``S = diag(size_j)^(1/2)`` is cut, and ``S`` taken out again."""
    scale = moments.diagonal().sqrt().sqrt()
    left, values, right = torch.linalg.svd(weight * scale, full_matrices=False)
    expected = (left[:, :RANK] * values[:RANK]) @ right[:RANK] / scale
    found, _ = approximated(weight, layer, moments, "diagonal")
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-8)


def test_that_inputs_that_never_move_do_no_harm(weight, layer, moments):
    dead = moments.clone()
    dead[:4], dead[:, :4] = 0, 0
    found, _ = approximated(weight, layer, dead, "whitened")
    assert torch.isfinite(found).all()


def test_that_the_full_rank_changes_nothing(weight, layer, moments):
    found, effect = approximated(weight, layer, moments, "whitened", rank=min(weight.shape))
    assert torch.equal(found, weight)
    assert effect.parameters_kept == effect.parameters
