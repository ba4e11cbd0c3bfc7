"""The three steps against their formulas, on matrices whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.models.layers import Layer, Role
from rmt_studio.pruning import (
    EntryThreshold,
    LayerProfile,
    LayerRule,
    SingularValueCut,
    SingularValueDenoising,
    SingularVectorNullTest,
    SingularVectorSparsification,
    apply_rule,
)
from rmt_studio.pruning.effect import kept_rank
from rmt_studio.pruning.methods.singular_vectors import vector_thresholds
from rmt_studio.spectra import Spectrum, fit_bulk, optimal_hard_threshold, optimal_shrinkage


@pytest.fixture
def weight():
    generator = torch.Generator().manual_seed(7)
    noise = torch.randn(96, 48, generator=generator) * 0.02
    left = torch.linalg.qr(torch.randn(96, 3, generator=generator))[0]
    right = torch.linalg.qr(torch.randn(48, 3, generator=generator))[0]
    return noise + left @ torch.diag(torch.tensor([2.0, 1.5, 1.0])) @ right.T


@pytest.fixture
def layer(weight):
    spectrum = Spectrum.of(weight)
    name = Layer("w", Role.OTHER, "w.weight", None, tuple(weight.shape), None)
    return LayerAnalysis(name, spectrum, fit_bulk(spectrum))


def test_that_a_rank_cut_is_the_best_approximation_of_its_rank(weight, layer):
    cut, effect = apply_rule(weight, LayerRule(steps=(SingularValueCut(rank=5),)), layer)
    values = layer.spectrum.singular_values
    assert torch.linalg.matrix_rank(cut.double(), rtol=1e-5) == 5
    error = (weight.double() - cut.double()).norm().item()
    assert error == pytest.approx(np.sqrt((values[5:] ** 2).sum()), rel=1e-5)
    assert effect.parameters_kept == 5 * (96 + 48)
    assert effect.stored_as == "two factors"
    assert effect.energy_kept == pytest.approx((values[:5] ** 2).sum() / (values**2).sum())


def test_that_a_cut_at_the_edge_keeps_the_planted_spikes(weight, layer):
    rule = LayerRule(steps=(SingularValueCut(edge_multiple=1.1),))
    assert apply_rule(weight, rule, layer)[1].rank == 3


def test_that_the_schedule_keeps_the_largest_share_below_the_edge(weight, layer):
    rule = LayerRule(steps=(SingularValueCut(edge_multiple=1.1, keep=0.5),))
    assert apply_rule(weight, rule, layer)[1].rank == 3 + (48 - 3) // 2


def test_that_a_cut_that_keeps_everything_changes_nothing(weight, layer):
    same, effect = apply_rule(weight, LayerRule(steps=(SingularValueCut(rank=48),)), layer)
    assert torch.equal(same, weight)
    assert effect.parameters_kept == effect.parameters


def test_that_a_share_zeroes_exactly_that_many_smallest_entries(weight, layer):
    rule = LayerRule(steps=(EntryThreshold(share=0.25),))
    masked, effect = apply_rule(weight, rule, layer)
    gone = masked == 0
    assert int(gone.sum()) == round(0.25 * weight.numel())
    assert weight[gone].abs().max() <= weight[~gone].abs().min()
    assert torch.equal(masked[~gone], weight[~gone])
    assert effect.sparsity == pytest.approx(0.25)


def test_that_a_threshold_zeroes_exactly_the_entries_under_it(weight, layer):
    threshold = 0.015
    masked, _ = apply_rule(weight, LayerRule(steps=(EntryThreshold(threshold=threshold),)), layer)
    assert torch.equal(masked == 0, weight.abs() < threshold)


def test_that_vector_thresholds_follow_the_published_formula():
    values = torch.tensor([2.0, 1.0, 0.5, 0.0], dtype=torch.float64)
    step = SingularVectorSparsification(theta=3.0)
    found = vector_thresholds(values, 1.0, step)
    expected = [3 / 750, 3 / 750, 3 * max(1 / 750, 0.5**30), 3.0]
    assert found.tolist() == pytest.approx(expected)


def test_that_vector_sparsification_with_theta_zero_keeps_the_matrix(weight, layer):
    rule = LayerRule(steps=(SingularVectorSparsification(theta=0.0),))
    same, effect = apply_rule(weight, rule, layer)
    torch.testing.assert_close(same, weight, rtol=0, atol=1e-6)
    assert effect.parameters_kept == effect.parameters


def test_that_vector_sparsification_zeroes_small_entries_of_the_vectors(weight, layer):
    step = SingularVectorSparsification(theta=60.0)
    sparse, effect = apply_rule(weight, LayerRule(steps=(step,)), layer)
    left, values, right = torch.linalg.svd(weight.double(), full_matrices=False)
    threshold = vector_thresholds(values, layer.fit.singular_value_edge, step)
    left = torch.where(left.abs() < threshold, 0.0, left)
    right = torch.where(right.mT.abs() < threshold, 0.0, right.mT)
    torch.testing.assert_close(sparse.double(), (left * values) @ right.mT, rtol=0, atol=1e-6)
    assert 0 < effect.output_error < 1


def test_that_steps_combine_in_order(weight, layer):
    cut, mask = SingularValueCut(rank=6), EntryThreshold(share=0.5)
    both, effect = apply_rule(weight, LayerRule(steps=(cut, mask)), layer)
    first, _ = apply_rule(weight, LayerRule(steps=(cut,)), layer)
    kept = both != 0
    torch.testing.assert_close(both[kept], first[kept])
    assert int(kept.sum()) == weight.numel() - round(0.5 * weight.numel())
    assert effect.stored_as == "masked"
    assert effect.rank is None  # the zeros between the entries that stay fill the rank up again


@pytest.fixture
def inputs():
    sample = torch.randn(48, 100, generator=torch.Generator().manual_seed(1))
    sample[0] *= 10
    return sample


def test_that_measured_inputs_change_the_output_error_only(weight, layer, inputs):
    rule = LayerRule(steps=(EntryThreshold(share=0.5),))
    masked, white = apply_rule(weight, rule, layer)
    _, measured = apply_rule(weight, rule, layer, inputs)
    error = ((weight - masked) @ inputs).norm() / (weight @ inputs).norm()
    assert measured.output_error == pytest.approx(error.item(), rel=1e-5)
    assert white.output_error == pytest.approx(
        ((weight - masked).norm() / weight.norm()).item(), rel=1e-5
    )
    assert (white.inputs, measured.inputs) == ("white", "measured")
    assert measured.parameters_kept == white.parameters_kept


@pytest.mark.parametrize(
    "rule",
    [
        LayerRule(steps=(SingularValueCut(rank=7),)),
        LayerRule(steps=(EntryThreshold(share=0.5),)),
        LayerRule(steps=(EntryThreshold(share=0.237),)),
    ],
)
def test_that_the_prediction_holds_for_measured_inputs(weight, layer, inputs, rule):
    predicted = LayerProfile.of(weight, layer.spectrum, layer.fit, inputs).predict(rule)
    _, measured = apply_rule(weight, rule, layer, inputs)
    assert predicted is not None
    assert predicted.output_error == pytest.approx(measured.output_error, abs=5e-3)
    assert predicted.inputs == measured.inputs == "measured"


@pytest.mark.parametrize(
    "rule",
    [
        LayerRule(),
        LayerRule(steps=(SingularValueCut(rank=7),)),
        LayerRule(steps=(SingularValueCut(rank=0),)),
        LayerRule(steps=(SingularValueCut(rank=48),)),
        LayerRule(steps=(SingularValueCut(edge_multiple=0.8, keep=0.2),)),
        LayerRule(steps=(EntryThreshold(share=0.37),)),
        LayerRule(steps=(EntryThreshold(threshold=0.01),)),
        LayerRule(steps=(EntryThreshold(threshold=0.0),)),
    ],
)
def test_that_the_prediction_is_what_the_rule_then_does(weight, layer, rule):
    predicted = LayerProfile.of(weight, layer.spectrum, layer.fit).predict(rule)
    _, measured = apply_rule(weight, rule, layer)
    assert predicted is not None
    assert predicted.parameters_kept == measured.parameters_kept
    assert predicted.stored_as == measured.stored_as
    assert predicted.rank == measured.rank
    assert predicted.energy_kept == pytest.approx(measured.energy_kept, abs=1e-6)
    assert predicted.output_error == pytest.approx(measured.output_error, abs=1e-3)


def test_that_dtype_is_kept_and_the_dense_matrix_is_untouched(weight, layer):
    half = weight.to(torch.bfloat16)
    before = half.clone()
    pruned, _ = apply_rule(half, LayerRule(steps=(SingularValueCut(rank=4),)), layer)
    assert pruned.dtype == torch.bfloat16
    assert torch.equal(half, before)


def test_that_the_kept_share_of_a_schedule_is_not_lost_to_rounding():
    rng = np.random.default_rng(0)
    spectrum = Spectrum.of(rng.standard_normal((100, 300)))
    cut = SingularValueCut(edge_multiple=10.0, keep=0.29)
    assert kept_rank(cut, spectrum, fit_bulk(spectrum)) == 29


@pytest.mark.parametrize("loss", ["frobenius", "operator", "nuclear"])
def test_that_shrinkage_restores_the_planted_spikes(weight, layer, loss):
    rule = LayerRule(steps=(SingularValueDenoising(loss=loss),))
    found, effect = apply_rule(weight, rule, layer)
    expected = optimal_shrinkage(layer.spectrum.singular_values, layer.fit, loss)
    values = torch.linalg.svdvals(found.double()).numpy()
    np.testing.assert_allclose(values, expected, atol=1e-6)
    assert effect.rank == np.count_nonzero(expected)
    assert effect.parameters_kept == effect.rank * sum(weight.shape)


def test_that_the_hard_threshold_lies_at_the_optimal_place(weight, layer):
    rule = LayerRule(steps=(SingularValueDenoising(loss="hard"),))
    found, effect = apply_rule(weight, rule, layer)
    place = optimal_hard_threshold(layer.fit)
    values = layer.spectrum.singular_values
    assert effect.rank == np.count_nonzero(values > place) == 3
    np.testing.assert_allclose(
        torch.linalg.svdvals(found.double()).numpy()[:3], values[:3], rtol=1e-5
    )


def test_that_shrinkage_comes_nearer_to_the_signal_than_cutting(weight, layer):
    """On the planted matrix, whose signal is known."""
    generator = torch.Generator().manual_seed(7)
    noise = torch.randn(96, 48, generator=generator) * 0.02
    signal = (weight - noise).double()
    errors = [
        (apply_rule(weight, LayerRule(steps=(step,)), layer)[0].double() - signal).norm().item()
        for step in (SingularValueDenoising(loss="frobenius"), SingularValueCut(rank=3))
    ]
    assert errors[0] < errors[1]


def test_that_entries_that_a_uniform_vector_would_have_go(weight, layer):
    step = SingularVectorNullTest(z=1.5)
    sparse, effect = apply_rule(weight, LayerRule(steps=(step,)), layer)
    left, values, right = torch.linalg.svd(weight.double(), full_matrices=False)
    left = torch.where(left.abs() < 1.5 / 96**0.5, 0.0, left)
    right = torch.where(right.mT.abs() < 1.5 / 48**0.5, 0.0, right.mT)
    torch.testing.assert_close(sparse.double(), (left * values) @ right.mT, rtol=0, atol=1e-6)
    assert (left == 0).double().mean() == pytest.approx(0.8664, abs=0.02)  # of a normal law
    assert effect.stored_as == "sparse factors"
