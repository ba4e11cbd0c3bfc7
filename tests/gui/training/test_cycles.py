"""Prune-restore cycles as a person runs them."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
from PySide6.QtWidgets import QWidget

from rmt_studio.errors import InputError
from rmt_studio.gui.studies import StudyWindows
from rmt_studio.gui.training.cycles_window import CyclesWindow
from rmt_studio.gui.training.fine_tune_window import FineTuneWindow
from rmt_studio.studies.cycles import CycleRecipe
from rmt_studio.studio import cycles_tasks
from rmt_studio.training import FineTuning

from .conftest import PATIENCE

SHORT = CycleRecipe(
    sparsity=0.6,
    step=0.3,
    switch=0.3,
    selection_epochs=0.1,
    fine_tuning=FineTuning(epochs=1, steps=1, batch=8, learning_rate=1e-4),
)


@pytest.fixture
def window(bench, qtbot, tmp_path):
    bench.cycles.folder = tmp_path / "studies"
    made = CyclesWindow(bench)
    qtbot.addWidget(made)
    made.show_recipe(SHORT)
    made.judge()
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def through(window, bench, qtbot):
    """The window after both cycles: by magnitude, then by reallocation."""
    run(window, bench, qtbot)
    return window


def run(window, bench, qtbot):
    window.start_button.click()
    qtbot.waitUntil(lambda: not bench.cycles.running and not bench.running_jobs, timeout=PATIENCE)


def test_that_the_form_gives_back_the_recipe_and_counts_the_cycles(window):
    assert window.recipe() == SHORT
    assert window.status.text() == "2 cycles"
    window.sparsity.show_value(0.99)
    window.judge()
    assert window.start_button.isEnabled() is not bool(window.complaint())
    assert window.complaint()  # with the overshoot nothing is left
    window.method.show_choice("magnitude")
    window.judge()
    assert window.complaint() == ""
    assert not window.overshoot.isEnabled()
    assert not window.switch.isEnabled()


def _is_told(through, bench):
    study, runs = bench.cycles, bench.document.runs
    assert [row.method for row in study.rows] == ["magnitude", "ser"]
    assert through.model.rowCount() == 2
    assert runs[0] is bench.document.dense_run
    assert runs[0].evaluation.top1 == pytest.approx(study.dense_top1)
    assert [run.evaluation.top1 for run in runs[1:]] == [x.evaluation.top1 for x in study.rows]
    assert [run.label for run in runs[1:]] == [row.recipe.name for row in study.rows]
    for row, curve in zip(study.rows, through.plot.picture.curves, strict=True):
        (spot,) = curve.spots
        assert spot.x == pytest.approx(100 * row.block_sparsity)
        assert spot.y == pytest.approx(100 * row.evaluation.top1)
    assert "Cycle 2 of 2" in through.verdict.whole_text
    assert json.loads(study.file.read_text())["rows"]


def test_that_a_row_opens_its_model_and_can_be_undone(through, bench, qtbot, demo_model):
    before = bench.document.recipe
    row = bench.cycles.rows[1]
    through.table.clicked.emit(through.model.index(1, 0))
    qtbot.waitUntil(lambda: bench.document.pruned is not None, timeout=PATIENCE)
    document = bench.document
    assert document.recipe == row.recipe
    assert document.pruned.block_sparsity == pytest.approx(row.block_sparsity)
    assert bench.runs._measured(document.pruned) == document.runs[2].evaluation.record()
    bench.undo_stack.undo()
    assert document.recipe == before
    assert document.pruned is None
    document.open_model(demo_model)  # another model ends it
    assert through.pages.currentIndex() == 0
    assert bench.cycles.rows == []
    assert document.runs == []


def test_that_each_cycle_is_a_row_and_a_course_goes_on(through, bench, qtbot, stall_watchdog):
    _is_told(through, bench)
    through.sparsity.show_value(0.8)
    run(through, bench, qtbot)
    rows = bench.cycles.rows
    assert [(row.cycle, row.kept) for row in rows] == [(1, True), (2, True), (3, False)]
    assert len(bench.document.runs) == 4  # those that were there are not there twice


def test_that_a_course_that_fails_says_why(window, bench, qtbot, monkeypatch):
    def full(*_arguments, **_named):
        raise InputError("disk", "is full", "free some room")

    monkeypatch.setattr(cycles_tasks, "run_cycles", full)
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        window.start_button.click()
    assert "is full" in failed.args[1]
    assert window.start_button.isEnabled()
    assert bench.cycles.rows == []


def test_that_without_images_it_says_what_to_open(window, bench):
    bench.document.open_calibration(None)
    assert "images to learn from" in window.status.text()
    bench.document.open_images(None)
    assert "image folder" in window.status.text()
    assert not window.start_button.isEnabled()


def test_that_a_window_dies_by_reference_count(bench, qapp):
    gc.collect()
    gc.disable()
    try:
        window = CyclesWindow(bench)
        gone = weakref.ref(window)
        del window
        assert gone() is None
    finally:
        gc.enable()
    qapp.processEvents()


def test_that_each_window_is_shown_once(bench, qtbot):
    main = QWidget()
    qtbot.addWidget(main)
    windows = StudyWindows(bench, main)
    for kind in (FineTuneWindow, CyclesWindow):
        assert windows.show(kind) is windows.show(kind)
        windows.show(kind).close()
