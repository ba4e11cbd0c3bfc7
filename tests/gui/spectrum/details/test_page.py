import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from rmt_studio.gui.spectrum.details import DetailsPage
from rmt_studio.gui.spectrum.details.cells import Cell, Column, Row
from rmt_studio.gui.spectrum.details.table_model import CellTableModel
from rmt_studio.gui.spectrum.scales import Scale
from rmt_studio.gui.spectrum.shown import Shown

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
SELECT = QItemSelectionModel.SelectionFlag.Select


@pytest.fixture
def page(qtbot):
    page = DetailsPage()
    qtbot.addWidget(page)
    testers = [QAbstractItemModelTester(m, FATAL) for m in (page.figures, page.spikes)]
    page.resize(580, 400)
    page.show()
    qtbot.waitExposed(page)
    yield page
    del testers


def shown(layer):
    return Shown(layer, Scale(layer.spectrum.samples))


def row_of(model, name):
    return next(r for r in range(model.rowCount()) if model.index(r, 0).data() == name)


def choose(page, part):
    page.part.findChild(object, f"choice_{part}").click()


def test_that_numbers_stand_at_the_right_and_notes_at_the_left(page, fc1):
    page.show_details(shown(fc1), None, None)
    model, row = page.figures, row_of(page.figures, "variance v")
    role = Qt.ItemDataRole.TextAlignmentRole
    assert model.index(row, 1).data(role) & Qt.AlignmentFlag.AlignRight
    assert model.index(row, 2).data(role) & Qt.AlignmentFlag.AlignLeft
    assert "Marchenko" in model.index(row, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_that_copying_takes_what_is_selected(page, fc1):
    page.show_details(shown(fc1), None, None)
    model, table = page.figures, page.figure_table
    row = row_of(model, "variance v")
    table.selectionModel().select(model.index(row, 1), SELECT)
    table.copy()
    assert float(QGuiApplication.clipboard().text()) == fc1.fit.variance


def test_that_a_table_is_copied_with_its_header(page, fc1, details):
    page.show_details(shown(fc1), None, details)
    choose(page, "spikes")
    page.spike_table.selectAll()
    page.spike_table.copy()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[:3] == ["#", "s", "λ"]
    assert len(lines) == 1 + page.spikes.rowCount()
    assert float(lines[1].split("\t")[1]) == fc1.spectrum.singular_values[0]


def test_that_what_was_selected_stays_so_when_the_vectors_arrive(page, fc1, details):
    page.show_details(shown(fc1), None, None)
    choose(page, "spikes")
    page.spike_table.selectRow(1)
    assert page.spikes.index(1, 7).data() == "…"
    assert "computing" in page.caption.variants[0]
    page.show_details(shown(fc1), None, details)
    assert page.spikes.index(1, 7).data() != "…"
    assert {index.row() for index in page.spike_table.selectionModel().selectedIndexes()} == {1}
    assert "99.9 %" in page.caption.variants[0]


def test_that_an_empty_table_says_why(page, product, noise):
    choose(page, "spikes")
    page.show_details(shown(noise), None, None)
    assert page.nothing.isVisible()
    assert page.nothing.text().startswith("No spike above the threshold")
    page.show_details(shown(product), None, None)
    assert page.nothing.text() == product.view.why_not


def test_that_both_tables_have_names_and_can_be_reached(page):
    for table in (page.figure_table, page.spike_table):
        assert table.accessibleName()
        assert table.focusPolicy() & Qt.FocusPolicy.TabFocus
    for column in range(page.spikes.columnCount()):
        tip = page.spikes.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        assert tip


@pytest.mark.parametrize("part", ["numbers", "spikes"])
def test_that_no_number_is_cut_at_the_width_of_the_window(page, fc1, details, part):
    page.show_details(shown(fc1), None, details)
    choose(page, part)
    table = page.figure_table if part == "numbers" else page.spike_table
    model, metrics = table.model(), table.fontMetrics()
    for row in range(model.rowCount()):
        for column in range(model.columnCount() - 1):
            if table.rowSpan(row, column) == 1 and table.columnSpan(row, column) == 1:
                text = model.index(row, column).data() or ""
                assert metrics.horizontalAdvance(text) < table.columnWidth(column) - 6


def test_that_titles_of_groups_go_across_the_table(page, fc1):
    page.show_details(shown(fc1), None, None)
    row = row_of(page.figures, "Goodness of fit")
    assert page.figure_table.columnSpan(row, 0) == page.figures.columnCount()


def test_that_other_titles_are_another_table(qtbot):
    model = CellTableModel((Column("a"), Column("b")))
    with qtbot.waitSignal(model.modelReset):
        model.set_rows((Row(title="t"), Row((Cell("1"), Cell("2")))))
    with qtbot.waitSignal(model.dataChanged):
        model.set_rows((Row(title="t"), Row((Cell("1"), Cell("3")))))
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.set_rows((Row(title="t"), Row((Cell("1"), Cell("3")))))
    assert model.copied([0, 1], [0, 1]) == "a\tb\nt\n1\t3"
