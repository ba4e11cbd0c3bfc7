"""Comparing in the real window: menu, dialog and the columns of the changes."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog

from rmt_studio.assets import resource
from rmt_studio.gui.layers.columns import COMPARISON, Column
from rmt_studio.pruning import LayerRule, SingularValueCut

PATIENCE = 120_000
NAME = "blocks.1.mlp.fc1"
CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))


def columns_shown(window):
    table = window.layers.table
    return {column for column in Column if not table.isColumnHidden(column)}


def test_that_comparing_is_offered_when_it_makes_sense(window, demo_model):
    actions = window.actions_by_id
    for name in ("compare_checkpoint", "compare_pruned", "stop_comparing"):
        assert not actions[name].isEnabled()
    window.workbench.document.open_model(demo_model)
    assert actions["compare_checkpoint"].isEnabled()
    assert not actions["compare_pruned"].isEnabled()
    window.workbench.edit_rules({NAME: CUT}, "rule")
    assert actions["compare_pruned"].isEnabled()
    assert not actions["stop_comparing"].isEnabled()


def test_that_the_pruned_model_is_compared_from_the_menu(demo, qtbot):
    actions, document = demo.actions_by_id, demo.workbench.document
    demo.workbench.edit_rules({NAME: CUT}, "rule")
    actions["compare_pruned"].trigger()
    qtbot.waitUntil(lambda: document.compared is not None, timeout=PATIENCE)
    assert actions["compare_pruned"].isChecked()
    assert set(COMPARISON) <= columns_shown(demo)
    actions["compare_pruned"].trigger()
    assert document.comparing == "none"
    actions["compare_pruned"].trigger()
    qtbot.waitUntil(lambda: document.compared is not None, timeout=PATIENCE)
    actions["stop_comparing"].trigger()
    assert (document.comparing, document.compared) == ("none", None)
    assert not actions["compare_pruned"].isChecked()
    assert not set(COMPARISON) & columns_shown(demo)


def test_that_a_checkpoint_is_chosen_in_a_dialog_and_compared(demo, qtbot, monkeypatch):
    asked, path = [], str(resource("demo", "model.safetensors"))

    def choose(_parent, title, *_):
        asked.append(title)
        return path, ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    demo.actions_by_id["compare_checkpoint"].trigger()
    document = demo.workbench.document
    qtbot.waitUntil(lambda: document.compared is not None, timeout=PATIENCE)
    assert asked == ["Choose a checkpoint of demo to compare with"]
    assert document.compared.label == "model.safetensors"
    assert all(x is document.layer(x.name) for x in document.compared.analysis)


def test_that_nothing_happens_when_no_checkpoint_is_chosen(demo, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    demo.actions_by_id["compare_checkpoint"].trigger()
    assert demo.workbench.document.comparing == "none"
    assert {job.lane for job in demo.workbench.running_jobs} <= {"preview"}  # of the open layer
