"""The recipe of a course of cycles: targets, published defaults, JSON."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from rmt_studio.errors import InputError
from rmt_studio.studies.cycles import CycleRecipe, EdgeWeights
from rmt_studio.training import FineTuning


def test_that_targets_rise_by_the_step_and_end_at_the_sparsity():
    assert CycleRecipe(sparsity=0.2).targets == (0.05, 0.1, 0.15, 0.2)
    assert CycleRecipe(sparsity=0.52, step=0.25).targets == (0.25, 0.5, 0.52)
    assert CycleRecipe(sparsity=0.03).targets == (0.03,)
    published = CycleRecipe(sparsity=0.70).targets
    assert published == tuple(round(0.05 * cycle, 2) for cycle in range(1, 15))


def test_that_the_hybrid_is_magnitude_up_to_a_fifth():
    recipe = CycleRecipe(sparsity=0.35)
    methods = [recipe.method_at(target) for target in recipe.targets]
    assert methods == ["magnitude"] * 4 + ["ser"] * 3
    assert CycleRecipe(method="ser", sparsity=0.35).method_at(0.05) == "ser"
    assert CycleRecipe(method="magnitude", sparsity=0.35).method_at(0.35) == "magnitude"


@pytest.mark.parametrize(
    ("target", "published"),
    [
        (0.25, (0.0, 0.0, 1.0)),
        (0.30, (1.0, 1.0, 0.50)),
        (0.40, (1.25, 1.25, 0.70)),
        (0.55, (1.0, 2.0, 0.85)),
        (0.70, (1.0, 2.0, 0.85)),
    ],
)
def test_that_the_edges_count_as_published_unless_told(target, published):
    assert tuple(CycleRecipe().modulation(target)) == published
    own = EdgeWeights(beta_attention=0.5, beta_mlp=1.5, s_d=0.9)
    assert tuple(CycleRecipe(edge_weights=own).modulation(target)) == (0.5, 1.5, 0.9)


def test_that_each_cycle_draws_anew_and_the_selection_phase_has_its_own_length():
    recipe = CycleRecipe(fine_tuning=FineTuning(epochs=1, batch=64, learning_rate=5e-5, seed=7))
    assert recipe.fine_tuning_of(3).seed == 10
    settings = recipe.selection_of(3, moving=0.25, images=12_800)
    assert (settings.batch, settings.steps, settings.epochs) == (128, 25, 1)
    assert settings.learning_rate == pytest.approx(4e-4)
    assert settings.weight_decay == settings.warm_up == 0
    assert recipe.selection_of(1, moving=0.01, images=10).steps == 1


def test_that_a_recipe_comes_back_from_its_file(tmp_path):
    recipe = CycleRecipe(
        method="ser",
        sparsity=0.65,
        edge_weights=EdgeWeights(beta_attention=1, beta_mlp=2, s_d=0.85),
        fine_tuning=FineTuning(epochs=2, batch=32),
    )
    recipe.save(tmp_path / "c.json")
    assert CycleRecipe.open(tmp_path / "c.json") == recipe
    content = json.loads((tmp_path / "c.json").read_text())
    assert content["version"] == 1


def test_that_a_cycle_has_one_epoch_unless_told():
    recipe = CycleRecipe.model_validate({"fine_tuning": {"batch": 16}})
    assert (recipe.fine_tuning.epochs, recipe.fine_tuning.batch) == (1, 16)


@pytest.mark.parametrize(
    "content",
    [
        "nothing",
        "[]",
        '{"version": 2}',
        '{"version": true}',
        '{"sparsity": 1.0}',
        '{"sparsity": NaN}',
        '{"step": 1e-9}',
        '{"sparsity": 0.98, "overshoot": 0.02}',
        '{"method": "wanda"}',
        '{"strange": 1}',
        '{"fine_tuning": {"learning_rate": 9e29}}',
    ],
)
def test_that_a_file_that_makes_no_sense_is_refused(tmp_path, content):
    file = tmp_path / "c.json"
    file.write_text(content)
    with pytest.raises(InputError, match=r"c\.json"):
        CycleRecipe.open(file)


def test_that_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.json"):
        CycleRecipe.open(tmp_path / "none.json")


def test_that_magnitude_alone_needs_no_room_for_an_overshoot():
    assert CycleRecipe(method="magnitude", sparsity=0.98, overshoot=0.03).targets[-1] == 0.98
    with pytest.raises(ValidationError):
        CycleRecipe(method="ser", sparsity=0.98, overshoot=0.03)
