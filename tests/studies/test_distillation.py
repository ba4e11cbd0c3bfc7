from __future__ import annotations

import copy
import json

import pytest
import torch
from pydantic import ValidationError

from rmt_studio import evaluate, fill_recipe, prune
from rmt_studio.data.images import digits
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import Distillation
from rmt_studio.studies import carry_out, distill
from rmt_studio.studies.crops import Crops

SHORT = Distillation(steps=30, batch=32, learning_rate=1e-3)


@pytest.fixture(scope="module")
def half(demo_model, demo_analysis):
    """The demo with 70 % of its block entries gone: it has much to learn again."""
    recipe = fill_recipe(demo_model, demo_analysis, "magnitude", 0.7)
    return prune(demo_model, recipe, analysis=demo_analysis)


@pytest.fixture(scope="module")
def taught(demo_model, half):
    return distill(demo_model, half, digits("train"), SHORT)


def test_that_a_pruned_model_comes_nearer_to_the_dense_one(demo_model, half, taught):
    images = digits("test")
    dense = evaluate(demo_model, images)
    before, after = (evaluate(model, images, reference=dense) for model in (half, taught))
    assert after.loss < before.loss
    assert after.agreement > before.agreement


def test_that_what_was_removed_stays_removed(half, taught):
    for name, effect in half.effects.items():
        layer = half.layer(name)
        removed = half.weight(layer) == 0
        assert torch.equal(taught.weight(layer) == 0, removed)
        assert taught.effects[name].parameters_kept == effect.parameters_kept
    assert taught.sparsity == half.sparsity


def test_that_teacher_and_student_stay_as_they_were(demo_model, half):
    before = copy.deepcopy(demo_model.module.state_dict()), copy.deepcopy(half.module.state_dict())
    distill(demo_model, half, digits("train"), Distillation(steps=2, batch=8))
    for model, values in zip((demo_model, half), before, strict=True):
        for name, value in model.module.state_dict().items():
            assert torch.equal(value, values[name])
        for parameter in model.module.parameters():
            assert parameter.requires_grad
            assert parameter.grad is None


def test_that_the_same_seed_teaches_the_same(demo_model, half):
    short = Distillation(steps=3, batch=8)
    first, second = (distill(demo_model, half, digits("train"), short) for _ in range(2))
    for name, value in first.module.state_dict().items():
        assert torch.equal(value, second.module.state_dict()[name])


def test_that_factors_and_frozen_parameters_are_left_alone(demo_model, demo_analysis):
    recipe = fill_recipe(demo_model, demo_analysis, "svd", 0.3)
    low_rank = prune(demo_model, recipe, analysis=demo_analysis)
    low_rank.module.get_parameter("head.bias").requires_grad_(False)
    taught = distill(demo_model, low_rank, digits("train"), Distillation(steps=2, batch=8))
    for name, effect in low_rank.effects.items():
        if "factors" in effect.stored_as:
            layer = low_rank.layer(name)
            assert torch.equal(taught.weight(layer), low_rank.weight(layer))
    for key, moves in (("head.bias", False), ("norm.bias", True)):
        before, after = (m.module.get_parameter(key) for m in (low_rank, taught))
        assert torch.equal(before, after) is not moves


def test_that_the_model_remembers_how_it_was_taught(taught):
    assert json.loads(taught.provenance["distillation"])["steps"] == SHORT.steps


def test_that_steps_are_told_and_can_be_cancelled(demo_model, half):
    told = []

    def stop(done, _total, note=""):
        if note.startswith("learning") and done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        distill(
            demo_model,
            half,
            digits("train"),
            SHORT,
            on_step=lambda step, loss: told.append((step, loss)),
            progress=stop,
        )
    assert [step for step, _ in told] == [0, 1]
    assert all(loss > 0 for _, loss in told)


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"smallest_crop": 0.0}, {"learning_rate": 0.0}, {"batch": 0}]
)
def test_that_settings_without_sense_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Distillation(**wrong)


def test_that_a_loss_out_of_bounds_is_named(demo_model, half):
    wild = Distillation(steps=60, batch=8, learning_rate=1e30)
    with pytest.raises(InputError, match="smaller learning rate"):
        distill(demo_model, half, digits("train"), wild)


def test_that_views_have_the_models_size_and_differ(demo_model):
    views = Crops(digits("test"), demo_model.data_config, 0.4, lambda *_: None)
    assert len(views) == 360
    first, second = (torch.Generator().manual_seed(seed) for seed in (0, 1))
    drawn = views.draw([0, 1, 0], first)
    assert drawn.shape == (3, *demo_model.data_config["input_size"])
    assert not torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn, views.draw([0, 1, 0], second))
    again = views.draw([0, 1, 0], torch.Generator().manual_seed(0))
    assert torch.equal(drawn, again)


def test_that_a_recipe_with_recovery_prunes_and_learns(demo_model, half):
    recipe = half.recipe.model_copy(update={"recovery": SHORT})
    images = digits("train")
    whole = carry_out(demo_model, recipe, calibration=images)
    apart = distill(demo_model, half, images, SHORT)
    assert whole.recipe == recipe
    assert json.loads(whole.provenance["recipe"])["recovery"]["steps"] == SHORT.steps
    for layer in demo_model.layers:
        assert torch.equal(whole.weight(layer), apart.weight(layer))


def test_that_a_recipe_with_recovery_asks_for_images(demo_model, half):
    recipe = half.recipe.model_copy(update={"recovery": SHORT})
    assert recipe.needs_images
    with pytest.raises(InputError, match="calibration"):
        carry_out(demo_model, recipe)
