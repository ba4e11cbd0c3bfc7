"""The lab as a person uses it."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest

from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.lab import LabWindow
from rmt_studio.gui.lab.views import views_of
from rmt_studio.gui.theme import theme
from rmt_studio.studies.lab import EXPERIMENTS

from .conftest import PATIENCE, run


def test_that_each_experiment_is_offered_with_its_question_and_source(lab_window):
    box = lab_window.fields.experiments
    assert [box.itemData(row) for row in range(box.count())] == list(EXPERIMENTS)
    for key, one in EXPERIMENTS.items():
        lab_window.fields.choose(key)
        assert lab_window.fields.question.text() == one.question
        assert lab_window.fields.source.text() == one.source


def test_that_time_and_memory_are_told_before_a_run(lab_window, lab, qtbot):
    qtbot.waitUntil(lambda: lab.estimate is not None, timeout=PATIENCE)
    assert lab.estimate.seconds > 0
    runs = len(EXPERIMENTS[lab_window.fields.experiment.key].runs(lab_window.fields.settings))
    assert lab.estimate.networks == runs
    assert str(runs) in lab_window.status.text()
    first = lab.estimate
    lab_window.fields.seeds.setValue(4)
    qtbot.waitUntil(lambda: lab.estimate not in (None, first), timeout=PATIENCE)
    assert lab.estimate.networks == 2 * runs


def test_that_rows_and_curves_grow_while_it_runs(lab_window, lab, qtbot):
    seen = []
    lab.changed.connect(lambda: seen.append(lab_window.tables.rows.model().rowCount()))
    run(lab_window, lab, qtbot, "pruning-while-training")
    grown = [count for count in seen if count]
    assert grown == sorted(grown)
    assert len(set(grown)) > 1
    assert grown[-1] == len(lab.rows) == 7 * 2 * 3
    picture = lab_window.plot.picture
    assert {curve.name for curve in picture.curves} == {row.series for row in lab.rows}
    assert all(len(curve.points) == 3 for curve in picture.curves)


def test_that_published_values_stand_in_the_plot_and_the_table(lab_window, lab, qtbot):
    run(lab_window, lab, qtbot, "pruning-while-training")
    known = {one.name: one.value for one in lab_window.plot.picture.published}
    assert known["none"] == 71.64
    assert known["MP + L1 + L2"] == 90.53
    assert "published" in [name for name, _ in lab_window.legend._entries]
    rows = lab_window.tables.beside.model().rows
    assert rows[0].texts[:2] == ("none: test accuracy (%)", "71.64")


def test_that_the_bound_is_drawn_beside_the_measurement_and_lies_above_it(removed):
    curves = removed.plot.picture.curves
    measured = {curve.name: curve for curve in curves if curve.role == "measured"}
    bounds = [curve for curve in curves if curve.role == "bound"]
    assert bounds
    for bound in bounds:
        own = measured[bound.name.partition(": ")[0]]
        for (x, low), (same, high) in zip(own.points, bound.points, strict=True):
            assert x == same
            assert low <= high + 1e-9


def test_that_the_verdict_says_at_how_many_points_the_inequality_holds(removed, lab):
    first = lab.result.verdicts[0]
    assert first.holds == first.points > 0
    assert "≤" in removed.verdicts.lines[0].whole_text
    assert f"{first.holds} of {first.points} points" in removed.verdicts.points[0].text()
    sentence = removed.verdicts.lines[0].toolTip()
    assert f"It holds at {first.holds} of {first.points} points; smallest margin" in sentence


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_that_every_plot_of_an_experiment_can_be_shown(lab_window, lab, qtbot, key):
    run(lab_window, lab, qtbot, key)
    assert lab_window.views.count() == len(views_of(EXPERIMENTS[key]))
    for place in range(lab_window.views.count()):
        lab_window.views.setCurrentIndex(place)
        lab_window.views.chosen.emit(lab_window.views.itemData(place))
        assert lab_window.plot.picture.curves
        assert lab_window.plot.saving.rows()
        QAbstractItemModelTester(
            lab_window.tables.rows.model(), QAbstractItemModelTester.FailureReportingMode.Fatal
        )
    lab_window.help.show_help()
    assert "Berlyand" in lab_window.help.panel.browser.toPlainText()
    lab_window.help.panel.close()


def test_that_a_stopped_run_keeps_its_rows_and_goes_on_later(lab_window, lab, qtbot):
    lab_window.fields.choose("pruning-while-training")
    lab_window.start_button.click()
    qtbot.waitUntil(lambda: len(lab.rows) > 8, timeout=PATIENCE)
    lab_window.stop_button.click()
    qtbot.waitUntil(lambda: not lab.running, timeout=PATIENCE)
    assert lab.stopped
    assert len(lab.rows) < 7 * 2 * 3
    record = json.loads(lab.result.files[0].read_text(encoding="utf-8"))
    assert len(record["rows"]) == len(lab.rows)
    qtbot.waitUntil(lambda: len(lab.kept) == 1, timeout=PATIENCE)
    assert lab.kept[0].stopped
    assert "Stopped" in lab_window.note.whole_text
    lab_window.start_button.click()
    qtbot.waitUntil(lambda: not lab.running, timeout=PATIENCE)
    assert len(lab.rows) == 7 * 2 * 3
    qtbot.waitUntil(lambda: lab.kept and not lab.kept[0].stopped, timeout=PATIENCE)
    assert len(lab.kept) == 1


def test_that_a_result_is_there_again_in_another_window(removed, lab, workbench, qtbot):
    from rmt_studio.gui.lab import Lab

    another = Lab(workbench)
    another.folder = lab.folder
    window = LabWindow(workbench, another)
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: window.kept_list.count() == 1, timeout=PATIENCE)
    window.kept_list.itemClicked.emit(window.kept_list.item(0))
    qtbot.waitUntil(lambda: another.result is not None, timeout=PATIENCE)
    assert another.result == lab.result
    assert window.plot.picture == removed.plot.picture


def test_that_a_result_is_deleted_only_when_a_person_says_so(removed, lab, qtbot, monkeypatch):
    qtbot.waitUntil(lambda: removed.kept_list.count() == 1, timeout=PATIENCE)
    folder = lab.kept[0].path.parent
    removed.kept_list.setCurrentRow(0)
    monkeypatch.setattr(AskBox, "ask", lambda _box: False)
    QTest.keyClick(removed.kept_list, Qt.Key.Key_Delete)
    assert folder.is_dir()
    monkeypatch.setattr(AskBox, "ask", lambda _box: True)
    QTest.keyClick(removed.kept_list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: removed.kept_list.count() == 0, timeout=PATIENCE)
    assert not folder.exists()


def test_that_json_rows_and_figure_are_saved_and_copied(removed, lab, tmp_path):
    for ending in (".json", ".csv", ".png"):
        path = tmp_path / f"saved{ending}"
        removed.saving.write(path)
        source = next(file for file in lab.result.files if file.suffix == ending)
        assert path.read_bytes() == source.read_bytes()
    removed.saving.copy(".csv")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == len(lab.rows) + 1
    assert lines[0].split("\t")[:4] == ["panel", "series", "seed", "x"]
    removed.saving.copy(".png")
    assert not QGuiApplication.clipboard().image().isNull()


def test_that_a_file_that_is_no_data_set_is_refused_in_words(lab_window, lab, tmp_path, qtbot):
    told = []
    lab_window._workbench.failed.connect(lambda *what: told.append(what))
    path = tmp_path / "other.npz"
    path.write_bytes(b"no archive")
    lab_window.fields.data.take(path)
    lab_window.start_button.click()
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert "other.npz" in told[0][1]
    assert "other.npz" in lab_window.empty_text.text()
    assert lab_window.pages.currentIndex() == 0
    assert not lab.folder.exists()


def test_that_a_file_that_is_gone_cannot_be_started(lab_window, tmp_path):
    lab_window.fields.data.take(tmp_path / "gone.npz")
    assert not lab_window.start_button.isEnabled()
    assert "gone.npz" in lab_window.status.text()


def test_that_it_goes_on_when_a_model_is_opened_and_its_window_closed(
    lab_window, lab, workbench, demo_model, qtbot
):
    lab_window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    lab_window.start_button.click()
    qtbot.waitUntil(lambda: bool(lab.rows), timeout=PATIENCE)
    workbench.jobs.cancel_those_of_the_model("another model was opened")
    workbench.document.open_model(demo_model)
    lab_window.close()
    qtbot.waitUntil(lambda: lab.result is not None, timeout=PATIENCE)
    assert not lab.stopped


def test_that_the_plot_takes_the_colours_of_the_theme(removed):
    try:
        theme().choose("dark")
        assert removed.plot.backgroundBrush().color().name() == theme().colors.panel.lower()
    finally:
        theme().choose("system")


def test_that_the_window_dies_by_reference_count(workbench, lab, qapp):
    gc.collect()
    gc.disable()
    try:
        window = LabWindow(workbench, lab)
        gone = weakref.ref(window)
        del window
        assert gone() is None
    finally:
        gc.enable()
    qapp.processEvents()


def test_that_the_action_and_the_first_page_open_it_without_a_model(window):
    window.actions_by_id["lab"].trigger()
    found = window.findChild(LabWindow)
    assert found.isVisible()
    found.hide()
    window.welcome.lab_button.click()
    assert found.isVisible()
    assert window.findChildren(LabWindow) == [found]
    found.close()
