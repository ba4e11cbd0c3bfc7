"""The command palette: what it finds, in which order, and by the keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from rmt_studio.gui.palette import CommandPalette
from rmt_studio.gui.palette.entries import Entry, matches
from rmt_studio.gui.palette.matching import score
from rmt_studio.gui.palette.model import EntryModel


def entry(title, reason=""):
    return Entry(title, title, "Menu", "", "tip", reason, list)


def open_palette(window):
    window.actions_by_id["palette"].trigger()
    return window.findChildren(CommandPalette)[-1]


def titles(palette):
    return [e.title for e in palette.model.entries]


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("dark", "Dark", "Standard key"),
        ("cp", "Copy as Python", "Keyboard shortcuts help"),
        ("fc1 3", "Go to blocks.3.mlp.fc1", "Go to blocks.13.mlp.fc1"),
    ],
)
def test_that_the_closer_title_wins(query, better, worse):
    assert score(query, better) > (score(query, worse) or -1000)


def test_that_letters_out_of_order_do_not_fit():
    assert score("krad", "Dark") is None


def test_that_what_was_used_last_stands_first():
    entries = [entry("a"), entry("b"), entry("c")]
    assert [e.title for e in matches(entries, "", ["c", "b"])] == ["c", "b", "a"]


def test_that_the_model_of_the_palette_keeps_the_rules_of_item_models():
    model = EntryModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_entries([entry("a"), entry("b", "not now")])
    model.show_entries([])


def test_that_a_layer_is_found_and_shown_by_the_keyboard_and_remembered(demo, qtbot):
    palette = open_palette(demo)
    QTest.keyClicks(palette.field, "go 2 fc1")
    assert titles(palette)[0] == "Go to blocks.2.mlp.fc1"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: demo.workbench.current == "blocks.2.mlp.fc1")
    again = open_palette(demo)
    assert titles(again)[0] == "Go to blocks.2.mlp.fc1"
    QTest.keyClick(again.field, Qt.Key.Key_Down)
    assert again.list.currentIndex().row() == 1
    again.field.setText("stop comparing")
    assert "not compared" in again.foot.whole_text
    QTest.keyClick(again.field, Qt.Key.Key_Return)
    assert again.isVisible()
    again.field.setText("show column")
    assert any(title.startswith("Show column") for title in titles(again))
    again.close()
