"""Scrubbing through training: what is drawn, by which keys, and that axes stand still."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from rmt_studio.gui.series import SeriesWindow
from rmt_studio.gui.series.course import TIME_PLOTS
from rmt_studio.gui.series.layer_model import COURSE_ROLE, Column, SeriesLayerModel
from rmt_studio.gui.theme import DARK, theme

from .conftest import PATIENCE, write_step

KEY = Qt.Key


@pytest.fixture
def viewer(analysed):
    return analysed.viewer


def drawn(viewer):
    """Everything that the big plot draws, by the names of its items."""
    found = {}
    for row in viewer.spectrum.saving.rows():
        found.setdefault(row["item"], []).append((row["x"], row["y"]))
    return found


def test_that_checkpoints_appear_while_others_are_analysed(listed, desk, qtbot, stall_watchdog):
    seen = []
    desk.grown.connect(lambda: seen.append(listed.viewer.scrub.count))
    listed.setup_page.start_button.click()
    assert listed.pages.currentWidget() is listed.viewer
    assert listed.viewer.stop_button.isVisible()
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    assert (seen[0], seen[-1]) == (0, 5)
    assert seen == sorted(seen)
    assert not listed.viewer.stop_button.isVisible()
    assert listed.viewer.scrub.checkpoint == "epoch_10.pth", "it follows the newest"
    assert "5 checkpoints, 2 matrices" in listed.viewer.about.whole_text


def test_that_the_plot_is_the_spectrum_of_the_checkpoint(viewer, desk):
    viewer.scrub.go(3)
    layer = desk.course.steps[3].layers["fc1"]
    found = drawn(viewer)
    assert found["upper edge of the Marchenko-Pastur law"][0][0] == layer.fit.upper_edge
    assert found["Tracy-Widom threshold"][0][0] == layer.fit.threshold
    heights = np.array(found["empirical spectral density"])[:, 1]
    width = np.diff(viewer.scrub.picture.axes.ends)[0]
    inside = np.count_nonzero(layer.spectrum.eigenvalues <= viewer.scrub.picture.axes.ends[-1])
    assert heights.sum() * width == pytest.approx(inside / layer.spectrum.dimension)
    assert viewer.headline.figures["spikes"]._number.text() == str(layer.fit.spikes)


def test_that_axes_stand_still_while_the_spectrum_moves(viewer):
    ranges, edges = set(), set()
    for place in range(viewer.scrub.count):
        viewer.scrub.go(place)
        ranges.add(tuple(map(tuple, viewer.spectrum.getViewBox().viewRange())))
        edges.add(drawn(viewer)["upper edge of the Marchenko-Pastur law"][0][0])
    assert len(ranges) == 1
    assert len(edges) == viewer.scrub.count


def test_that_the_first_checkpoint_is_a_ghost_that_can_be_taken_away(viewer):
    name = "first checkpoint, empirical spectral density"
    viewer.scrub.go(4)
    first = viewer.scrub.picture.frame(0)
    heights = np.array(drawn(viewer)[name])[:, 1]
    np.testing.assert_allclose(heights, np.trim_zeros(first.bulk + first.spikes))
    viewer.ghost_button.click()
    assert name not in drawn(viewer)
    assert "first: " not in viewer.legend.accessibleName()
    viewer.ghost_button.click()
    assert "first: epoch_0.pth" in viewer.legend.accessibleName()
    viewer.scrub.go(0)
    assert name not in drawn(viewer), "it would hide behind itself"


def test_that_a_logarithmic_axis_keeps_the_checkpoint(viewer, desk):
    viewer.scrub.go(2)
    viewer.log_button.click()
    layer = desk.course.steps[2].layers["fc1"]
    place = drawn(viewer)["upper edge of the Marchenko-Pastur law"][0][0]
    assert place == pytest.approx(np.log10(layer.fit.upper_edge))
    assert viewer.scrub.place == 2


@pytest.mark.parametrize("where", ["slider", "spectrum", "times", "table"])
def test_that_keys_move_through_training_wherever_the_focus_is(analysed, viewer, where):
    widgets = {
        "slider": viewer.timeline.slider,
        "spectrum": viewer.spectrum,
        "times": viewer.times,
        "table": viewer.layers.table,
    }
    widget, places = widgets[where], []
    for key in (KEY.Key_Home, KEY.Key_Left, KEY.Key_Right, KEY.Key_Right, KEY.Key_End):
        QTest.keyClick(widget, key)
        places.append(viewer.scrub.place)
    assert places == [0, 0, 1, 2, 4]
    QTest.keyClick(widget, KEY.Key_Space)
    assert viewer.scrub.playing
    assert viewer.scrub.place == 0, "from the end it plays from the beginning"
    QTest.keyClick(widget, KEY.Key_Space)
    assert not viewer.scrub.playing


def test_that_it_plays_to_the_end_and_stops(viewer, qtbot):
    viewer.scrub.set_speed(16)
    viewer.scrub.go(1)
    seen = []
    viewer.scrub.step_changed.connect(lambda: seen.append(viewer.scrub.place))
    viewer.timeline.play.click()
    qtbot.waitUntil(lambda: not viewer.scrub.playing, timeout=PATIENCE)
    assert seen == [2, 3, 4]
    assert not viewer.timeline.play.isChecked()


def test_that_a_closed_window_does_not_play_on(analysed, viewer):
    viewer.scrub.go(0)
    viewer.scrub.play(True)
    analysed.hide()
    assert not viewer.scrub.playing


def test_that_the_slider_follows_the_pointer(viewer):
    slider = viewer.timeline.slider
    middle = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(1, middle))
    assert viewer.scrub.place == 0
    QTest.mouseMove(slider, QPoint(slider.width() // 2, middle))
    assert viewer.scrub.place == 2
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width(), middle))
    assert viewer.timeline.name.whole_text == "epoch_2.pth"
    assert viewer.timeline.count.text() == "3 of 5"


def test_that_the_line_of_the_time_plots_can_be_dragged(viewer):
    one = viewer.times.plots[1]
    one.line.setValue(4.2)  # what a drag does: it tells of the place, and jumps to the next step
    assert viewer.scrub.checkpoint == "epoch_5.pth"
    assert {plot.line.value() for plot in viewer.times.plots} == {5.0}


def test_that_a_click_in_a_time_plot_goes_to_the_step(viewer):
    view = viewer.times
    box = view.plots[0].plot.getViewBox()
    place = view.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    step = box.mapSceneToView(view.mapToScene(place)).x()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    numbers = viewer.scrub.course.numbers
    assert viewer.scrub.place == int(np.abs(numbers - step).argmin())


def test_that_time_plots_hold_the_numbers_of_the_layer(viewer, desk):
    track = desk.course.track("fc1")
    for one in viewer.times.plots:
        x, y = one.curve.getData()
        factor = 100 if one.metric == "bulk_fraction" else 1
        assert x.tolist() == [0, 1, 2, 5, 10]
        np.testing.assert_allclose(y, factor * track.values(one.metric))
    assert tuple(one.metric for one in viewer.times.plots) == TIME_PLOTS


def test_that_the_plots_tell_their_figures_in_words(viewer):
    for place in (1, 3):
        viewer.scrub.go(place)
        told = viewer.spectrum.accessibleDescription()
        assert told.startswith(f"fc1, {viewer.scrub.checkpoint}: ")
        assert f"spikes: {viewer.scrub.shown.fit.spikes}" in told
    spikes = [layer.fit.spikes for layer in viewer.scrub.course.track("fc1").known]
    course = f"spikes from {spikes[0]} to {spikes[-1]}, least {min(spikes)}, most {max(spikes)}"
    assert course in viewer.times.accessibleDescription()


def test_that_a_film_does_not_wait_for_the_lane_of_the_analysis(viewer, workbench, tmp_path, qtbot):
    held = threading.Event()
    workbench.jobs.start("held", lambda _: held.wait(60), lambda _: None, lane="cpu")
    viewer.exports.write(tmp_path / "film.gif")
    try:
        qtbot.waitUntil((tmp_path / "film.gif").exists, timeout=PATIENCE)
    finally:
        held.set()
    qtbot.waitUntil(lambda: not workbench.jobs.running, timeout=PATIENCE)


def test_that_ticks_of_counts_are_whole_and_no_share_is_over_all(viewer):
    viewer.scrub.choose_layer("fc2")  # it has no spikes, ever
    for one, most in ((viewer.times.plots[1], 2), (viewer.times.plots[2], 100)):
        low, high = one.plot.getViewBox().viewRange()[1]
        ((_, ticks),) = one.beside.tickValues(low, high, 100.0)
        assert ticks
        assert max(ticks) <= most
    assert all(
        tick == round(tick) for tick in viewer.times.plots[1].beside.tickValues(-1, 3, 100)[0][1]
    )


def test_that_the_list_has_a_course_and_the_value_now(viewer, desk):
    model = viewer.layers.model
    assert isinstance(model, SeriesLayerModel)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    viewer.scrub.choose_metric("spikes")
    viewer.scrub.go(4)
    now = [model.index(row, Column.NOW).data() for row in range(model.rowCount())]
    expected = [desk.course.steps[4].layers[name].fit.spikes for name in ("fc1", "fc2")]
    assert now == [str(spikes) for spikes in expected]
    course = model.index(0, Column.COURSE).data(COURSE_ROLE)
    assert course.place == 4
    assert (course.heights[0], course.heights[-1]) == (0.0, 1.0)
    level = model.index(1, Column.COURSE).data(COURSE_ROLE)
    assert set(level.heights.tolist()) == {0.5}, "what never changes is a level line"


def test_that_another_layer_is_chosen_by_the_keyboard_and_found_by_the_filter(viewer):
    QTest.keyClick(viewer.layers.table, KEY.Key_Down)
    assert viewer.scrub.layer == "fc2"
    assert viewer.headline.name.whole_text == "fc2"
    viewer.layers.filter.setText("fc1")
    assert viewer.layers.proxy.rowCount() == 1
    assert viewer.scrub.layer == "fc2", "a filter hides rows and chooses none"
    assert not viewer.layers.table.selectionModel().hasSelection()
    viewer.layers.filter.clear()
    assert viewer.layers.proxy.rowCount() == 2
    assert viewer.layers.table.currentIndex().row() == 1
    viewer.layers.filter.setText("fc1")
    viewer.layers.table.selectRow(0)
    assert viewer.scrub.layer == "fc1"


def test_that_the_theme_recolours_the_plots(viewer):
    theme().choose("dark")
    assert viewer.spectrum.backgroundBrush().color().name() == DARK.panel.lower()
    assert viewer.times.backgroundBrush().color().name() == DARK.panel.lower()
    theme().choose("light")


def test_that_stopping_keeps_what_is_known(series_window, desk, workbench, tmp_path, qtbot):
    for step in range(30):
        write_step(tmp_path, step, **{"fc3.weight": (300, 200)})
    desk.look(tmp_path)
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    series_window.setup_page.start_button.click()
    workbench.jobs.arrived.connect(desk.stop)  # with the first checkpoint
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    assert 0 < len(desk.course.steps) < 30
    assert series_window.pages.currentWidget() is series_window.viewer
    assert series_window.viewer.timeline.play.isEnabled() is (len(desk.course.steps) > 1)


def test_that_all_numbers_are_written(viewer, desk, workbench, tmp_path, qtbot):
    for name in ("s.csv", "s.json"):
        with qtbot.waitSignal(desk.told, timeout=PATIENCE):
            viewer.exports.write(tmp_path / name)
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert len(lines) == 1 + 5 * 2
    assert len(json.loads((tmp_path / "s.json").read_text())["checkpoints"]) == 5


def test_that_the_film_of_the_layer_is_written_as_it_is_shown(viewer, desk, tmp_path, qtbot):
    viewer.scrub.set_speed(8)
    with qtbot.waitSignal(desk.told, timeout=PATIENCE):
        viewer.exports.write(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 5
        assert film.info["duration"] == round(100 / 8) * 10


def test_that_the_window_can_be_closed_and_shown_again(analysed, desk, qtbot):
    analysed.viewer.scrub.choose_layer("fc2")
    again = SeriesWindow(desk)
    qtbot.addWidget(again)
    again.show()
    assert again.pages.currentWidget() is again.viewer
    assert again.viewer.scrub.count == 5
