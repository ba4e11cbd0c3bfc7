"""The window of a fine-tuning as a person uses it."""

from __future__ import annotations

import gc
import re
import threading
import weakref

import pytest
from PySide6.QtCore import QSettings

from rmt_studio.gui.plots.help import help_text
from rmt_studio.gui.training.asked import Asked, Ending, Outcome, Validation
from rmt_studio.gui.training.fine_tune_window import FineTuneWindow
from rmt_studio.gui.training.remembered import remembered
from rmt_studio.gui.training.settings_form import AUGMENTATIONS, SettingsForm
from rmt_studio.studio import training_state
from rmt_studio.training import EpochReport, FineTuning, RunFile

from .conftest import PATIENCE, QUICK, ended


@pytest.fixture
def window(bench, qtbot):
    made = FineTuneWindow(bench)
    qtbot.addWidget(made)
    made.settings.show_settings(QUICK)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def done(window, bench, script, qtbot):
    """The window after a scripted fine-tuning."""
    window.start_button.click()
    qtbot.waitUntil(ended(bench.fine_tuner, bench), timeout=PATIENCE)
    return window


def choose(box, data):
    box.show_choice(data)
    box.chosen.emit(data)


def test_that_a_real_run_fills_the_window(window, bench, qtbot, stall_watchdog):
    tuner = bench.fine_tuner
    window.start_button.click()
    assert window.stop_button.isEnabled()
    assert not window.start_button.isEnabled()
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.ending is Ending.DONE
    assert window.pages.currentIndex() == 1
    assert window.model.rowCount() == QUICK.epochs
    assert window.loss.line.getData()[0].tolist() == tuner.course.at.tolist()
    assert "Kept in" in window.note.whole_text


def test_that_points_rows_and_words_tell_the_same(done, bench):
    spots = done.accuracy.picture.curves[0].spots
    assert [spot.y for spot in spots[1:]] == [50.0, 90.0, 80.0]
    assert spots[0].y == pytest.approx(100 * bench.fine_tuner.levels.pruned)
    for row, spot in zip(done.model.rows, spots[1:], strict=True):
        assert float(row.texts[2]) == pytest.approx(spot.y)
        low, high = (float(end) for end in row.texts[3].split(" to "))
        assert (low, high) == pytest.approx((spot.low, spot.high), abs=0.051)
    assert [row.texts[5] for row in done.model.rows] == ["◆", "◆", ""]
    assert done.accuracy.picture.least == pytest.approx(spots[0].y)
    _is_said_in_words(done)
    _is_told_of_plots(done)


def _is_said_in_words(done):
    assert "Epoch 2 is best: 90.0 %" in done.verdict.whole_text
    assert "80.0\u202f% removed, as before" in done.verdict.whole_text
    assert "is the pruned model from now on" in done.sentence.whole_text


def test_that_stop_says_that_it_can_go_on(window, bench, script, qtbot):
    tuner = bench.fine_tuner
    script.accuracies = [0.95] * 500
    script.hold = pause
    window.start_button.click()
    qtbot.waitUntil(lambda: tuner.course.best is not None, timeout=PATIENCE)
    window.stop_button.click()
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.ending is Ending.STOPPED
    assert tuner.outcome is Outcome.TAKEN
    assert "Start goes on" in window.note.whole_text


def pause(_step, _progress):
    threading.Event().wait(0.002)  # so that there is time to press Stop


def test_that_without_rules_it_says_what_to_do(window, bench):
    bench.replace_recipe(bench.document.recipe.model_copy(update={"rules": {}}), "none")
    assert "rule" in window.status.text()
    assert not window.start_button.isEnabled()
    bench.undo_stack.undo()
    assert window.start_button.isEnabled()
    assert "made by the rules first" in window.status.text()


def test_that_without_labels_the_dense_model_alone_teaches(window, bench, script, qtbot):
    choose(window.teacher.source, False)
    assert not window.settings.field("distillation").isEnabled()
    assert "Without labels" in window.settings.field("label_smoothing").toolTip()
    window.start_button.click()
    qtbot.waitUntil(ended(bench.fine_tuner, bench), timeout=PATIENCE)
    assert script.asked["settings"].distillation == 1.0


def test_that_every_choice_of_validation_is_explained(window, bench):
    said = set()
    for choice in Validation:
        choose(window.validation, choice)
        said.add(window.honesty.text())
        assert window.start_button.isEnabled()
    assert len(said) == len(Validation)
    assert any("too kind" in text for text in said)
    assert any("4 images are set aside" in text for text in said)
    choose(window.teacher.source, False)
    choose(window.validation, Validation.HELD_OUT)
    assert "Without labels" in window.status.text()
    assert not window.start_button.isEnabled()


def test_that_images_in_both_sets_are_told_of(window, bench, qtbot, tmp_path):
    from PIL import Image

    from rmt_studio import open_images

    folder = tmp_path / "images"  # beside the settings and the state
    for name in "0123456789":
        (folder / name).mkdir(parents=True)
        Image.new("L", (8, 8)).save(folder / name / "one.png")
    bench.document.open_images(open_images(folder))
    bench.fine_tuner.images.open(folder)
    qtbot.waitUntil(lambda: "10 of these images" in window.status.text(), timeout=PATIENCE)
    assert "10 images of" in window.teacher.about.whole_text


def test_that_a_folder_that_makes_no_sense_is_said(window, bench, qtbot, tmp_path):
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        bench.fine_tuner.images.open(tmp_path / "nothing")
    assert "does not exist" in failed.args[1]
    assert window.teacher.images is bench.document.calibration


def test_that_a_later_start_begins_with_what_was_asked_for(done, bench, demo_model, qtbot):
    asked = bench.fine_tuner.asked
    bench.document.open_model(demo_model)
    assert bench.fine_tuner.asked is None
    again = FineTuneWindow(bench)
    qtbot.addWidget(again)
    assert again.settings.settings() == asked.settings == QUICK
    assert remembered(Asked, demo_model) == asked
    QSettings().setValue(QSettings().allKeys()[0], "{")
    assert remembered(Asked, demo_model) is None


def _is_told_of_plots(done):
    told = done.accuracy.accessibleDescription()
    assert "pruned" in told
    assert "90.0 % at 2" in told
    course = done.tuner.course
    first, last = course.losses[0], course.losses[-1]
    told = done.loss.accessibleDescription()
    assert told.startswith(f"loss of the steps from {first:.4f} to {last:.4f}; epoch 1: 1.0000")


def test_that_the_focus_goes_to_the_button_that_can_be_pressed(window, bench, script, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.start_button.setFocus()
    script.hold = pause
    window.start_button.click()
    assert window.stop_button.hasFocus()
    qtbot.waitUntil(ended(bench.fine_tuner, bench), timeout=PATIENCE)
    assert window.start_button.hasFocus()


def test_that_where_nothing_is_kept_nothing_is_said_of_it(window, bench, script, qtbot):
    script.hold = _stop_at_once
    window.start_button.click()
    qtbot.waitUntil(lambda: bench.fine_tuner.where is not None, timeout=PATIENCE)
    window.stop_button.click()
    qtbot.waitUntil(ended(bench.fine_tuner, bench), timeout=PATIENCE)
    assert bench.fine_tuner.outcome is Outcome.NO_EPOCH
    assert window.note.whole_text == ""


def _stop_at_once(step, progress):
    while True:
        pause(step, progress)
        progress(step, 100)


def test_that_more_shows_the_rest(window):
    assert not window.settings.rest.isVisible()
    window.settings.more.click()
    assert window.settings.rest.isVisible()


def test_that_work_that_was_begun_is_offered(window, bench, qtbot):
    window.settings.field("epochs").show_value(7)
    window.judge()
    folder = training_state.folder_for(training_state.name_of(bench.fine_tuner._tuning(
        window.asked, anew=False)), anew=False)  # fmt: skip
    told = [EpochReport(epoch, 7, 1.0, None, best=True).record() for epoch in (1, 2, 3)]
    RunFile(folder).save({}, {"reports": told})
    window.settings.changed.emit()
    qtbot.waitUntil(lambda: "3 of 7 epochs" in window.status.text(), timeout=PATIENCE)
    window.settings.field("epochs").show_value(8)
    window.settings.changed.emit()
    assert "3 of 7" not in window.status.text()
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


def test_that_it_outlives_its_window_but_not_its_model(done, bench, qtbot, demo_model):
    other = FineTuneWindow(bench)
    qtbot.addWidget(other)
    assert other.model.rowCount() == 3
    assert other.settings.settings().epochs == QUICK.epochs
    assert other.sentence.whole_text == done.sentence.whole_text
    bench.document.open_model(demo_model)  # another model empties it
    assert done.pages.currentIndex() == 0
    assert done.model.rowCount() == 0


def test_that_a_window_dies_by_reference_count(bench, qapp):
    gc.collect()
    gc.disable()
    try:
        window = FineTuneWindow(bench)
        gone = weakref.ref(window)
        del window
        assert gone() is None
    finally:
        gc.enable()
    qapp.processEvents()


def test_that_the_help_explains_the_plots():
    text = re.sub(r"<[^>]+>", "", help_text("training"))
    assert "95 % interval" in text
    assert "too kind" in text


def test_that_the_form_gives_back_what_it_shows(qtbot):
    form = SettingsForm(FineTuning(epochs=3))
    qtbot.addWidget(form)
    for settings in (
        FineTuning(),
        FineTuning(clip=None, patience=3, steps=7, l1=1e-6, l2=2.5e-7, learning_rate=3e-5),
        FineTuning(warm_up=0.125, label_smoothing=0, distillation=1, precision="bfloat16", seed=9),
        *(FineTuning(**views) for views in AUGMENTATIONS.values()),
    ):
        form.show_settings(settings)
        assert form.settings() == settings
        assert form.complaint() == ""
