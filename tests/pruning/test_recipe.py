"""Recipes as data: what makes sense, what does not, and the way to disk and back."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rmt_studio.errors import InputError
from rmt_studio.pruning import (
    KEEP,
    EntryThreshold,
    LayerRule,
    Recipe,
    SingularValueCut,
    SingularVectorSparsification,
)
from rmt_studio.pruning.recipe import BulkFitSettings
from rmt_studio.spectra import DEFAULT_METHOD


@pytest.fixture
def recipe():
    rules = {
        "blocks.0.mlp.fc1": LayerRule(steps=(SingularValueCut(edge_multiple=1.25, keep=0.1),)),
        "blocks.0.attn.q": LayerRule(
            steps=(
                SingularValueCut(rank=40),
                SingularVectorSparsification(theta=2.0),
                EntryThreshold(share=0.3),
            )
        ),
    }
    return Recipe(name="mine", architecture="vit", rules=rules)


def test_that_a_recipe_comes_back_from_disk_as_it_went(recipe, tmp_path):
    recipe.save(tmp_path / "recipe.json")
    assert Recipe.open(tmp_path / "recipe.json") == recipe


def test_that_equal_recipes_give_equal_bytes(recipe):
    other_order = Recipe(
        name="mine", architecture="vit", rules=dict(reversed(list(recipe.rules.items())))
    )
    assert other_order.to_json() == recipe.to_json()


def test_that_a_layer_without_a_rule_is_kept(recipe):
    assert recipe.rule("head") == KEEP


def test_that_a_rule_set_to_keep_leaves_the_recipe(recipe):
    assert "blocks.0.attn.q" not in recipe.with_rules({"blocks.0.attn.q": KEEP}).rules


def test_that_an_edited_recipe_says_so_once(recipe):
    assert recipe.marked_as_edited().marked_as_edited().name == "mine, edited"


@pytest.mark.parametrize(
    "step",
    [
        {"kind": "singular_value_cut"},
        {"kind": "singular_value_cut", "rank": 3, "edge_multiple": 1.0},
        {"kind": "singular_value_cut", "rank": -1},
        {"kind": "entry_threshold", "share": 1.5},
        {"kind": "entry_threshold", "share": float("nan")},
        {"kind": "entry_threshold"},
        {"kind": "singular_vector_sparsification"},
        {"kind": "burn"},
    ],
)
def test_that_a_step_that_makes_no_sense_is_refused(step):
    with pytest.raises(ValidationError):
        LayerRule.model_validate({"steps": [step]})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not readable JSON"),
        ("{", "not readable JSON"),
        ("[]", "recipe"),
        ('{"version": 2}', "version"),
        ('{"version": 1, "rulez": {}}', "rulez"),
        ('{"rules": {"a": {"steps": [{"kind": "entry_threshold", "share": 2}]}}}', "share"),
        ("[" * 100_000, "not readable JSON"),
        ('{"rules": {"a": {"steps": [{"kind": "entry_threshold", "share": NaN}]}}}', "share"),
    ],
)
def test_that_a_broken_file_is_one_clear_line(tmp_path, content, said):
    path = tmp_path / "recipe.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"recipe\.json") as caught:
        Recipe.open(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_that_bytes_that_are_no_text_are_one_clear_line(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not readable"):
        Recipe.open(path)


def test_that_a_bulk_method_without_options_takes_its_own_defaults(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text('{"bulk_fit": {"method": "median"}}')
    assert Recipe.open(path).bulk_fit.options == {"beta": 0.05}
    assert Recipe().bulk_fit.options == {"beta": 0.05}


@pytest.mark.parametrize("text", ["{}", '{"bulk_fit": {}}', '{"bulk_fit": {"options": {}}}'])
def test_that_a_file_without_a_bulk_method_means_what_it_always_meant(tmp_path, text):
    """Version 1 began with BEMA as the default; a new recipe names today's when it is saved."""
    path = tmp_path / "recipe.json"
    path.write_text(text)
    old = BulkFitSettings(method="bema", options={"alpha": 0.25, "beta": 0.05})
    assert Recipe.open(path).bulk_fit == old
    Recipe().save(path)
    assert Recipe.open(path).bulk_fit == BulkFitSettings(method=DEFAULT_METHOD)
    assert f'"method": "{DEFAULT_METHOD}"' in path.read_text()


def test_that_an_unknown_bulk_method_is_refused_when_the_recipe_is_opened(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text('{"bulk_fit": {"method": "guess"}}')
    with pytest.raises(InputError, match="'guess' is not known"):
        Recipe.open(path)


def test_that_a_folder_is_no_recipe(tmp_path):
    with pytest.raises(InputError, match="not a recipe file"):
        Recipe.open(tmp_path)
