"""The document announces every change, and refuses what does not fit the open model."""

from __future__ import annotations

import dataclasses

import pytest

from rmt_studio import digits, evaluate, prune
from rmt_studio.errors import InputError
from rmt_studio.pruning import (
    KEEP,
    BulkFitSettings,
    EntryThreshold,
    LayerRule,
    Recipe,
    untouched,
)
from rmt_studio.studio.document import (
    AnalysisCleared,
    Compared,
    ComparedChanged,
    Document,
    EffectsChanged,
    ImagesOpened,
    LayersAnalyzed,
    ModelOpened,
    MomentsMeasured,
    PrunedChanged,
    RecipeChanged,
    RunAdded,
)
from rmt_studio.studio.tasks import run_of

HALF = LayerRule(steps=(EntryThreshold(share=0.5),))
NAME = "blocks.0.mlp.fc1"


@pytest.fixture
def document(demo_model, demo_analysis):
    document = Document()
    document.open_model(demo_model)
    document.add_analysis(demo_analysis)
    return document


@pytest.fixture
def events(document):
    heard = []
    document.subscribe(heard.append)
    return heard


def with_rule(document, rule=HALF, name=NAME):
    return document.recipe.with_rules({name: rule})


def test_that_opening_a_model_starts_empty(document, events, demo_model):
    document.set_recipe(with_rule(document))
    document.open_model(demo_model)
    assert isinstance(events[-1], ModelOpened)
    assert (len(document.analysis), dict(document.recipe.rules), document.runs) == (0, {}, [])


def test_that_spectra_come_in_the_order_of_the_model(demo_model, demo_analysis):
    document = Document()
    document.open_model(demo_model)
    document.add_analysis(reversed(list(demo_analysis)))
    assert [x.name for x in document.analysis] == [x.name for x in demo_model.layers]
    assert document.analyzed


def test_that_each_arriving_spectrum_is_announced(demo_model, demo_analysis):
    document, heard = Document(), []
    document.open_model(demo_model)
    document.subscribe(heard.append)
    document.add_analysis([demo_analysis[0]])
    assert heard == [LayersAnalyzed((demo_analysis[0].name,))]
    assert not document.analyzed


def test_that_a_rule_is_announced_with_the_layers_that_differ(document, events):
    document.set_recipe(with_rule(document))
    assert events == [RecipeChanged((NAME,))]
    document.set_recipe(with_rule(document))
    assert events[1:] == [RecipeChanged(())]


def test_that_setting_a_recipe_gives_the_one_before(document):
    first = document.recipe
    assert document.set_recipe(with_rule(document)) == first
    assert document.set_recipe(first).rule(NAME) == HALF
    assert document.recipe.rule(NAME) == KEEP


def test_that_a_changed_rule_forgets_its_effect(document, events):
    document.set_recipe(with_rule(document))
    document.set_effects({NAME: untouched(10)})
    document.set_recipe(with_rule(document, KEEP))
    assert NAME not in document.effects
    assert EffectsChanged((NAME,)) in events


def test_that_parameters_kept_wait_for_every_effect(document):
    assert document.parameters_kept == document.model.parameter_count
    document.set_recipe(with_rule(document))
    assert document.parameters_kept is None
    pruned = prune(document.model, document.recipe)
    document.set_effects(pruned.effects)
    assert document.parameters_kept == pruned.parameters_kept


def test_that_a_recipe_of_another_model_is_refused_and_nothing_changes(document, events):
    before = document.recipe
    with pytest.raises(InputError, match="layers\\.7"):
        document.set_recipe(Recipe(rules={"layers.7": HALF}))
    assert document.recipe is before
    assert events == []


def test_that_a_recipe_needs_a_model():
    with pytest.raises(InputError, match="open a model first"):
        Document().set_recipe(Recipe())


def test_that_another_bulk_fit_clears_the_spectra(document, events):
    median = BulkFitSettings(method="median", options={"beta": 0.05})
    document.set_recipe(document.recipe.model_copy(update={"bulk_fit": median}))
    assert AnalysisCleared() in events
    assert len(document.analysis) == 0


def test_that_a_pruned_model_of_older_rules_is_ignored(document):
    document.set_recipe(with_rule(document))
    pruned = prune(document.model, document.recipe)
    document.set_recipe(with_rule(document, KEEP))
    assert not document.set_pruned(pruned)
    assert document.pruned is None


def test_that_a_changed_rule_drops_the_pruned_model(document, events):
    document.set_recipe(with_rule(document))
    assert document.set_pruned(prune(document.model, document.recipe))
    document.set_recipe(with_rule(document, KEEP))
    assert document.pruned is None
    assert events[-1] == PrunedChanged()


def test_that_runs_are_kept_and_the_dense_one_is_found_for_its_images(document, events):
    document.open_images(digits())
    assert document.dense_run is None
    evaluation = evaluate(document.model, document.images)
    document.add_run(run_of(document.model, evaluation, "dense"))
    assert events[-2:] == [ImagesOpened(), RunAdded(0)]
    assert document.dense_run is document.runs[0]
    document.open_images(digits("train"))
    assert document.dense_run is None


def test_that_images_of_the_same_name_and_number_are_not_taken_for_the_same(document):
    images = digits()
    document.open_images(images)
    evaluation = evaluate(document.model, images, limit=40)
    seen = dataclasses.replace(images, samples=images.samples[::9][:40])
    document.open_images(seen)
    document.add_run(run_of(document.model, evaluation, "dense"))
    assert document.dense_run is document.runs[0]
    document.open_images(dataclasses.replace(images, samples=images.samples[:40]))
    assert document.dense_run is None


def test_that_what_is_compared_is_announced_once(document, events, demo_model, demo_analysis):
    compared = Compared("epoch-2", "checkpoint", demo_analysis, demo_model)
    document.set_compared("checkpoint", compared)
    document.set_compared("checkpoint", compared)
    assert events == [ComparedChanged()]
    assert document.compared.layer(NAME) is demo_analysis[NAME]
    assert document.compared.layer("no such layer") is None
    document.open_model(demo_model)
    assert (document.comparing, document.compared) == ("none", None)


def test_that_moments_belong_to_a_model_and_its_images(document, events, demo_model):
    document.open_images(digits())
    document.set_moments({})
    assert events[-1] == MomentsMeasured()
    document.open_images(digits())
    assert document.moments is None
    document.set_moments({})
    document.open_model(demo_model)
    assert document.moments is None
