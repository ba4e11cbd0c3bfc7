"""Masks by score and low ranks, edited by hand after a method filled them in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rmt_studio.gui.inspector import rules
from rmt_studio.gui.inspector.rules import Method, method_of
from rmt_studio.gui.inspector.step_texts import rule_text
from rmt_studio.pruning import (
    KEEP,
    METHODS,
    EntryMask,
    EntryThreshold,
    LayerRule,
    LowRank,
    SingularValueDenoising,
    fill_recipe,
)

from .conftest import LAYER, OTHER_LAYER

WANDA = EntryMask(score="wanda", share=0.4, compare="row")


def rule_of(*steps):
    return LayerRule(steps=steps)


def type_in(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def pick(box, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


@pytest.fixture
def masked(chosen, bench):
    """The inspector of a layer with a mask by Wanda."""
    bench.edit_rules({LAYER: rule_of(WANDA)}, "fill")
    return chosen.rule_card.editor


def test_that_masks_and_low_ranks_have_names_of_their_own():
    assert method_of(rule_of(WANDA)) is Method.MASK
    assert method_of(rule_of(LowRank(rank=3))) is Method.LOW_RANK
    assert method_of(rule_of(WANDA, EntryThreshold(share=0.5))) is Method.OTHER


@pytest.mark.parametrize("key", list(rules.SCORES))
def test_that_each_score_is_that_of_the_method_of_its_name(key, demo_model, demo_analysis, few):
    calibration = replace(few, samples=few.samples[:6])
    recipe = fill_recipe(demo_model, demo_analysis, key, calibration=calibration, pattern="2:4")
    filled = {rules.score_of(rule.steps[0]) for rule in recipe.rules.values()}
    assert filled == {key}
    assert rules.mask_by(rule_of(WANDA), key).steps[0].share == 0.4
    assert rules.score_of(rules.mask_by(rule_of(WANDA), key).steps[0]) == key
    assert METHODS[key].takes_patterns


def test_that_a_filled_mask_is_shown(masked):
    assert masked.method.currentData() == Method.MASK
    assert masked.masked.score.currentData() == "wanda"
    assert masked.masked.share.value() == pytest.approx(40)
    assert masked.masked.groups.currentData() is None
    assert masked.masked.isVisible()
    assert not masked.low_rank.isVisible()
    assert not masked.note.isVisible()


def test_that_share_score_and_groups_are_edited_one_by_one(masked, bench):
    type_in(masked.masked.share, "25")
    assert bench.document.recipe.rule(LAYER) == rule_of(WANDA.model_copy(update={"share": 0.25}))
    pick(masked.masked.score, "random")
    step = bench.document.recipe.rule(LAYER).steps[0]
    assert (step.score, step.share, step.compare) == ("random", 0.25, "matrix")
    pick(masked.masked.groups, "4:8")
    step = bench.document.recipe.rule(LAYER).steps[0]
    assert (step.pattern, step.share) == ("4:8", None)
    assert masked.masked.share.value() == pytest.approx(50)
    type_in(masked.masked.share, "30")
    step = bench.document.recipe.rule(LAYER).steps[0]
    assert (step.pattern, step.share) == (None, 0.3)
    for _ in range(4):
        bench.undo_stack.undo()
    assert bench.document.recipe.rule(LAYER) == rule_of(WANDA)


def test_that_an_edit_goes_to_all_selected_layers(masked, bench):
    other = WANDA.model_copy(update={"share": 0.8})
    bench.edit_rules({OTHER_LAYER: rule_of(other)}, "fill")
    bench.select((LAYER, OTHER_LAYER), LAYER)
    assert masked.masked.share.shown is rules.Shared.MIXED
    pick(masked.masked.score, "magnitude")
    steps = [bench.document.recipe.rule(name).steps[0] for name in (LAYER, OTHER_LAYER)]
    assert [(step.score, step.share) for step in steps] == [("magnitude", 0.4), ("magnitude", 0.8)]


def test_that_a_low_rank_is_shown_and_edited(chosen, bench):
    bench.edit_rules({LAYER: rule_of(LowRank(rank=20, metric="diagonal"))}, "fill")
    section = chosen.rule_card.editor.low_rank
    assert section.rank.value() == 20
    assert section.measure.currentData() == "diagonal"
    type_in(section.rank, "12")
    pick(section.measure, "whitened")
    assert bench.document.recipe.rule(LAYER) == rule_of(LowRank(rank=12, metric="whitened"))


def test_that_the_method_box_begins_a_mask_and_goes_back(chosen, bench):
    editor = chosen.rule_card.editor
    pick(editor.method, Method.MASK)
    assert isinstance(bench.document.recipe.rule(LAYER).steps[0], EntryMask)
    pick(editor.method, Method.KEEP)
    assert bench.document.recipe.rule(LAYER) == KEEP


def test_that_groups_that_do_not_fit_are_refused_and_nothing_changes(
    workbench, demo_model, demo_analysis, qtbot
):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    before = workbench.document.recipe
    uneven = rule_of(EntryMask(score="magnitude", pattern="3:7"))
    with qtbot.waitSignal(workbench.failed):
        workbench.edit_rules({LAYER: uneven}, "groups")
    assert workbench.document.recipe is before
    assert workbench.undo_stack.count() == 0


def test_that_other_steps_are_told_in_words(chosen, bench):
    bench.edit_rules({LAYER: rule_of(SingularValueDenoising(), EntryThreshold(share=0.5))}, "open")
    editor = chosen.rule_card.editor
    assert editor.note.text().startswith("Denoise singular values, then zero small entries (50")
    assert editor.method.placeholderText() == "several steps"
    assert rule_text(rule_of(WANDA)).startswith("Mask entries by score")


def test_that_what_only_pruning_can_tell_is_not_made_up(masked, chosen, bench, qtbot):
    predicted = chosen.rule_card.predicted
    qtbot.waitUntil(lambda: LAYER in bench.document.effects)
    assert predicted.error.text() == "after pruning"
    assert predicted.kept.text().startswith("60.0")
