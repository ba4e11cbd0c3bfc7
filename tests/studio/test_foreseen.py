"""What is said of rules before pruning is what pruning comes to."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest

from rmt_studio import digits
from rmt_studio.pruning import METHODS, EntryThreshold, LayerRule, apply_rule, fill_recipe, prune
from rmt_studio.studio.foreseen import foreseen_effect

NEEDY = [key for key, method in METHODS.items() if method.needs_images]


@pytest.fixture(scope="module")
def few():
    everything = digits("train")
    return replace(everything, samples=everything.samples[::60])


@pytest.mark.parametrize("method", NEEDY)
def test_that_as_much_is_kept_as_was_foreseen(method, demo_model, demo_analysis, few):
    recipe = fill_recipe(demo_model, demo_analysis, method, 0.5, calibration=few)
    rules = {name: rule for name, rule in recipe.rules.items() if rule.needs_images}
    pruned = prune(demo_model, recipe, analysis=demo_analysis, calibration=few)
    assert rules
    for name, rule in rules.items():
        layer = demo_analysis[name]
        found = foreseen_effect(demo_model.weight(layer.layer), rule, layer, None)
        effect = pruned.effects[name]
        assert found.parameters_kept == pytest.approx(effect.parameters_kept, abs=1)
        assert found.stored_as == effect.stored_as
        assert isnan(found.output_error)
        assert not isnan(effect.output_error)


def test_that_a_rule_that_looks_at_no_images_is_measured(demo_model, demo_analysis):
    rule, layer = LayerRule(steps=(EntryThreshold(share=0.5),)), demo_analysis[0]
    weight = demo_model.weight(layer.layer)
    assert foreseen_effect(weight, rule, layer, None) == apply_rule(weight, rule, layer)[1]
