"""Moments of later blocks come from what the earlier ones, pruned by then, give them."""

from __future__ import annotations

import copy
import dataclasses
from types import MethodType

import pytest
import torch
from torch import nn

from rmt_studio.progress import Cancelled
from rmt_studio.pruning import EntryMask, LayerRule, Recipe, input_moments, prune
from rmt_studio.pruning.block_by_block import BlockByBlock

pytestmark = pytest.mark.usefixtures("full_precision")


def silent(note):
    del note


def own(model):
    return dataclasses.replace(model, module=copy.deepcopy(model.module))


def layers_of(model, block):
    return [layer for layer in model.layers if layer.block == block]


def assert_same_moments(found, expected, names):
    for name in names:
        scale = float(expected[name].diagonal().max())
        torch.testing.assert_close(found[name], expected[name], rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize("chain", [True, False])
def test_that_moments_are_those_of_the_model_as_it_is_by_then(
    small_model, few_digits, chain, monkeypatch
):
    if not chain:
        monkeypatch.setattr(BlockByBlock, "_chain_of_blocks", lambda self: [])
    model = own(small_model)
    blocks = BlockByBlock(model, few_digits, silent)
    for number in range(2):
        layers = layers_of(model, number)
        found = blocks.moments(layers)
        expected = input_moments(model, few_digits)
        assert_same_moments(found, expected, {layer.parameter for layer in layers})
        with torch.no_grad():
            for layer in layers:
                model.weight(layer).mul_(0.5)
    head = [model.layer("head")]
    expected = input_moments(model, few_digits)
    assert_same_moments(blocks.moments(head), expected, {"head.weight"})


def test_that_a_vision_transformer_runs_block_by_block(small_model, few_digits):
    """Each block runs to be measured and to go on; the whole model once, up to block 0."""
    model = own(small_model)
    calls = []
    blocks = BlockByBlock(model, few_digits, calls.append)
    for number in range(2):
        blocks.moments(layers_of(model, number))
    batches = calls.count("input moments of block 0")
    assert calls.count("input moments of block 1") == batches
    assert calls.count("through block 0") == batches
    assert calls.count("states before block 0") == batches
    assert "input moments" not in calls


def test_that_blocks_fed_with_more_than_the_last_output_run_as_a_whole(small_model, few_digits):
    model = own(small_model)
    model.module.blocks = nn.ModuleList(model.module.blocks)
    model.module.forward_features = MethodType(_in_a_loop, model.module)
    engine = BlockByBlock(model, few_digits, silent)
    found = engine.moments(layers_of(model, 1))
    assert engine._chain == []
    assert_same_moments(found, input_moments(model, few_digits), found)


def _in_a_loop(module, x, **_):
    x = module.norm_pre(module.patch_drop(module._pos_embed(module.patch_embed(x))))
    for block in module.blocks:
        x = block(x) + 0.0  # another tensor than the block gave
    return module.norm(x)


def test_that_a_block_that_was_passed_is_measured_by_whole_passes(small_model, few_digits):
    blocks = BlockByBlock(small_model, few_digits, silent)
    blocks.moments(layers_of(small_model, 1))
    found = blocks.moments(layers_of(small_model, 0))
    assert_same_moments(found, input_moments(small_model, few_digits), found)


def test_that_later_layers_are_pruned_by_pruned_inputs(small_model, few_digits):
    """Wanda by hand on block 1, with the moments of a model whose block 0 is pruned."""
    step = EntryMask(score="wanda", share=0.7, compare="row")
    first, second = "blocks.0.mlp.fc2", "blocks.1.mlp.fc1"
    recipe = Recipe(rules={name: LayerRule(steps=(step,)) for name in (first, second)})
    pruned = prune(small_model, recipe, calibration=few_digits)
    before = own(small_model)
    before.weight(before.layer(first)).copy_(pruned.weight(before.layer(first)))
    layer = small_model.layer(second)
    sizes = input_moments(before, few_digits)[layer.parameter].diagonal().sqrt()
    scores = small_model.weight(layer).abs() * sizes
    gone = pruned.weight(layer) == 0
    for row, mask in zip(scores, gone, strict=True):
        assert row[mask].max() <= row[~mask].min() * (1 + 1e-5)


def test_that_measuring_can_be_cancelled(small_model, few_digits):
    def stop(note):
        raise Cancelled

    with pytest.raises(Cancelled):
        BlockByBlock(small_model, few_digits, stop).moments(layers_of(small_model, 0))
