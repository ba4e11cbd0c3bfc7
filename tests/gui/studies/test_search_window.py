"""Searching the smallest model as a person does it."""

from __future__ import annotations

import pytest

from rmt_studio.gui.studies import SearchWindow
from rmt_studio.studies import Criterion, Measured

from .conftest import PATIENCE


@pytest.fixture
def searched(searching, bench, qtbot):
    searching.start_button.click()
    qtbot.waitUntil(lambda: bench.search.result is not None, timeout=PATIENCE)
    return searching


def test_that_the_bisection_can_be_watched(searching, bench, qtbot, stall_watchdog):
    brackets = []
    bench.search.changed.connect(lambda: brackets.append(searching.plot.picture.bracket))
    searching.start_button.click()
    qtbot.waitUntil(lambda: bench.search.result is not None, timeout=PATIENCE)
    widths = [high - low for low, high in (x for x in brackets if x)]
    assert len(widths) > 1
    assert widths == sorted(widths, reverse=True)
    picture = searching.plot.picture
    assert picture.bracket is None
    assert picture.least == pytest.approx(picture.dense - 10)
    assert searching.model.rowCount() == len(bench.search.result.steps)
    for curve, passes in zip(picture.curves, (True, False), strict=True):
        for spot in curve.spots:
            assert bench.search.rows[spot.row].passes is passes
            assert (spot.y >= picture.least - 1e-9) is passes


def test_that_the_found_rules_open_and_can_be_undone(searched, bench):
    best = bench.search.result.best
    assert isinstance(best, Measured)
    assert "Smallest" in searched.verdict.whole_text
    searched.open_button.click()
    assert bench.document.recipe == best.recipe
    bench.undo_stack.undo()
    assert bench.document.recipe.rules == {}


def test_that_a_stopped_search_goes_on_where_it_stopped(searching, bench, qtbot):
    study = bench.search
    searching.start_button.click()
    qtbot.waitUntil(lambda: len(study.rows) == 1, timeout=PATIENCE)
    searching.stop_button.click()
    qtbot.waitUntil(lambda: not study.running, timeout=PATIENCE)
    assert study.result is None
    assert not searching.open_button.isEnabled()
    searching.start_button.click()
    qtbot.waitUntil(lambda: study.result is not None, timeout=PATIENCE)
    assert study.rows[0].trial.kept


def test_that_points_that_few_images_cannot_show_are_refused(searching, bench, qtbot):
    searching.criterion.show_choice(Criterion.INTERVAL)
    searching.points.show_value(0.5)
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        searching.start_button.click()
    assert "cannot be shown on 45 images" in failed.args[1]
    assert searching.start_button.isEnabled()


def test_that_a_method_without_its_images_cannot_start(searching, bench):
    bench.document.open_calibration(None)
    searching.method.show_choice("wanda")
    searching.judge()
    assert "Wanda needs calibration images" in searching.status.text()
    assert not searching.start_button.isEnabled()


def test_that_the_search_outlives_its_window(searched, bench, qtbot):
    window = SearchWindow(bench)
    qtbot.addWidget(window)
    assert window.model.rowCount() == len(bench.search.rows)
    assert window.points.value() == 10
    assert window.method.method.key == "magnitude"
    assert window.open_button.isEnabled()


def test_that_the_menu_shows_each_window_once(demo):
    demo.actions_by_id["find_smallest"].trigger()
    demo.actions_by_id["find_smallest"].trigger()
    windows = demo.findChildren(SearchWindow)
    assert len(windows) == 1
    windows[0].close()
