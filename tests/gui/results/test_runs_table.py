"""The rows of the results table and the text that is copied."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from rmt_studio.gui.results.marked_model import ROW_ROLE, MarkedTableModel
from rmt_studio.gui.results.row import HEADERS, Column, points_text, rows_of, table_text

from .conftest import dense_run

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def row(run):
    return rows_of([run])[0]


def test_that_a_pruned_run_shows_its_numbers(runs):
    texts = [text.replace("\u202f", " ") for text in row(runs[1]).texts]
    assert texts[Column.RUN] == "Global magnitude 40%"
    assert texts[Column.KEPT] == "3.00 M"
    assert texts[Column.SPARSITY] == "40.0 %"
    assert texts[Column.TOP1].startswith("74.3 ± 3.")
    assert texts[Column.DROP] == "−10.0"
    assert texts[Column.IMAGES] == "700"
    assert texts[Column.TIME] == "0:43"


def test_that_the_half_interval_is_half_of_the_wilson_interval(runs):
    # Wilson 1927 for 590 of 700: 0.81396 to 0.86786
    assert row(runs[0]).texts[Column.TOP1] == "84.3 ± 2.7"
    assert "590 of 700 images of photographs" in row(runs[0]).tips[Column.TOP1]
    assert "81.4 to 86.8 %" in row(runs[0]).tips[Column.TOP1]


def test_that_a_dense_run_has_nothing_to_be_compared_with(runs):
    texts = row(runs[0]).texts
    assert {texts[c] for c in (Column.SPARSITY, Column.DROP, Column.AGREEMENT)} == {"–"}


def test_that_a_difference_within_its_interval_is_not_called_a_loss(runs):
    assert "may well be none" in row(runs[2]).tips[Column.DROP]
    assert "may well be none" not in row(runs[1]).tips[Column.DROP]


@pytest.mark.parametrize(
    ("difference", "text"),
    [(-0.004, "−0.4"), (0.0123, "+1.2"), (0.0, "0.0"), (-0.0001, "0.0"), (None, "–")],
)
def test_that_differences_are_points_with_a_sign(difference, text):
    assert points_text(difference) == text


def test_that_the_copied_table_has_full_precision(runs):
    records = list(csv.DictReader(io.StringIO(table_text(runs)), delimiter="\t"))
    assert [record["run"] for record in records] == [run.label for run in runs]
    for record, run in zip(records, runs, strict=True):
        assert float(record["top1"]) == run.evaluation.top1
        assert float(record["top1_low"]) == run.evaluation.top1_interval[0]
        assert int(record["parameters_kept"]) == run.parameters_kept
    assert records[0]["agreement"] == ""


@pytest.fixture
def model(qapp):
    """An empty table of runs under Qt's own tester."""
    model = MarkedTableModel([HEADERS[column] for column in Column])
    tester = QAbstractItemModelTester(model, FATAL)
    yield model
    tester.deleteLater()
    model.deleteLater()


def test_that_runs_are_appended_as_they_come(model, runs):
    for count in range(1, len(runs) + 1):
        model.show_rows(rows_of(runs[:count]))
    assert model.rowCount() == 4
    assert model.index(1, Column.DROP).data() == "−10.0"
    for column in Column:
        assert model.index(1, column).data(Qt.ItemDataRole.ToolTipRole)
        horizontal = Qt.Orientation.Horizontal
        assert model.headerData(column, horizontal, Qt.ItemDataRole.ToolTipRole)


def test_that_rows_can_go_and_change(model, runs):
    model.show_rows(rows_of(runs))
    model.show_rows(rows_of(runs[1:3]))
    assert model.rowCount() == 2
    model.show_rows(rows_of(runs[2:4]))
    assert model.index(0, Column.RUN).data() == "Spectral edge budget 30%"


def test_that_runs_on_other_images_are_told_apart(filled, workbench):
    rows = range(filled.model.rowCount())
    assert not any(filled.model.index(row, 0).data(ROW_ROLE).faded for row in rows)
    workbench.document.add_run(dense_run(250, n=300, images="calibration"))
    assert all(filled.model.index(row, 0).data(ROW_ROLE).faded for row in rows)
    assert not filled.model.index(len(rows), 0).data(ROW_ROLE).faded


def test_that_the_front_is_marked(runs):
    # run 2 is smaller than run 3 and better; the others are the best of their size
    assert [row.texts[Column.FRONT] for row in rows_of(runs)] == ["◆", "◆", "◆", "–"]
