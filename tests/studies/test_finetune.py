"""Fine-tuning keeps what pruning did: zeros, patterns, ranks, parts, and the count of them."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
import torch

from rmt_studio import FineTuning, digits, evaluate, export, fill_recipe, load_pruned, prune
from rmt_studio.errors import InputError
from rmt_studio.models.exports.ranks import numerical_rank
from rmt_studio.pruning import (
    EntryThreshold,
    LayerRule,
    Recipe,
    calibration_images,
)
from rmt_studio.studies.finetune import finetune

SHORT = FineTuning(epochs=2, steps=2, batch=8, learning_rate=1e-3, hflip=0)
PLACE = "blocks.0.attn."


@pytest.fixture(scope="module")
def learned(demo_model, mixed):
    return finetune(demo_model, mixed, digits("train"), SHORT).model


def _state(model):
    return copy.deepcopy(model.module.state_dict())


def _same(first, second):
    return all(torch.equal(values, second[name]) for name, values in first.items())


def test_that_every_kind_of_storage_is_there(mixed):
    assert {effect.stored_as for effect in mixed.effects.values()} == {
        "masked",
        "two factors",
        "low rank plus sparse",
        "sparse factors",
    }
    for name, split in mixed.splits.items():
        whole = split.left @ split.right + (0 if split.sparse is None else split.sparse)
        torch.testing.assert_close(whole, mixed.weight(mixed.layer(name)), rtol=1e-4, atol=1e-5)


def test_that_sparsity_is_the_same_exactly(mixed, learned):
    assert learned.sparsity == mixed.sparsity
    assert learned.block_sparsity == mixed.block_sparsity
    for name, effect in mixed.effects.items():
        after = learned.effects[name]
        assert (after.parameters_kept, after.stored_as, after.rank) == (
            effect.parameters_kept,
            effect.stored_as,
            effect.rank,
        )
        assert after.output_error != effect.output_error


def test_that_everything_moved_and_zeros_stayed(mixed, learned):
    for layer in mixed.layers:
        before, after = mixed.weight(layer), learned.weight(layer)
        assert not torch.equal(before, after), layer.name
        assert torch.equal(before == 0, after == 0), layer.name


def test_that_patterns_and_ranks_are_kept(mixed, learned):
    fc1 = learned.weight(learned.layer("blocks.0.mlp.fc1"))
    assert ((fc1 != 0).view(-1, 4).sum(1) == 2).all()
    for model in (mixed, learned):
        assert numerical_rank(model.weight(model.layer(f"{PLACE}k"))) == 20


def test_that_low_rank_plus_sparse_stays_such_a_sum(mixed, learned):
    """Where some rows and columns meet outside the sparse part, the matrix has rank 10."""
    layer = mixed.layer("blocks.0.mlp.fc2")
    support = mixed.splits[layer.name].sparse != 0
    rows = support.sum(1).argsort()[:12]
    free = ~support[rows].any(0)
    assert free.sum() > 12
    for model in (mixed, learned):
        assert numerical_rank(model.weight(layer)[rows][:, free]) == 10


def test_that_the_models_given_stay_as_they_were(demo_model, mixed):
    before = _state(demo_model), _state(mixed)
    finetune(demo_model, mixed, digits("train"), SHORT)
    assert _same(before[0], demo_model.module.state_dict())
    assert _same(before[1], mixed.module.state_dict())
    for model in (demo_model, mixed):
        assert all(p.requires_grad and p.grad is None for p in model.module.parameters())


@pytest.mark.parametrize("format", ["dense", "factored"])
def test_that_it_can_be_exported_as_before(mixed, learned, tmp_path, format):
    for name, model in (("before", mixed), ("after", learned)):
        report = export(model, tmp_path / f"{name}.safetensors", format=format, verify=False)
        opened = load_pruned(report.path)
        size = sum(parameter.numel() for parameter in opened.module.parameters())
        if name == "before":
            expected = size
    assert size == expected


def test_that_two_to_four_can_be_exported_as_before(demo_model, demo_analysis, tmp_path):
    recipe = fill_recipe(demo_model, demo_analysis, "magnitude", None, pattern="2:4")
    pruned = prune(demo_model, recipe, analysis=demo_analysis)
    learned = finetune(demo_model, pruned, digits("train"), SHORT).model
    report = export(learned, tmp_path / "o.safetensors", format="2:4", verify=False)
    layer = learned.layer("blocks.0.mlp.fc1")
    assert torch.equal(load_pruned(report.path).weight(layer), learned.weight(layer).half().float())


def test_that_accuracy_comes_back(demo_model, masked):
    settings = FineTuning(epochs=1, steps=12, batch=24, learning_rate=1e-3, hflip=0)
    whole = digits("test")
    images = replace(whole, samples=whole.samples[:120])
    found = finetune(demo_model, masked, digits("train"), settings, validation=images)
    before, after = (evaluate(model, images) for model in (masked, found.model))
    assert after.top1 > before.top1
    assert after.loss < before.loss
    assert found.reports[0].validation == after.top1
    told = json.loads(found.model.provenance["finetuning"])
    assert (told["epoch"], told["settings"]["steps"]) == (1, 12)


def _unlabelled(tmp_path):
    for place, sample in enumerate(digits("train").samples[:8]):
        sample.picture(1).save(tmp_path / f"{place}.png")
    return calibration_images(tmp_path)


def test_that_images_without_labels_are_enough_for_the_dense_models_predictions(
    demo_model, masked, tmp_path
):
    images = _unlabelled(tmp_path)
    with pytest.raises(InputError, match="has no labels"):
        finetune(demo_model, masked, images, SHORT)
    alone = SHORT.model_copy(update={"distillation": 1.0})
    assert finetune(demo_model, masked, images, alone).model.sparsity == masked.sparsity


def test_that_other_classes_than_the_models_are_refused(demo_model, masked):
    images = replace(digits("train"), class_names=("a", "b"))
    with pytest.raises(InputError, match="2 classes and the model 10"):
        finetune(demo_model, masked, images, SHORT)


def test_that_parts_that_cannot_be_told_are_held(demo_model, mixed):
    without = replace(mixed, splits={})
    learned = finetune(demo_model, without, digits("train"), SHORT).model
    for name in mixed.splits:
        layer = mixed.layer(name)
        assert torch.equal(learned.weight(layer), mixed.weight(layer))
    assert learned.sparsity == mixed.sparsity


def test_that_deit_tiny_learns_from_photographs_without_labels(deit_tiny, shared_data):
    images = calibration_images(shared_data / "imagenet-nips2017" / "calibration")
    images = replace(images, samples=images.samples[:2])
    recipe = Recipe(
        rules={
            layer.name: LayerRule(steps=(EntryThreshold(share=0.5),))
            for layer in deit_tiny.layers
            if layer.block == 0
        }
    )
    pruned = prune(deit_tiny, recipe)
    settings = FineTuning(epochs=1, steps=1, batch=2, distillation=1.0, learning_rate=1e-4)
    learned = finetune(deit_tiny, pruned, images, settings).model
    assert learned.sparsity == pruned.sparsity
    for name in recipe.rules:
        before, after = (model.weight(model.layer(name)) for model in (pruned, learned))
        assert torch.equal(before == 0, after == 0)
        assert not torch.equal(before, after)
