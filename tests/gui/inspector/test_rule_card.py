from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from rmt_studio.gui.edits import new_gesture
from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.inspector.rules import Method, Shared
from rmt_studio.pruning import (
    KEEP,
    EntryThreshold,
    LayerRule,
    SingularValueCut,
    SingularVectorSparsification,
)

LAYER, OTHER_LAYER = "blocks.1.mlp.fc1", "blocks.2.attn.proj"


def choose(inspector, method):
    box = inspector.rule_card.editor.method
    box.setCurrentIndex(box.findData(method))
    box.activated.emit(box.currentIndex())


def rule(bench, name=LAYER):
    return bench.document.recipe.rule(name)


def cut(**arguments):
    return LayerRule(steps=(SingularValueCut(**arguments),))


def type_in(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def kept(inspector):
    return inspector.rule_card.predicted.count.text()


def counted(effect):
    return f"{count_text(effect.parameters_kept)} of {count_text(effect.parameters)}"


def fits(label):
    return label.isHidden() or label.wordWrap() or label.sizeHint().width() <= label.width() + 1


def test_that_it_says_what_to_do_while_nothing_is_selected(inspector):
    card = inspector.rule_card
    assert card.empty.isVisible()
    assert not card.body.isVisible()


def test_that_it_names_the_layer_and_its_method(chosen):
    card = chosen.rule_card
    assert card.heading.text() == "Rule for this layer"
    assert card.names.whole_text == f"{LAYER} · 768 × 192"
    assert card.editor.method.currentData() == Method.KEEP
    assert card.predicted.kept.text() == percent_text(1)


@pytest.mark.parametrize(
    ("method", "kinds"),
    [
        (Method.CUT, [SingularValueCut]),
        (Method.VECTORS, [SingularVectorSparsification]),
        (Method.ENTRIES, [EntryThreshold]),
        (Method.COMBINATION, [SingularValueCut, SingularVectorSparsification, EntryThreshold]),
    ],
)
def test_that_a_method_gives_its_steps_and_one_undo_takes_them_back(chosen, bench, method, kinds):
    choose(chosen, method)
    assert [type(step) for step in rule(bench).steps] == kinds
    sections = chosen.rule_card.editor.sections
    assert [section.kind for section in sections if section.isVisible()] == kinds
    assert all(section.enable.isVisible() == (len(kinds) > 1) for section in sections if
               section.isVisible())  # fmt: skip
    bench.undo_stack.undo()
    assert rule(bench) == KEEP
    assert chosen.rule_card.editor.method.currentData() == Method.KEEP


def test_that_the_rank_shows_the_equivalent_of_the_edge_multiple(chosen, bench):
    choose(chosen, Method.CUT)
    section = chosen.rule_card.editor.cut
    type_in(section.multiple, "1.5")
    assert rule(bench) == cut(edge_multiple=1.5)
    edge = bench.document.layer(LAYER).fit.upper_edge
    above = (bench.document.layer(LAYER).spectrum.eigenvalues > 1.5 * edge).sum()
    assert section.rank.shown == above
    assert section.rank.property("derived")
    assert not section.multiple.property("derived")


def test_that_the_edge_multiple_shows_the_equivalent_of_the_rank(chosen, bench):
    choose(chosen, Method.CUT)
    section = chosen.rule_card.editor.cut
    type_in(section.rank, "61")
    assert rule(bench) == cut(rank=61)
    spectrum, fit = bench.document.layer(LAYER).spectrum, bench.document.layer(LAYER).fit
    assert section.multiple.shown == pytest.approx(spectrum.eigenvalues[61] / fit.upper_edge)
    assert section.multiple.property("derived")
    assert not section.keep.isEnabled()
    assert section.rank.text() == "61 of 192"


def test_that_a_share_below_the_edge_is_kept(chosen, bench):
    choose(chosen, Method.CUT)
    type_in(chosen.rule_card.editor.cut.keep, "25")
    assert rule(bench) == cut(edge_multiple=1, keep=0.25)


def test_that_entries_go_by_threshold_or_by_share(chosen, bench):
    choose(chosen, Method.ENTRIES)
    section = chosen.rule_card.editor.entries
    type_in(section.share, "40")
    assert rule(bench).steps == (EntryThreshold(share=0.4),)
    equivalent = section.threshold.shown
    type_in(section.threshold, "0.01")
    assert rule(bench).steps == (EntryThreshold(threshold=0.01),)
    assert equivalent > 0
    assert 0 < section.share.shown < 1


def test_that_a_drag_of_the_slider_is_one_undo_step(chosen, bench):
    choose(chosen, Method.ENTRIES)
    steps, slider = bench.undo_stack.count(), chosen.rule_card.editor.entries.slider
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    for x in range(30, 150, 10):
        QTest.mouseMove(slider, QPoint(x, 8))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(140, 8))
    assert bench.undo_stack.count() == steps + 1
    assert rule(bench).steps[0].share == slider.value() / 1000
    bench.undo_stack.undo()
    assert rule(bench).steps == (EntryThreshold(share=0.3),)


def test_that_prediction_and_fields_follow_a_drag_in_the_plot_at_once(chosen, bench):
    gesture, seen = new_gesture(), []
    for multiple in (0.6, 0.8, 1.0, 1.2):
        bench.edit_rules({LAYER: cut(edge_multiple=multiple)}, "drag", gesture)
        effect = bench.profile(LAYER).predict(rule(bench))
        assert kept(chosen) == counted(effect)
        assert chosen.rule_card.predicted.error.text() == percent_text(effect.output_error)
        assert not chosen.rule_card.predicted.computing
        assert chosen.rule_card.editor.cut.multiple.shown == multiple
        seen.append(kept(chosen))
    assert len(set(seen)) == 4
    assert bench.undo_stack.count() == 1


def test_that_the_storage_of_a_cut_is_named(chosen, bench):
    bench.edit_rules({LAYER: cut(rank=61)}, "cut")
    predicted = chosen.rule_card.predicted
    assert predicted.stored.text() == "two factors, rank 61"
    assert predicted.inputs.whole_text == "Output error, white inputs"
    assert kept(chosen) == f"{count_text(61 * (768 + 192))} of {count_text(768 * 192)}"


def test_that_a_combination_is_measured_and_the_figures_before_stay_muted(chosen, bench, qtbot):
    bench.edit_rules({LAYER: cut(rank=61)}, "cut")
    before = kept(chosen)
    choose(chosen, Method.COMBINATION)
    predicted = chosen.rule_card.predicted
    assert predicted.computing
    assert predicted.kept.property("muted")
    assert kept(chosen) == before
    qtbot.waitUntil(lambda: not predicted.computing)
    assert kept(chosen) == counted(bench.document.effects[LAYER])
    assert not predicted.kept.property("muted")


def test_that_a_step_of_a_combination_can_be_left_out_and_comes_back_as_it_was(chosen, bench):
    steps = (SingularValueCut(edge_multiple=1.4), EntryThreshold(share=0.15))
    bench.edit_rules({LAYER: LayerRule(steps=steps)}, "combine")
    editor = chosen.rule_card.editor
    assert [s.enable.isChecked() for s in editor.sections[:3]] == [True, False, True]
    assert not any(s.isVisible() for s in editor.sections[3:])
    assert not editor.vectors.body.isEnabled()
    editor.entries.enable.click()
    assert rule(bench).steps == steps[:1]
    assert editor.method.currentData() == Method.COMBINATION
    editor.entries.enable.click()
    assert rule(bench).steps == steps


def test_that_undo_shows_the_method_of_the_rule_that_comes_back(chosen, bench):
    bench.edit_rules({LAYER: cut(rank=9)}, "cut")
    choose(chosen, Method.COMBINATION)
    editor = chosen.rule_card.editor
    editor.vectors.enable.click()
    editor.entries.enable.click()
    assert editor.method.currentData() == Method.COMBINATION
    bench.edit_rules({LAYER: cut(rank=8)}, "elsewhere")
    assert editor.method.currentData() == Method.CUT


def test_that_entries_after_a_cut_have_no_equivalent_before_they_are_measured(chosen, bench):
    steps = (SingularValueCut(edge_multiple=1.4), EntryThreshold(share=0.15))
    bench.edit_rules({LAYER: LayerRule(steps=steps)}, "combine")
    assert chosen.rule_card.editor.entries.threshold.shown is Shared.UNKNOWN


def test_that_a_rule_written_by_hand_is_shown_and_not_touched(chosen, bench):
    steps = (EntryThreshold(share=0.1), SingularValueCut(rank=9))
    bench.edit_rules({LAYER: LayerRule(steps=steps)}, "by hand")
    editor = chosen.rule_card.editor
    assert editor.note.isVisible()
    assert not any(section.isVisible() for section in editor.sections)
    assert editor.method.currentIndex() == -1
    assert rule(bench).steps == steps


def test_that_one_edit_goes_to_all_selected_layers_as_one_step(inspector, bench):
    bench.edit_rules({LAYER: cut(rank=61), OTHER_LAYER: cut(edge_multiple=1.2)}, "cuts")
    bench.select((LAYER, OTHER_LAYER), LAYER)
    card = inspector.rule_card
    assert card.heading.text() == "Rule for 2 layers"
    section = card.editor.cut
    assert section.multiple.shown is Shared.MIXED
    assert section.multiple.lineEdit().placeholderText() == "mixed"
    assert section.keep.shown == 0
    steps = bench.undo_stack.count()
    type_in(section.multiple, "1.1")
    assert bench.undo_stack.count() == steps + 1
    assert rule(bench) == rule(bench, OTHER_LAYER) == cut(edge_multiple=1.1)
    bench.undo_stack.undo()
    assert rule(bench) == cut(rank=61)


def test_that_methods_that_differ_are_mixed_and_a_choice_unites_them(inspector, bench):
    bench.edit_rules({LAYER: cut(rank=61)}, "cut")
    bench.select((LAYER, OTHER_LAYER), LAYER)
    editor = inspector.rule_card.editor
    assert editor.method.currentIndex() == -1
    assert editor.method.placeholderText() == "mixed"
    assert not editor.cut.isVisible()
    choose(inspector, Method.CUT)
    assert rule(bench) == cut(rank=61)  # its own cut stays
    assert rule(bench, OTHER_LAYER) == cut(edge_multiple=1)


def test_that_effects_of_many_layers_are_added_and_averaged(inspector, bench, qtbot):
    bench.edit_rules({LAYER: cut(rank=61), OTHER_LAYER: cut(rank=20)}, "cuts")
    bench.select((LAYER, OTHER_LAYER), LAYER)
    predicted = inspector.rule_card.predicted
    qtbot.waitUntil(lambda: {LAYER, OTHER_LAYER} <= bench.document.effects.keys())
    effects = [bench.document.effects[name] for name in (LAYER, OTHER_LAYER)]
    of, stored = sum(e.parameters for e in effects), sum(e.parameters_kept for e in effects)
    assert predicted.count.text() == f"{count_text(stored)} of {count_text(of)}"
    assert predicted.energy.text() == percent_text(sum(e.energy_kept for e in effects) / 2)
    assert predicted.stored.text() == "2 ways"
    assert "two factors, rank 61" in predicted.stored.toolTip()


def test_that_figures_of_another_layer_are_not_left_standing(chosen, bench):
    bench.edit_rules({LAYER: cut(rank=61), OTHER_LAYER: cut(rank=20)}, "cuts")
    bench.select((OTHER_LAYER,), OTHER_LAYER)
    assert chosen.rule_card.predicted.computing
    assert kept(chosen) == "…"


def test_that_another_model_empties_the_card(chosen, bench, demo_model):
    bench.document.open_model(demo_model)
    assert chosen.rule_card.empty.isVisible()


@pytest.mark.parametrize("method", [m for m in Method if m is not Method.OTHER])
def test_that_nothing_is_cut_off_at_the_least_width(chosen, bench, qtbot, method):
    choose(chosen, method)
    predicted = chosen.rule_card.predicted
    qtbot.waitUntil(lambda: not predicted.computing)
    qtbot.waitUntil(lambda: all(fits(label) for label in chosen.rule_card.findChildren(QLabel)))
    assert chosen.page.minimumSizeHint().width() <= chosen.page.parentWidget().width()
    box = chosen.rule_card.editor.method
    assert box.fontMetrics().horizontalAdvance(box.currentText()) <= box.width() - 30
