"""The lab's plot, legend and tables: whole at any size, told in words, redrawn where new."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QMenu

from rmt_studio.gui.lab.curves import looks_of
from rmt_studio.gui.lab.picture import LabCurve, LabPicture, Published
from rmt_studio.gui.lab.plot import LabPlot
from rmt_studio.gui.lab.tables import LabTables
from rmt_studio.gui.lab.views import views_of
from rmt_studio.gui.results.series import DENSE
from rmt_studio.studies.lab import EXPERIMENTS, LabRow

from .conftest import PATIENCE

PANEL = EXPERIMENTS["randomness"].panels[0]
CURVE = LabCurve("L2", DENSE, ((0.0, 25.5), (4.0, 21.25)), (0.0, 0.0))
PICTURE = LabPicture((CURVE,), (Published("L2", DENSE, 90.5, "L2 90.50"),), "Epoch", "Norm")


def rows(count):
    return [
        LabRow(PANEL.key, "L2", x, {"frobenius": 30.0 - x, "spikes": 2.0}) for x in range(count)
    ]


@pytest.mark.parametrize("size", [(1000, 660), (920, 620), (1180, 760)])
def test_that_no_line_of_the_legend_is_cut_after_a_resize(removed, qtbot, size):
    removed.resize(1400, 900)
    qtbot.waitUntil(lambda: removed.width() == 1400)
    removed.resize(*size)
    legend = removed.legend
    qtbot.waitUntil(lambda: legend.height() >= legend.heightForWidth(legend.width()))
    assert removed.plot.height() >= removed.plot.minimumHeight()
    assert removed.plot.geometry().top() >= legend.geometry().bottom()


def test_that_the_plot_tells_its_figures():
    plot = LabPlot()
    assert plot.accessibleDescription() == ""
    plot.show_picture(PICTURE)
    told = plot.accessibleDescription()
    assert told == "Norm against Epoch: L2: 25.5 at 0 to 21.25 at 4; published L2 90.50"
    plot.show_picture(LabPicture())
    assert plot.accessibleDescription() == ""


def test_that_only_another_picture_is_drawn(qtbot):
    plot = LabPlot()
    qtbot.addWidget(plot)
    plot.show_picture(PICTURE)
    marks = plot._items[0].marks
    drawn = QSignalSpy(marks.sigPlotChanged)
    plot.show_picture(replace(PICTURE))
    assert drawn.count() == 0
    longer = replace(CURVE, points=(*CURVE.points, (5.0, 20.0)), errors=(0.0,) * 3)
    plot.show_picture(replace(PICTURE, curves=(longer,)))
    assert drawn.count() > 0
    assert plot._items[0].marks is marks
    assert marks.getData()[1].tolist() == [25.5, 21.25, 20.0]


def test_that_another_look_is_drawn_in_its_colour(qtbot):
    plot = LabPlot()
    qtbot.addWidget(plot)
    first, second = looks_of([LabRow("", name, 0, {}) for name in "ab"]).values()
    for look in (first, second):
        plot.show_picture(replace(PICTURE, curves=(replace(CURVE, look=look),)))
        assert plot._items[0].marks.opts["symbol"] == look.symbol


def test_that_a_row_more_is_put_in_and_the_others_stay(qtbot):
    tables = LabTables()
    qtbot.addWidget(tables)
    tables.show_rows(PANEL, rows(3))
    model = tables.rows.model()
    added, changed, reset = (
        QSignalSpy(one) for one in (model.rowsInserted, model.dataChanged, model.modelReset)
    )
    kept = rows(4)
    tables.show_rows(PANEL, kept)
    tables.show_rows(PANEL, kept)
    assert [(one[1], one[2]) for one in (added.at(i) for i in range(added.count()))] == [(3, 3)]
    assert changed.count() == reset.count() == 0


def test_that_many_rows_come_into_the_table_in_parts(qtbot):
    tables = LabTables()
    qtbot.addWidget(tables)
    tables.show_rows(PANEL, rows(500))
    assert 0 < tables.rows.model().rowCount() < 500
    qtbot.waitUntil(lambda: tables.rows.model().rowCount() == 500, timeout=PATIENCE)
    assert tables.rows.model().rows[-1].texts[2] == "499"
    tables.show_rows(PANEL, rows(2))
    assert tables.rows.model().rowCount() == 2


def test_that_a_run_without_a_row_yet_says_so_instead_of_empty_axes(lab_window, lab, qtbot):
    seen = []
    lab.changed.connect(lambda: seen.append((len(lab.rows), lab_window.figures.currentIndex())))
    lab_window.fields.choose("noise")
    lab_window.start_button.click()
    assert lab_window.pages.currentIndex() == 1
    assert lab_window.figures.currentWidget() is lab_window.waiting
    assert "being trained" in lab_window.waiting.text()
    qtbot.waitUntil(lambda: lab.result is not None and not lab.running, timeout=PATIENCE)
    assert all(page == bool(count) for count, page in seen)
    assert lab_window.figures.currentWidget() is lab_window.split


def test_that_a_result_is_deleted_by_a_button_too(removed, qtbot):
    qtbot.waitUntil(lambda: removed.kept_list.count() == 1, timeout=PATIENCE)
    assert not removed.delete_button.isEnabled()
    asked = QSignalSpy(removed.kept_list.unwanted)
    removed.kept_list.unwanted.disconnect(removed._ask_removal)
    removed.kept_list.setCurrentRow(0)
    QTest.mouseClick(removed.delete_button, Qt.MouseButton.LeftButton)
    assert asked.count() == 1
    assert [one.parentWidget() for one in removed.findChildren(QMenu)] == [removed.save_button]


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_that_what_theory_says_is_drawn_beside_its_quantity_and_not_alone(key):
    views = views_of(EXPERIMENTS[key])
    drawn = {(view.panel.key, bound.key) for view in views for bound in view.bounds}
    for panel in EXPERIMENTS[key].panels:
        for column in panel.columns:
            alone = any(view.panel is panel and view.column is column for view in views)
            assert alone == (not column.theory_of)
            assert ((panel.key, column.key) in drawn) == bool(column.theory_of)
            if column.theory_of:
                assert not panel.column(column.theory_of).theory_of
