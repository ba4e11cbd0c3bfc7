"""The choosers of the view and of the overlays, as a person uses them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rmt_studio import digits
from rmt_studio.analysis.views import WHOLE, View
from rmt_studio.errors import InputError
from rmt_studio.gui.spectrum.header import LayerHeader
from rmt_studio.gui.spectrum.looks import Looks
from rmt_studio.pruning import EntryThreshold, LayerRule

QUERY, FC1 = "blocks.0.attn.q", "blocks.0.mlp.fc1"
HALF = LayerRule(steps=(EntryThreshold(share=0.5),))
PATIENCE = 60_000


@pytest.fixture
def looks(bench, qtbot):
    """The two buttons, with the first query matrix of the demo on show."""
    looks = Looks(bench)
    qtbot.addWidget(looks)
    looks.show()
    qtbot.waitExposed(looks)
    bench.select((QUERY,), QUERY)
    return looks


@pytest.fixture
def settled(bench, qtbot):
    """Wait at the end until nothing runs."""
    yield
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


@pytest.mark.usefixtures("settled")
def test_that_a_head_is_chosen_from_its_submenu(looks, bench):
    groups = {action.menu().title() for action in looks.view.menu().actions() if action.menu()}
    assert groups == {"One head", "Product W_qᵀ W_k of one head"}
    looks.view.action(View("head", 1)).trigger()
    assert bench.lens.view == View("head", 1)
    assert looks.view.text() == "Head 1 ▾"
    assert looks.view.action(View("head", 1)).isChecked()
    assert not looks.view.action(WHOLE).isChecked()


@pytest.mark.usefixtures("settled")
def test_that_the_up_and_down_keys_step_through_the_views(looks, bench, qtbot):
    qtbot.keyClick(looks.view, Qt.Key.Key_Up)
    assert bench.lens.view == WHOLE
    qtbot.keyClick(looks.view, Qt.Key.Key_Down)
    qtbot.keyClick(looks.view, Qt.Key.Key_Down)
    assert bench.lens.view == View("head", 1)
    qtbot.keyClick(looks.view, Qt.Key.Key_Up)
    assert bench.lens.view == View("head", 0)


@pytest.mark.usefixtures("settled")
def test_that_whitening_waits_for_images_and_says_so(looks, bench):
    action = looks.view.action(View("whitened"))
    assert not action.isEnabled()
    assert action.toolTip() == "open an image folder first"
    assert "(open an image folder first)" in action.text()
    bench.document.open_images(digits())
    assert looks.view.action(View("whitened")).isEnabled()


@pytest.mark.usefixtures("settled")
def test_that_a_null_is_chosen_and_taken_away(looks, bench):
    assert looks.overlays.text() == "Overlays ▾"
    assert looks.overlays.action(("null", None)).isChecked()
    looks.overlays.action(("null", "shuffled")).trigger()
    assert bench.lens.null_kind == "shuffled"
    assert looks.overlays.text() == "Null: shuffled ▾"
    looks.overlays.action(("null", None)).trigger()
    assert bench.lens.null_kind is None


def test_that_a_choice_that_is_pressed_again_stays_chosen(looks):
    looks.view.action(WHOLE).trigger()
    assert looks.view.action(WHOLE).isChecked()


def test_that_an_unknown_initialisation_is_disabled_with_its_reason(looks, bench, monkeypatch):
    from rmt_studio.gui import lens

    def unknown(*_):
        raise InputError(QUERY, "the first weights are not known here")

    monkeypatch.setattr(lens, "initial_law", unknown)
    looks.refresh()
    action = looks.overlays.action(("null", "initialisation"))
    assert not action.isEnabled()
    assert action.toolTip() == "the first weights are not known here"
    assert looks.overlays.action(("null", "shuffled")).isEnabled()


@pytest.mark.usefixtures("settled")
def test_that_the_pruned_model_is_compared_when_there_are_rules(looks, bench, qtbot):
    assert not looks.overlays.action(("compared", "pruned")).isEnabled()
    bench.document.add_analysis(bench.document.analysis)
    bench.edit_rules({QUERY: HALF}, "rule")
    looks.overlays.action(("compared", "pruned")).trigger()
    assert bench.lens.compared_kind == "pruned"
    assert looks.overlays.text() == "Compared: pruned ▾"
    looks.overlays.action(("null", "profile")).trigger()
    assert looks.overlays.text() == "Null: profile · vs pruned ▾"
    looks.overlays.action(("compared", "none")).trigger()
    assert bench.lens.compared_kind == "none"


@pytest.mark.usefixtures("settled")
def test_that_both_are_said_shorter_at_the_least_width_of_the_card(bench, qtbot, fc1):
    header = LayerHeader(bench)
    qtbot.addWidget(header)
    header.show()
    bench.select((QUERY,), QUERY)
    bench.lens.choose_view(View("query_key", 1))
    bench.lens.choose_null("initialisation")
    bench.edit_rules({QUERY: HALF}, "rule")
    bench.lens.choose_compared("pruned")
    header.show_layer(fc1, others=0)
    header.resize(900, 60)
    assert header.looks.view.text() == "Head 1: W_qᵀ W_k ▾"
    assert header.looks.overlays.text() == "Null: initial · vs pruned ▾"
    header.resize(350, 60)
    assert header.looks.view.text() == "W_qᵀ W_k 1 ▾"
    assert header.looks.overlays.text() == "2 overlays ▾"
    assert header.looks.width_of(short=True) < 350
    for chooser in (header.looks.view, header.looks.overlays):
        needed = chooser.fontMetrics().horizontalAdvance(chooser.text())
        qtbot.waitUntil(lambda c=chooser, n=needed: c.width() >= n)
        assert chooser.accessibleName()
        assert chooser.toolTip()


def test_that_another_view_can_be_chosen_while_one_is_computed(view, bench, qtbot):
    bench.select((QUERY,), QUERY)
    bench.lens.choose_view(View("head", 0))
    assert view.message.isVisible()
    assert "head 0" in view.message.text()
    assert view.header.isVisible()
    assert (view.header.name.text(), view.header.facts.text()) == (QUERY, "")
    view.header.looks.view.action(WHOLE).trigger()
    assert not view.message.isVisible()
    assert view.header.facts.text().startswith("192 × 192")
    bench.select(("head",), "head")  # its spectrum is not known
    assert not view.header.isVisible()
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


def test_that_a_view_that_is_refused_says_why(view, bench, qtbot, monkeypatch):
    from rmt_studio.studio import lens_tasks

    def refuse(*_, **__):
        raise InputError(QUERY, "holds nothing but zeros")

    monkeypatch.setattr(lens_tasks, "analyze_view", refuse)
    bench.select((QUERY,), QUERY)
    bench.lens.choose_view(View("head", 0))
    qtbot.waitUntil(lambda: "nothing but zeros" in view.message.text(), timeout=PATIENCE)
    assert view.header.isVisible()
    assert not bench.running_jobs


def test_that_the_view_goes_back_to_the_whole_for_a_layer_without_heads(looks, bench, qtbot):
    looks.view.action(View("head", 0)).trigger()
    bench.select((FC1,), FC1)
    assert looks.view.text() == "Whole matrix ▾"
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


@pytest.mark.usefixtures("settled")
def test_that_the_overlays_offer_to_choose_a_checkpoint_which_the_keys_pass_by(looks, bench, qtbot):
    ask = looks.overlays.action(("compared", "another"))
    assert ask.isEnabled()
    assert ask.text() == "A checkpoint…"
    with qtbot.waitSignal(bench.lens.checkpoint_wanted):
        ask.trigger()
    assert bench.lens.compared_kind == "none"
    with qtbot.assertNotEmitted(bench.lens.checkpoint_wanted):
        for _ in range(8):
            QTest.keyClick(looks.overlays, Qt.Key.Key_Down)
