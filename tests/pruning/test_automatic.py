from __future__ import annotations

from dataclasses import replace

import pytest

from rmt_studio import fill_recipe
from rmt_studio.data.images import digits
from rmt_studio.pruning import Recipe


@pytest.fixture(scope="module")
def few():
    images = digits("train")
    return replace(images, samples=images.samples[:20])


@pytest.mark.parametrize("method", ["auto", "auto-fast"])
def test_that_without_images_the_weights_decide(method, demo_model, demo_analysis):
    recipe = fill_recipe(demo_model, demo_analysis, method, 0.5)
    assert recipe.rules == fill_recipe(demo_model, demo_analysis, "magnitude", 0.5).rules
    assert recipe.recovery is None
    assert not recipe.needs_images
    assert "without calibration images" in recipe.note


@pytest.mark.parametrize(
    ("method", "same_as"), [("auto", "sensitivity"), ("auto-fast", "second-order")]
)
def test_that_with_images_it_measures_and_learns(method, same_as, demo_model, demo_analysis, few):
    recipe = fill_recipe(demo_model, demo_analysis, method, 0.5, calibration=few, seed=3)
    rival = fill_recipe(demo_model, demo_analysis, same_as, 0.5, calibration=few, seed=3)
    assert recipe.rules == rival.rules
    assert recipe.recovery.seed == 3
    assert recipe.recovery.steps * recipe.recovery.batch <= 30 * len(few) + recipe.recovery.batch
    assert "distillation" in recipe.note


def test_that_the_reason_is_kept_until_the_rules_are_edited(demo_model, demo_analysis, tmp_path):
    recipe = fill_recipe(demo_model, demo_analysis, "auto", 0.3)
    recipe.save(tmp_path / "r.json")
    assert Recipe.open(tmp_path / "r.json") == recipe
    assert recipe.marked_as_edited().note is None


@pytest.mark.parametrize("method", ["auto", "auto-fast"])
def test_that_nothing_to_remove_is_nothing_to_learn(method, demo_model, demo_analysis, few):
    recipe = fill_recipe(demo_model, demo_analysis, method, 0.0, calibration=few)
    assert recipe.recovery is None
    assert "distillation" not in recipe.note


@pytest.mark.parametrize("method", ["auto", "auto-fast"])
def test_that_patterns_are_kept(method, demo_model, demo_analysis):
    recipe = fill_recipe(demo_model, demo_analysis, method, pattern="2:4")
    assert {rule.steps[0].pattern for rule in recipe.rules.values()} == {"2:4"}
    assert "global" not in recipe.note
