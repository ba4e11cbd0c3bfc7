from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rmt_studio.gui.inspector import Inspector
from rmt_studio.gui.inspector.figures import percent_text, short_count_text
from rmt_studio.pruning import METHODS, EntryThreshold, LayerRule, SingularValueCut
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD
from rmt_studio.studio.targets import Target

LAYER = "blocks.1.mlp.fc1"


def pick(box, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def type_in(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def touchable(inspector):
    card, buttons = inspector.model_card, inspector.prune_card
    fields = (card.target, card.of, card.method, card.pattern, card.bulk_fit)
    return (*fields, buttons.best, buttons.fill, buttons.prune)


def test_that_everything_waits_for_a_model_and_says_so(workbench, qtbot):
    inspector = Inspector(workbench)
    qtbot.addWidget(inspector)
    for widget in touchable(inspector):
        assert not widget.isEnabled()
        assert "Open a model first" in widget.toolTip()
    assert "Open a model" in inspector.prune_card.kept.line.text()
    assert inspector.prune_card.kept.bar.isHidden()


def test_that_everything_waits_for_the_spectra_and_says_so(
    workbench, qtbot, demo_model, demo_analysis
):
    inspector = Inspector(workbench)
    qtbot.addWidget(inspector)
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis[:-1])
    assert all("spectrum" in widget.toolTip() for widget in touchable(inspector))
    workbench.document.add_analysis(demo_analysis[-1:])
    for widget in touchable(inspector):
        assert widget.isEnabled()
        assert "Wait" not in widget.toolTip()


def test_that_all_methods_and_bulk_fits_are_offered(inspector):
    card = inspector.model_card
    offered = [key for i in range(card.method.count()) if (key := card.method.itemData(i))]
    assert set(offered) == set(METHODS)
    needy = [METHODS[key].needs_images for key in offered]
    assert needy == sorted(needy)
    assert [card.bulk_fit.itemData(i) for i in range(card.bulk_fit.count())] == list(BULK_METHODS)
    assert card.bulk_fit.currentData() == DEFAULT_METHOD


def test_that_a_method_says_who_published_it(inspector):
    box = inspector.model_card.method
    for key, method in METHODS.items():
        tip = box.itemData(box.findData(key), Qt.ItemDataRole.ToolTipRole)
        assert method.label in tip
        assert method.source in tip
        assert ("calibration images" in tip) is method.looks_at_images
    pick(box, "wanda")
    assert METHODS["wanda"].source in box.toolTip()


def test_that_a_heading_of_the_list_cannot_be_picked(inspector):
    box = inspector.model_card.method
    headings = [i for i in range(box.count()) if box.itemData(i) is None]
    assert len(headings) == 3
    assert not any(box.model().item(i).isEnabled() for i in headings)


def test_that_a_method_without_its_images_says_so_beside_a_button(inspector, bench, qtbot, few):
    card, buttons = inspector.model_card, inspector.prune_card
    assert not buttons.missing.isVisible()
    pick(card.method, "wanda")
    assert buttons.missing.isVisible()
    assert "Wanda needs calibration images" in buttons.missing_text.whole_text
    assert not buttons.fill.isEnabled()
    assert buttons.best.isEnabled()
    with qtbot.waitSignal(bench.image_sets.calibration_wanted):
        buttons.open.click()
    bench.document.open_calibration(few)
    assert not buttons.missing.isVisible()
    assert buttons.fill.isEnabled()
    assert card.calibration.text.whole_text == f"{len(few)} · {few.name}"


def test_that_groups_say_how_much_goes(inspector):
    card = inspector.model_card
    pick(card.of, "model")
    pick(card.pattern, "2:4")
    assert card.wanted == Target("magnitude", 0.5, "blocks", "2:4")
    assert not card.target.isEnabled()
    assert "2:4" in card.target.toolTip()
    pick(card.method, "edge-cut")
    assert card.wanted.pattern is None
    assert not card.pattern.isEnabled()
    assert card.target.isEnabled()


def test_that_the_one_button_names_the_target_and_goes_all_the_way(inspector, bench, qtbot, few):
    buttons = inspector.prune_card
    bench.document.open_images(few)
    type_in(inspector.model_card.target, "40")
    assert buttons.best.text().split()[-2:] == ["40", "%"]
    assert METHODS[bench.targets.best_method].label in buttons.best_note.text()
    buttons.best.click()
    qtbot.waitUntil(lambda: len(bench.document.runs) == 2, timeout=60_000)
    assert bench.document.runs[1].block_sparsity == pytest.approx(0.4, abs=1e-3)
    assert bench.undo_stack.count() == 1


def test_that_the_target_cannot_pass_what_the_blocks_hold(inspector, bench, demo_model):
    card = inspector.model_card
    pick(card.of, "model")
    type_in(card.target, "98.9")
    inside = demo_model.block_parameter_count / demo_model.parameter_count
    assert card.wanted.sparsity <= inside
    pick(card.of, "blocks")
    type_in(card.target, "99")
    assert card.wanted == Target("magnitude", 0.99, "blocks")
    pick(card.of, "model")
    assert card.wanted.sparsity <= inside


def test_that_fill_rules_meets_the_target(inspector, bench, qtbot):
    pick(inspector.model_card.of, "model")
    type_in(inspector.model_card.target, "40")
    inspector.prune_card.fill.click()
    qtbot.waitUntil(lambda: bool(bench.document.recipe.rules))
    assert bench.document.pruned is None
    qtbot.waitUntil(lambda: bench.document.parameters_kept is not None)
    whole = bench.document.model.parameter_count
    assert bench.document.parameters_kept == pytest.approx(0.6 * whole, abs=2)
    kept = inspector.prune_card.kept
    assert kept.line.text() == (
        f"{short_count_text(bench.document.parameters_kept)} of {short_count_text(whole)} "
        "parameters kept"
    )
    assert kept.bar.value() == 600
    assert kept.of_all.text().startswith(percent_text(0.4))


def test_that_prune_to_target_fills_and_prunes(inspector, bench, qtbot):
    card = inspector.model_card
    pick(card.method, "edge-cut")
    inspector.prune_card.prune.click()
    qtbot.waitUntil(lambda: bench.document.pruned is not None)
    assert bench.document.pruned.block_sparsity >= 0.5
    steps = [rule.steps[0] for rule in bench.document.recipe.rules.values()]
    assert all(isinstance(step, SingularValueCut) for step in steps)
    bench.undo_stack.undo()
    assert bench.document.recipe.rules == {}


def test_that_a_target_that_cannot_be_met_is_told_and_nothing_is_pruned(bench, qtbot):
    with qtbot.waitSignal(bench.failed) as failed:
        bench.prune_to_target("magnitude", 0.9999, "model")
    assert "sparsity" in failed.args[1]
    assert bench.document.pruned is None
    assert bench.document.recipe.rules == {}


def test_that_the_sum_says_computing_while_an_effect_is_not_known(inspector, bench, qtbot):
    kept = inspector.prune_card.kept
    bench.edit_rules({LAYER: LayerRule(steps=(EntryThreshold(share=0.5),))}, "entries")
    assert "computing" in kept.of_all.text()
    qtbot.waitUntil(lambda: bench.document.parameters_kept is not None)
    saved = 768 * 192 // 2
    share = saved / bench.document.model.parameter_count
    assert kept.of_all.text().startswith(percent_text(share))
    assert kept.of_blocks.text().startswith(
        percent_text(saved / bench.document.model.block_parameter_count)
    )


def test_that_another_bulk_fit_fits_all_spectra_anew(inspector, bench, qtbot):
    pick(inspector.model_card.bulk_fit, "median")
    assert bench.document.recipe.bulk_fit.method == "median"
    assert not inspector.prune_card.prune.isEnabled()
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=30_000)
    assert {layer.fit.method for layer in bench.document.analysis} == {"median"}
    assert inspector.prune_card.prune.isEnabled()


def test_that_colours_follow_the_theme(inspector):
    from rmt_studio.gui.theme import DARK, theme

    before = theme().choice
    theme().choose("dark")
    assert DARK.background in inspector.page.styleSheet()
    theme().choose(before)


def test_that_every_field_can_be_read_aloud(inspector):
    for widget in touchable(inspector):
        assert widget.accessibleName()
    for section in inspector.rule_card.editor.sections:
        assert section.enable.accessibleName()
        assert all(field.accessibleName() and field.toolTip() for field in section._changes)


def test_that_the_keyboard_keeps_the_bulk_fit_while_spectra_are_fitted(
    workbench, qtbot, demo_model, demo_analysis
):
    inspector = Inspector(workbench)
    qtbot.addWidget(inspector)
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    inspector.show()
    qtbot.waitExposed(inspector)
    box = inspector.model_card.bulk_fit
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    for _ in range(2):
        before = workbench.document.recipe.bulk_fit.method
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert workbench.document.recipe.bulk_fit.method != before
        assert not workbench.document.analyzed
        assert box.hasFocus()
        assert not inspector.model_card.target.isEnabled()
    qtbot.waitUntil(lambda: not workbench.running_jobs, timeout=60_000)
