"""Low rank plus sparse: planted parts come back, numbers are counted, outputs are what counts."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from rmt_studio.analysis import LayerAnalysis
from rmt_studio.models.layers import Layer, Role
from rmt_studio.pruning import EntryThreshold, LayerRule, LowRank, LowRankPlusSparse, apply_rule
from rmt_studio.spectra import Spectrum, fit_bulk

OUT, IN, RANK, ENTRIES = 60, 80, 3, 200


def drawn(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def planted():
    """A product of rank 3 with entries near 1, and 200 entries of size 10 beside it."""
    thin = drawn(OUT, RANK, seed=1) @ drawn(RANK, IN, seed=2)
    sparse = torch.zeros(OUT * IN, dtype=torch.float64)
    places = torch.randperm(OUT * IN, generator=torch.Generator().manual_seed(3))[:ENTRIES]
    sparse[places] = 10 * drawn(ENTRIES, seed=4).sign()
    return thin, sparse.view(OUT, IN)


@pytest.fixture(scope="module")
def moments():
    inputs = (drawn(IN, IN, seed=5) / IN**0.5 + torch.eye(IN)) @ drawn(IN, 4000, seed=6)
    return inputs @ inputs.mT / 4000


def analysed(weight):
    layer = Layer("w", Role.OTHER, "w.weight", None, tuple(weight.shape), 0)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


def step(**changes):
    fields = {"rank": RANK, "share": 1 - ENTRIES / (OUT * IN), "rounds": 60} | changes
    return LowRankPlusSparse(**fields)


def taken(weight, one, moments=None):
    return apply_rule(weight, LayerRule(steps=(one,)), analysed(weight), moments=moments)


@pytest.mark.parametrize("white", [True, False])
def test_that_planted_parts_come_back(planted, moments, white):
    weight = sum(planted)
    found, effect = taken(weight, step(), None if white else moments)
    assert effect.output_error < 1e-3
    assert (found - weight).norm() < 2e-3 * weight.norm()
    assert effect.stored_as == "low rank plus sparse"
    assert effect.parameters_kept == RANK * (OUT + IN) + ENTRIES


def test_that_neither_part_alone_comes_near(planted, moments):
    weight = sum(planted)
    kept = RANK * (OUT + IN) + ENTRIES
    both = taken(weight, step(), moments)[1].output_error
    thin = taken(weight, LowRank(rank=kept // (OUT + IN)), moments)[1].output_error
    sparse = taken(weight, step(rank=0, share=1 - kept / (OUT * IN)), moments)[1].output_error
    assert both < 0.01 * min(thin, sparse)


def test_that_the_number_of_stored_parameters_is_that_of_both_parts(moments):
    weight = drawn(OUT, IN, seed=7)
    found, effect = taken(weight, step(rank=5, share=0.8, rounds=3), moments)
    assert effect.parameters_kept == 5 * (OUT + IN) + OUT * IN - round(0.8 * OUT * IN)
    assert torch.count_nonzero(found) > effect.parameters_kept


def test_that_more_rounds_do_not_do_worse_on_outputs(moments):
    weight = drawn(OUT, IN, seed=8)
    once = taken(weight, step(rank=5, share=0.8, rounds=1), moments)[1].output_error
    often = taken(weight, step(rank=5, share=0.8, rounds=12), moments)[1].output_error
    assert often <= once


def test_that_without_a_rank_it_is_a_mask(moments):
    weight = drawn(OUT, IN, seed=9)
    found, effect = taken(weight, step(rank=0, share=0.75), moments)
    assert effect.stored_as == "masked"
    assert torch.count_nonzero(found) == effect.parameters_kept == OUT * IN // 4


def test_that_a_later_step_forgets_the_parts(moments):
    weight = drawn(OUT, IN, seed=10)
    rule = LayerRule(steps=(step(rank=5, share=0.9, rounds=2), EntryThreshold(share=0.5)))
    _, effect = apply_rule(weight, rule, analysed(weight), moments=moments)
    assert effect.stored_as == "masked"
    assert effect.parameters_kept == OUT * IN // 2


def test_that_the_kept_numbers_of_a_fill_are_the_target(small_model, small_analysis, few_digits):
    from rmt_studio.pruning import fill_recipe

    recipe = fill_recipe(
        small_model, small_analysis, "low-rank-sparse", 0.6, calibration=few_digits
    )
    total = 0
    for name, rule in recipe.rules.items():
        shape, one = small_model.layer(name).shape, rule.step(LowRankPlusSparse)
        assert one.rank > 0
        entries = shape[0] * shape[1]
        total += one.rank * sum(shape) + entries - round(one.share * entries)
    assert total == small_model.block_parameter_count - round(
        0.6 * small_model.block_parameter_count
    )
    thin = dataclasses.replace(small_analysis[1].layer, shape=(40, 192))
    spectrum = Spectrum.of(small_model.weight(small_analysis[1].layer)[:40])
    one = LayerAnalysis(thin, spectrum, fit_bulk(spectrum))
    from rmt_studio.analysis import Analysis

    others = [x for x in small_analysis if x.name != thin.name]
    again = fill_recipe(
        small_model, Analysis([one, *others]), "low-rank-sparse", 0.4, calibration=few_digits
    )
    assert again.rule(thin.name).step(LowRankPlusSparse).rank == 0
