"""Masks by score: their formulas, exact counts, n:m groups, and what update does to the rest."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from pydantic import ValidationError

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.errors import InputError
from rmt_studio.models.layers import Layer, Role
from rmt_studio.pruning import EntryMask, LayerRule, apply_rule
from rmt_studio.spectra import Spectrum, fit_bulk

SHAPE = (60, 96)
SCORES = ("random", "magnitude", "wanda", "second_order")


@pytest.fixture(scope="module")
def weight():
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(3)) * 0.1


@pytest.fixture(scope="module")
def inputs():
    """Correlated inputs of unequal size, columns (in, tokens)."""
    generator = torch.Generator().manual_seed(4)
    mix = torch.randn(SHAPE[1], SHAPE[1], generator=generator).double()
    mix *= torch.linspace(0.1, 3, SHAPE[1])[:, None]
    return mix @ torch.randn(SHAPE[1], 400, generator=generator).double()


@pytest.fixture(scope="module")
def moments(inputs):
    return inputs @ inputs.mT / inputs.shape[1]


@pytest.fixture(scope="module")
def layer(weight):
    spectrum = Spectrum.of(weight)
    name = Layer("w", Role.OTHER, "w.weight", None, tuple(weight.shape), None)
    return LayerAnalysis(name, spectrum, fit_bulk(spectrum))


def applied(weight, layer, step, **measured):
    return apply_rule(weight, LayerRule(steps=(step,)), layer, **measured)


def test_that_wanda_ranks_each_row_by_its_formula(weight, layer, inputs, moments):
    step = EntryMask(score="wanda", share=0.5, compare="row")
    pruned, _ = applied(weight, layer, step, moments=moments)
    scores = weight.double().abs() * inputs.norm(dim=1)
    for row in range(SHAPE[0]):
        expected = set(scores[row].argsort()[: SHAPE[1] // 2].tolist())
        assert set((pruned[row] == 0).nonzero()[:, 0].tolist()) == expected
    assert torch.equal(pruned[pruned != 0], weight[pruned != 0])


def test_that_second_order_ranks_the_matrix_by_its_formula(weight, layer, moments):
    step = EntryMask(score="second_order", share=0.3, damping=0.02)
    pruned, _ = applied(weight, layer, step, moments=moments)
    damped = moments + 0.02 * moments.trace() / SHAPE[1] * torch.eye(SHAPE[1])
    upper = torch.linalg.cholesky(torch.linalg.inv(damped), upper=True)
    scores = (weight.double() / upper.diagonal()).square()
    gone = pruned == 0
    assert scores[gone].max() <= scores[~gone].min()


def test_that_outputs_count_by_their_gradients(weight, layer, moments):
    gradients = torch.ones(SHAPE[0])
    gradients[:30] = 1e6
    step = EntryMask(score="second_order", share=0.5, outputs="gradient")
    pruned, _ = applied(weight, layer, step, moments=moments, gradients=gradients)
    assert (pruned[:30] == 0).float().mean() < 0.05
    assert (pruned[30:] == 0).float().mean() > 0.95


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("compare", ["row", "matrix"])
@pytest.mark.parametrize("share", [0.0, 0.305, 0.5, 1.0])
def test_that_a_share_is_exact_over_the_matrix(weight, layer, moments, score, compare, share):
    step = EntryMask(score=score, share=share, compare=compare)
    pruned, effect = applied(weight, layer, step, moments=moments)
    assert int((pruned == 0).sum()) == round(share * weight.numel())
    assert effect.sparsity == pytest.approx(share, abs=1 / weight.numel())
    if compare == "row":
        counts = (pruned == 0).sum(1)
        assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.71])
def test_that_the_sweep_hits_its_share(weight, layer, moments, share):
    step = EntryMask(score="second_order", share=share, update="sweep")
    pruned, _ = applied(weight, layer, step, moments=moments)
    assert int((pruned == 0).sum()) == round(share * weight.numel())


@pytest.mark.parametrize(
    ("score", "update"),
    [*product(SCORES, ("none", "exact")), ("second_order", "sweep")],
)
@pytest.mark.parametrize(("pattern", "n", "m"), [("2:4", 2, 4), ("4:8", 4, 8), ("8:16", 8, 16)])
def test_that_groups_along_the_inputs_are_exact(
    weight, layer, moments, score, update, pattern, n, m
):
    step = EntryMask(score=score, pattern=pattern, update=update)
    pruned, effect = applied(weight, layer, step, moments=moments)
    kept = (pruned != 0).reshape(SHAPE[0], -1, m).sum(2)
    assert (kept == n).all()
    assert effect.sparsity == pytest.approx(1 - n / m)


def test_that_inputs_that_groups_do_not_divide_are_refused(layer, weight):
    with pytest.raises(InputError, match="groups of 7"):
        applied(weight, layer, EntryMask(score="magnitude", pattern="2:7"))


def test_that_random_masks_follow_their_seed(weight, layer):
    first, again, other = (
        applied(weight, layer, EntryMask(score="random", share=0.5, seed=seed))[0] == 0
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert 0.4 < (first == other).float().mean() < 0.6  # independent halves agree on half


def test_that_an_update_lowers_the_error_of_the_outputs(weight, layer, moments):
    errors = {}
    for update in ("none", "sweep", "exact"):
        step = EntryMask(score="second_order", share=0.5, update=update)
        _, effect = applied(weight, layer, step, moments=moments)
        assert effect.inputs == "measured"
        errors[update] = effect.output_error
    assert max(errors["sweep"], errors["exact"]) < errors["none"]


def test_that_the_measured_error_is_that_of_the_outputs(weight, layer, inputs, moments):
    step = EntryMask(score="magnitude", share=0.5)
    pruned, effect = applied(weight, layer, step, moments=moments)
    lost, dense = (weight - pruned).double() @ inputs, weight.double() @ inputs
    assert effect.output_error == pytest.approx((lost.norm() / dense.norm()).item())


def test_that_what_is_zero_stays_zero(weight, layer, moments):
    sparse = torch.where(weight.abs() < 0.05, 0.0, weight)
    for update in ("exact", "sweep"):
        step = EntryMask(score="second_order", share=0.1, update=update)
        pruned, _ = applied(sparse, layer, step, moments=moments)
        assert not pruned[sparse == 0].any()


def test_that_without_moments_inputs_are_white(weight, layer):
    """The prediction of the window without images: Wanda is magnitude, updates change nothing."""
    wanda = applied(weight, layer, EntryMask(score="wanda", share=0.4))[0]
    updated = applied(weight, layer, EntryMask(score="second_order", share=0.4, update="exact"))[0]
    plain = applied(weight, layer, EntryMask(score="magnitude", share=0.4))[0]
    assert torch.equal(wanda, plain)
    assert torch.equal(updated, plain)


@pytest.mark.parametrize(
    "fields",
    [
        {"score": "wanda"},
        {"score": "wanda", "share": 0.5, "pattern": "2:4"},
        {"score": "wanda", "pattern": "4:4"},
        {"score": "wanda", "pattern": "0:4"},
        {"score": "wanda", "pattern": "two of four"},
        {"score": "wanda", "share": 0.5, "update": "sweep"},
        {"score": "second_order", "share": 0.5, "update": "sweep", "compare": "row"},
        {"score": "guess", "share": 0.5},
        {"score": "wanda", "share": 1.5},
        {"score": "random", "share": 0.5, "seed": -1},
    ],
)
def test_that_a_mask_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValidationError):
        EntryMask(**fields)
