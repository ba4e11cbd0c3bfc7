"""Comparing methods as a person does it."""

from __future__ import annotations

import csv
import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest

from rmt_studio.gui.studies import ComparisonWindow
from rmt_studio.gui.studies.comparison_window import read_shares
from rmt_studio.gui.theme import DARK, theme
from rmt_studio.pruning import METHODS
from rmt_studio.studies import Measured

from .conftest import PATIENCE, some


def spots(window):
    """All points of the plot: (row, x without the dodge's half a point, y)."""
    found = []
    for items in window.plot._items:
        found += [(s.data().row, s.pos().x(), s.pos().y()) for s in items.marks.points()]
    return sorted(found)


def test_that_all_methods_are_offered_and_those_with_images_wait_for_some(bench, qtbot):
    bench.document.open_calibration(None)
    window = ComparisonWindow(bench)
    qtbot.addWidget(window)
    assert set(window.methods.boxes) == set(METHODS)
    for key, method in METHODS.items():
        assert window.methods.boxes[key].isEnabled() is not method.needs_images
        assert method.source in window.methods.boxes[key].toolTip()
    window.methods.tick(["wanda", "magnitude"])
    assert window.methods.chosen == ("magnitude",)
    with qtbot.waitSignal(bench.image_sets.calibration_wanted):
        window.methods.open_button.click()
    bench.document.open_calibration(some("train", 100))
    assert window.methods.chosen == ("magnitude", "wanda")
    assert window.methods.open_button.isHidden()


def test_that_rows_and_points_come_in_one_by_one(comparing, bench, qtbot, stall_watchdog):
    QAbstractItemModelTester(comparing.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    seen = []
    bench.method_study.changed.connect(lambda: seen.append(comparing.model.rowCount()))
    assert not comparing.plot.isVisible()
    comparing.start_button.click()
    assert not comparing.start_button.isEnabled()
    qtbot.waitUntil(lambda: bench.method_study.result is not None, timeout=PATIENCE)
    assert set(seen) >= {0, 1, 2, 3, 4}
    rows = bench.method_study.rows
    assert [(row.method, row.sparsity) for row in rows] == [
        ("magnitude", 0.3), ("wanda", 0.3), ("magnitude", 0.6), ("wanda", 0.6),
    ]  # fmt: skip
    assert [(row, y) for row, _, y in spots(comparing)] == [
        (place, pytest.approx(100 * row.evaluation.top1)) for place, row in enumerate(rows)
    ]
    for (_, x, _), row in zip(spots(comparing), rows, strict=True):
        assert x == pytest.approx(100 * row.block_sparsity, abs=0.5)
    assert comparing.start_button.isEnabled()


def test_that_bars_are_the_paired_intervals_around_the_dense_accuracy(compared, bench):
    dense = bench.method_study.dense_top1
    assert dense == pytest.approx(bench.method_study.result.dense.top1)
    curve = compared.plot.picture.curves[1]
    assert curve.name == METHODS["wanda"].label
    for spot in curve.spots:
        row = bench.method_study.rows[spot.row]
        low, high = row.pair.interval
        assert spot.low == pytest.approx(100 * max(0, dense + low))
        assert spot.high == pytest.approx(100 * min(1, dense + high))
    assert compared.plot.picture.dense == pytest.approx(100 * dense)


def test_that_a_click_on_a_row_opens_its_rules_and_can_be_undone(compared, bench):
    place = compared.table.visualRect(compared.model.index(1, 0)).center()
    QTest.mouseClick(compared.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.document.recipe == bench.method_study.rows[1].recipe
    assert bench.undo_stack.count() == 1
    bench.undo_stack.undo()
    assert bench.document.recipe.rules == {}


def test_that_enter_on_a_row_opens_its_rules(compared, bench):
    compared.table.setFocus()
    compared.table.selectRow(2)
    assert bench.document.recipe.rules == {}
    QTest.keyClick(compared.table, Qt.Key.Key_Return)
    assert bench.document.recipe == bench.method_study.rows[2].recipe


def test_that_a_click_on_a_point_opens_its_rules(compared, bench):
    compared.plot.row_picked.emit(3)
    assert bench.document.recipe == bench.method_study.rows[3].recipe
    assert compared.table.currentIndex().row() == 3
    ring = compared.plot._ring.points()[0].pos()
    assert ring.y() == pytest.approx(100 * bench.method_study.rows[3].evaluation.top1)


def test_that_a_stopped_comparison_goes_on_where_it_stopped(comparing, bench, qtbot):
    study = bench.method_study
    comparing.start_button.click()
    qtbot.waitUntil(lambda: len(study.rows) == 2, timeout=PATIENCE)
    comparing.stop_button.click()
    qtbot.waitUntil(lambda: not study.running, timeout=PATIENCE)
    had = [(row.method, row.sparsity) for row in study.rows]
    assert len(had) < 4
    assert comparing.model.rowCount() == len(had)
    assert str(study.file) in comparing.note.whole_text
    comparing.start_button.click()
    qtbot.waitUntil(lambda: study.result is not None, timeout=PATIENCE)
    assert [(row.method, row.sparsity) for row in study.rows if row.kept] == had


def test_that_a_comparison_goes_on_with_a_file(compared, bench, qtbot, tmp_path):
    target = tmp_path / "taken.json"
    compared.exports.write(target)
    compared.methods.tick(["random"])
    compared.go_on_with(target)
    assert compared.methods.chosen == ("magnitude", "wanda")
    assert read_shares(compared.shares.text()) == (0.3, 0.6)
    compared.start_button.click()
    qtbot.waitUntil(lambda: bench.method_study.result is not None, timeout=PATIENCE)
    assert bench.method_study.file == target
    assert all(row.kept for row in bench.method_study.rows)


def test_that_a_file_that_is_no_comparison_is_said(comparing, bench, qtbot, tmp_path):
    path = tmp_path / "notes.json"
    path.write_text('{"kind": "search"}')
    with qtbot.waitSignal(bench.failed) as failed:
        comparing.go_on_with(path)
    assert "no comparison" in failed.args[1]
    assert comparing.methods.chosen == ("magnitude", "wanda")


def test_that_measuring_anew_takes_nothing_from_the_file(compared, bench, qtbot):
    compared.anew.setChecked(True)
    compared.start_button.click()
    qtbot.waitUntil(lambda: bench.method_study.result is not None, timeout=PATIENCE)
    assert not any(row.kept for row in bench.method_study.rows)
    assert not compared.anew.isChecked()


def test_that_table_study_and_plot_are_exported(compared, bench, tmp_path):
    for ending in ("csv", "json", "png"):
        compared.exports.write(tmp_path / f"study.{ending}")
    with (tmp_path / "study.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    top1 = [row.evaluation.top1 for row in bench.method_study.rows]
    assert [float(row["top1"]) for row in rows] == top1
    content = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))
    assert [row["top1"] for row in content["rows"]] == top1
    picture = QImage(str(tmp_path / "study.png"))
    assert picture.width() > 2 * compared.plot.width()
    colors = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3)
              for y in range(0, picture.height(), 3)}  # fmt: skip
    shown = (getattr(theme().colors, c.look.color) for c in compared.plot.picture.curves)
    assert {color.lower() for color in shown} <= colors


def test_that_a_place_that_cannot_be_written_is_said(compared, bench, qtbot, tmp_path):
    with qtbot.waitSignal(bench.failed) as failed:
        compared.exports.write(tmp_path / "nowhere" / "study.csv")
    assert "nowhere" in failed.args[1]


def test_that_a_method_that_cannot_do_it_is_a_row_with_its_reason(comparing, bench, qtbot):
    comparing.methods.tick(["magnitude", "svd"])
    comparing.shares.setText("0, 50")
    study = bench.method_study
    comparing.start_button.click()
    qtbot.waitUntil(lambda: study.result is not None, timeout=PATIENCE)
    measured = [row for row in study.rows if isinstance(row, Measured)]
    assert len(comparing.model.rows) == len(study.rows) == 4
    assert len(spots(comparing)) == len(measured)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("30, 50", (0.3, 0.5)),
        (" 12.5 % ", (0.125,)),
        ("50, 50", (0.5,)),
        ("0", (0.0,)),
        ("", ()),
        ("half", ()),
        ("100", ()),
        ("-5", ()),
        ("30,,50", ()),
        ("nan", ()),
    ],
)
def test_that_shares_are_read_or_refused(text, shares):
    assert read_shares(text) == shares


def test_that_what_is_missing_is_said_and_nothing_starts(comparing, bench):
    comparing.shares.setText("many")
    assert comparing.status.problem
    assert not comparing.start_button.isEnabled()
    comparing.shares.setText("30")
    comparing.methods.tick([])
    assert "Tick at least one" in comparing.status.text()
    comparing.methods.tick(["random"])
    assert comparing.start_button.isEnabled()
    bench.document.open_images(None)
    assert "image folder" in comparing.status.text()
    assert not comparing.start_button.isEnabled()


def test_that_the_study_outlives_its_window(compared, bench, qtbot):
    window = ComparisonWindow(bench)
    qtbot.addWidget(window)
    assert window.model.rowCount() == 4
    assert window.methods.chosen == ("magnitude", "wanda")
    assert window.shares.text() == "30, 60"


def test_that_another_model_ends_the_study(comparing, bench, qtbot, demo_model):
    from dataclasses import replace

    comparing.start_button.click()
    qtbot.waitUntil(lambda: bool(bench.method_study.rows), timeout=PATIENCE)
    bench.document.open_model(replace(demo_model))
    assert comparing.model.rowCount() == 0
    assert not comparing.start_button.isEnabled()
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
    assert bench.method_study.rows == []


def test_that_colours_follow_the_theme(compared):
    before = theme().choice
    theme().choose("dark")
    brush = compared.plot._items[0].marks.opts["brush"].color().name().upper()
    theme().choose(before)
    assert brush == DARK.accent.upper()


def test_that_everything_can_be_read_aloud(comparing):
    for widget in (
        comparing.shares,
        comparing.limit,
        comparing.go_on,
        comparing.start_button,
        comparing.stop_button,
        comparing.export_button,
        comparing.anew,
        comparing.table,
        *comparing.methods.boxes.values(),
    ):
        assert widget.accessibleName()
