"""Pruning a whole model: the demo, which is a real timm ViT."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import (
    EntryThreshold,
    LayerRule,
    Recipe,
    SingularValueCut,
    fill_recipe,
    prune,
)


def rules(**by_name):
    return Recipe(rules={k.replace("__", "."): LayerRule(steps=(v,)) for k, v in by_name.items()})


def test_that_the_dense_model_is_left_untouched(demo_model):
    before = {k: v.clone() for k, v in demo_model.module.state_dict().items()}
    prune(demo_model, rules(blocks__0__mlp__fc1=EntryThreshold(share=0.9)))
    for name, value in demo_model.module.state_dict().items():
        assert torch.equal(value, before[name])


def test_that_only_the_named_part_of_a_fused_weight_changes(demo_model):
    pruned = prune(demo_model, rules(blocks__1__attn__k=EntryThreshold(share=0.5)))
    for part in "qv":
        layer = demo_model.layer(f"blocks.1.attn.{part}")
        assert torch.equal(pruned.weight(layer), demo_model.weight(layer))
    layer = demo_model.layer("blocks.1.attn.k")
    zeros = (pruned.weight(layer) == 0).sum().item()
    assert zeros == round(0.5 * layer.size)


def test_that_parameters_are_counted_over_model_and_blocks(demo_model):
    pruned = prune(demo_model, rules(blocks__0__mlp__fc1=EntryThreshold(share=0.5)))
    layer = demo_model.layer("blocks.0.mlp.fc1")
    removed = round(0.5 * layer.size)
    assert pruned.parameters_kept == demo_model.parameter_count - removed
    assert pruned.sparsity == pytest.approx(removed / demo_model.parameter_count)
    assert pruned.block_sparsity == pytest.approx(removed / demo_model.block_parameter_count)


def test_that_the_recipe_travels_in_the_provenance(demo_model):
    recipe = rules(blocks__0__mlp__fc2=SingularValueCut(rank=8))
    pruned = prune(demo_model, recipe)
    assert Recipe.model_validate_json(pruned.provenance["recipe"]) == recipe
    assert "recipe" not in demo_model.provenance


def test_that_given_spectra_and_fresh_ones_prune_alike(demo_model, demo_analysis):
    recipe = rules(blocks__2__mlp__fc1=SingularValueCut(edge_multiple=1.0))
    fresh, given = prune(demo_model, recipe), prune(demo_model, recipe, analysis=demo_analysis)
    layer = demo_model.layer("blocks.2.mlp.fc1")
    assert torch.equal(fresh.weight(layer), given.weight(layer))


def test_that_an_unknown_layer_is_named(demo_model):
    with pytest.raises(InputError, match=r"blocks\.99"):
        prune(demo_model, rules(blocks__99__mlp__fc1=EntryThreshold(share=0.5)))


def test_that_pruning_can_be_cancelled(demo_model):
    def stop(done, total, note=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        prune(demo_model, rules(blocks__0__mlp__fc1=EntryThreshold(share=0.5)), progress=stop)


@pytest.mark.parametrize("budget", ["magnitude", "spectral-edge"])
@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.7])
def test_that_masks_hit_the_target_within_a_thousandth(demo_model, demo_analysis, budget, sparsity):
    recipe = fill_recipe(demo_model, demo_analysis, budget=budget, sparsity=sparsity)
    pruned = prune(demo_model, recipe, analysis=demo_analysis)
    assert pruned.block_sparsity == pytest.approx(sparsity, abs=1e-3)


@pytest.mark.parametrize("of", ["blocks", "model"])
def test_that_cuts_at_one_edge_multiple_reach_the_target(demo_model, demo_analysis, of):
    recipe = fill_recipe(demo_model, demo_analysis, budget="edge-cut", sparsity=0.3, of=of)
    pruned = prune(demo_model, recipe, analysis=demo_analysis)
    reached = pruned.block_sparsity if of == "blocks" else pruned.sparsity
    assert 0.3 <= reached < 0.31
    multiples = {rule.steps[0].edge_multiple for rule in recipe.rules.values()}
    assert len(multiples) == 1


def test_that_global_magnitude_is_one_threshold_for_all_layers(demo_model, demo_analysis):
    recipe = fill_recipe(demo_model, demo_analysis, budget="magnitude", sparsity=0.5)
    pruned = prune(demo_model, recipe, analysis=demo_analysis)
    blocks = [layer for layer in demo_model.layers if layer.in_block]
    gone = max(
        demo_model.weight(x)[pruned.weight(x) == 0].abs().max().item() for x in blocks
    )  # fmt: skip
    kept = min(
        demo_model.weight(x)[pruned.weight(x) != 0].abs().min().item() for x in blocks
    )  # fmt: skip
    assert gone <= kept


def test_that_only_blocks_are_pruned_by_a_budget(demo_model, demo_analysis):
    recipe = fill_recipe(demo_model, demo_analysis, budget="magnitude", sparsity=0.5, of="model")
    assert all(demo_model.layer(name).in_block for name in recipe.rules)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sparsity": 1.0}, "not in"),
        ({"sparsity": -0.1}, "not in"),
        ({"sparsity": 0.999, "of": "model"}, "more than the block matrices hold"),
        ({"sparsity": 0.5, "budget": "guess"}, "not known"),
        ({"sparsity": 0.5, "of": "things"}, "neither"),
    ],
)
def test_that_a_target_that_cannot_be_met_says_why(demo_model, demo_analysis, options, said):
    with pytest.raises(InputError, match=said):
        fill_recipe(demo_model, demo_analysis, **options)
