"""The results panel as a person uses it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication

from rmt_studio.gui.copying import copy_focused
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.results.row import Column
from rmt_studio.gui.theme import theme

from .conftest import dense_run, pruned_run


def spots(panel):
    """All marks of the plot in the order of the runs: (index, x, y)."""
    found = []
    for items in panel.plot._items.values():
        marks = items.marks
        found += [(spot.data().index, spot.pos().x(), spot.pos().y()) for spot in marks.points()]
    return sorted(found)


def test_that_without_runs_the_next_step_is_said(panel, workbench, demo_model):
    assert "Open a model" in panel.empty_text.text()
    workbench.document.open_model(demo_model)
    assert "Open an image folder" in panel.empty_text.text()
    assert not panel.table.isVisible()


def test_that_with_images_the_next_step_is_to_evaluate(panel, workbench, demo_model):
    from rmt_studio.data.images import digits

    workbench.document.open_model(demo_model)
    workbench.document.open_images(digits())
    assert "Press Evaluate" in panel.empty_text.text()


def test_that_each_run_is_a_row_and_a_point(filled, runs):
    assert filled.table.isVisible()
    assert filled.model.rowCount() == len(runs)
    expected = [
        (index, pytest.approx(run.parameters_kept / 1e6), pytest.approx(100 * run.evaluation.top1))
        for index, run in enumerate(runs)
    ]
    assert spots(filled) == expected


def test_that_error_bars_reach_as_far_as_the_interval(filled, runs):
    dense = runs[0].evaluation
    bars = [items.bars for items in filled.plot._items.values()][-1]
    low, high = (100 * end for end in dense.top1_interval)
    assert bars.opts["y"][0] - bars.opts["bottom"][0] == pytest.approx(low)
    assert bars.opts["y"][0] + bars.opts["top"][0] == pytest.approx(high)


def test_that_smaller_models_lie_to_the_right(filled):
    view = filled.plot.getViewBox()
    places = {i: view.mapFromView(QPointF(x, y)).x() for i, x, y in spots(filled)}
    assert places[0] < places[3] < places[2] < places[1]


def test_that_all_points_and_bars_are_in_view(filled, runs):
    (left, right), (bottom, top) = filled.plot.getViewBox().viewRange()
    for run in runs:
        assert left < run.parameters_kept / 1e6 < right
        assert bottom < 100 * run.evaluation.top1_interval[0]
        assert 100 * run.evaluation.top1_interval[1] < top


def test_that_one_run_alone_can_be_drawn(panel, workbench):
    workbench.document.add_run(dense_run())
    assert len(spots(panel)) == 1
    assert not panel.grab().isNull()


def test_that_a_selected_row_has_a_ring_in_the_plot(filled, runs):
    filled.table.selectRow(2)
    ring = filled.plot._ring.points()[0].pos()
    assert ring.x() == pytest.approx(runs[2].parameters_kept / 1e6)
    assert ring.y() == pytest.approx(100 * runs[2].evaluation.top1)


def test_that_a_click_on_a_point_opens_the_rules_of_its_run(
    filled, workbench, demo_model, runs, qtbot
):
    workbench.document.open_model(demo_model)
    for run in runs:
        workbench.document.add_run(run)
    place = filled.plot.getViewBox().mapViewToScene(QPointF(*spots(filled)[1][1:]))
    with qtbot.waitSignal(filled.plot.run_picked):
        qtbot.mouseClick(
            filled.plot.viewport(),
            Qt.MouseButton.LeftButton,
            pos=filled.plot.mapFromScene(place),
        )
    assert filled.table.currentIndex().row() == 1
    assert workbench.document.recipe == runs[1].recipe
    assert workbench.undo_stack.count() == 1
    assert workbench.undo_stack.undoText() == f"recipe of {runs[1].label}"


def test_that_another_model_empties_the_table(filled, workbench, demo_model):
    filled.table.selectRow(2)
    workbench.document.open_model(demo_model)
    assert filled.model.rowCount() == 0
    assert not filled.table.isVisible()
    assert spots(filled) == []


def test_that_runs_on_other_images_leave_the_plot_and_it_is_said(filled, workbench):
    workbench.document.add_run(pruned_run("own rules", 0.1, 90, 1, 2, n=100, images="digits"))
    assert [index for index, *_ in spots(filled)] == [4]
    assert "4 runs on other images" in filled.caption.whole_text


def test_that_the_table_is_copied_with_its_key(filled, runs, qtbot):
    filled.activateWindow()
    filled.table.setFocus()
    qtbot.waitUntil(filled.table.hasFocus)
    assert copy_focused()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + len(runs)
    assert lines[0].startswith("run\tparameters\t")


def test_that_the_recipe_of_a_run_can_be_used_again(panel, workbench, demo_model, runs):
    workbench.document.open_model(demo_model)
    for run in runs[:2]:
        workbench.document.add_run(run)
    panel.table.selectRow(1)
    panel.actions_of_runs.open_rules()
    assert workbench.document.recipe.rules == runs[1].recipe.rules
    workbench.undo_stack.undo()
    assert not workbench.document.recipe.rules


def test_that_the_dense_run_has_no_recipe_to_use(filled):
    actions = filled.actions_of_runs
    filled.table.selectRow(0)
    assert actions.reasons()["open_run_rules"]
    filled.table.selectRow(1)
    assert not actions.reasons()["open_run_rules"]


def test_that_top1_is_whole_and_the_plot_readable_in_the_smallest_window(filled):
    filled.resize(550, 154)
    header, width = filled.table.horizontalHeader(), filled.table.viewport().width()
    assert 0 < header.sectionViewportPosition(Column.DROP) <= width
    assert filled.plot.width() >= 260


def test_that_the_plot_follows_the_theme(filled):
    for choice, ground in (("light", "#ffffff"), ("dark", "#1e2126")):
        theme().choose(choice)
        picture = filled.plot.viewport().grab().toImage()
        assert picture.pixelColor(1, 1).name() == ground
    theme().choose("system")


def test_that_no_accuracy_above_100_is_on_the_axis(panel, workbench):
    workbench.document.add_run(dense_run(700))
    low, high = panel.plot.getViewBox().viewRange()[1]
    ticks = [tick for _, level in panel.plot._beside.tickValues(low, high, 140) for tick in level]
    assert high > 100
    assert max(ticks) == 100


def test_that_usual_columns_give_way_rather_than_scroll(filled, qtbot):
    filled.resize(900, 190)
    qtbot.waitUntil(lambda: not filled.table.isColumnHidden(Column.AGREEMENT))
    filled.resize(440, 190)
    table = filled.table
    qtbot.waitUntil(lambda: table.isColumnHidden(Column.AGREEMENT))
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    assert not table.isColumnHidden(Column.TOP1)
    filled.resize(900, 190)
    qtbot.waitUntil(lambda: not table.isColumnHidden(Column.AGREEMENT))


def test_that_columns_a_person_chose_stay_in_a_narrow_panel(filled, qtbot):
    filled.table.show_columns((Column.TOP1, Column.LOSS, Column.AGREEMENT))
    filled.resize(440, 190)
    qtbot.waitUntil(lambda: filled.table.horizontalScrollBar().maximum() > 0)
    assert not filled.table.isColumnHidden(Column.LOSS)


def test_that_the_plot_of_the_results_is_explained(filled, qtbot):
    button = filled.findChild(HelpButton)
    button.click()
    assert "Pareto front" in button.panel.browser.toPlainText()
    button.panel.close()
