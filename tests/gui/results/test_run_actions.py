"""What a person does with the runs."""

from __future__ import annotations

import csv
import json
from functools import partial

import pytest
from PySide6.QtCore import Qt

from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.results.row import USUAL, Column
from rmt_studio.gui.results.series import compare, front_of

from .conftest import dense_run, pruned_run


def visible(panel):
    return tuple(column for column in Column if not panel.table.isColumnHidden(column))


def test_that_enter_opens_the_rules_as_one_step(panel, workbench, demo_model, runs, qtbot):
    workbench.document.open_model(demo_model)
    for run in runs:
        workbench.document.add_run(run)
    panel.activateWindow()
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    panel.table.selectRow(2)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert workbench.document.recipe == runs[2].recipe
    assert workbench.undo_stack.undoText() == f"recipe of {runs[2].label}"
    workbench.undo_stack.undo()
    assert not workbench.document.recipe.rules


def test_that_the_dense_run_changes_no_rules_and_it_is_said(panel, workbench, demo_model, qtbot):
    workbench.document.open_model(demo_model)
    workbench.document.add_run(dense_run())
    panel.table.selectRow(0)
    with qtbot.waitSignal(workbench.told) as told:
        panel.actions_of_runs.open_rules()
    assert "no rules" in told.args[0]
    assert workbench.undo_stack.count() == 0


def test_that_without_the_model_its_rules_cannot_be_opened(filled, workbench, qtbot):
    filled.table.selectRow(1)
    with qtbot.waitSignal(workbench.failed) as failed:
        filled.actions_of_runs.open_rules()
    assert failed.args[1] == "open their model first"


def test_that_a_run_is_removed(filled, workbench, runs):
    filled.actions_of_runs.remove_runs([1, 3])
    assert workbench.document.runs == [runs[0], runs[2]]
    assert filled.model.rowCount() == 2
    filled.actions_of_runs.remove_runs([0, 1])
    assert not filled.table.isVisible()


def test_that_the_row_with_the_focus_is_removed_where_none_is_selected(
    filled, workbench, runs, monkeypatch
):
    monkeypatch.setattr(AskBox, "ask", lambda _box: True)
    filled.table.selectRow(1)
    filled.table.clearSelection()  # as after Tab into the table
    assert not filled.actions_of_runs.reasons()["remove_runs"]
    filled.actions_of_runs.ask_removal()
    assert workbench.document.runs == [runs[0], *runs[2:]]


def test_that_a_run_is_renamed(filled, workbench, runs):
    filled.table.selectRow(2)
    filled.actions_of_runs.rename_run("  best so far ")
    assert workbench.document.runs[2].label == "best so far"
    assert workbench.document.runs[2].recipe == runs[2].recipe
    assert filled.model.index(2, Column.RUN).data() == "best so far"
    filled.actions_of_runs.rename_run(" ")
    assert workbench.document.runs[2].label == "best so far"


def test_that_the_results_are_exported_as_csv(filled, tmp_path, runs):
    filled.actions_of_runs.write(str(tmp_path / "results.csv"))
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    assert [float(record["top1"]) for record in records] == [run.evaluation.top1 for run in runs]


def test_that_the_results_are_exported_as_json_with_their_recipes(filled, tmp_path, runs):
    filled.actions_of_runs.write(str(tmp_path / "results.json"))
    records = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert records[0]["recipe"] is None
    assert set(records[1]["recipe"]["rules"]) == {"head"}
    assert records[1]["parameters_kept"] == runs[1].parameters_kept


def test_that_a_place_that_cannot_be_written_is_said(filled, workbench, tmp_path, qtbot):
    with qtbot.waitSignal(workbench.failed) as failed:
        filled.actions_of_runs.write(str(tmp_path / "nowhere" / "results.csv"))
    assert failed.args[0] == "The results were not exported"


def test_that_the_usual_columns_fit_at_1440_and_others_can_be_chosen(filled, workbench, qtbot):
    from rmt_studio.gui.results import ResultsPanel

    assert visible(filled) == USUAL
    assert filled.table.horizontalScrollBar().maximum() == 0
    filled.table.switch(Column.LOSS).trigger()
    assert Column.LOSS in visible(filled)
    other = ResultsPanel(workbench)
    qtbot.addWidget(other)
    assert Column.LOSS in visible(other)
    filled.table.usual.trigger()
    assert visible(filled) == USUAL


def test_that_the_keys_of_the_table_do_what_they_say(filled, qtbot, monkeypatch):
    asked = []
    for name in ("ask_name", "ask_removal", "open_rules"):
        monkeypatch.setattr(filled.actions_of_runs, name, partial(asked.append, name))
    for key in (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(filled.table, key)
    assert asked == ["ask_name", "ask_removal", "open_rules", "open_rules"]
    assert filled.table.column_menu.menuAction() in filled.menu.actions()


@pytest.mark.parametrize(
    ("sizes", "front"),
    [
        ([(0.2, 500), (0.4, 510)], {1}),
        ([(0.2, 500), (0.4, 490)], {0, 1}),
        ([(0.3, 500), (0.3, 500), (0.3, 499)], {0, 1}),
        ([(0.3, 500), (0.4, 500)], {1}),
    ],
)
def test_that_the_front_holds_runs_that_no_other_beats(sizes, front):
    runs = [pruned_run(f"run {i}", *one) for i, one in enumerate(sizes)]
    assert front_of(compare(runs)) == front


def test_that_the_front_is_drawn_in_steps(filled):
    x, y = filled.plot._front.getData()
    assert len(x) == 2 * len(front_of(compare(filled._workbench.document.runs))) - 1
    assert all(a == b or c == d for a, b, c, d in zip(x, x[1:], y, y[1:], strict=False))
