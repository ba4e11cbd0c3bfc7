"""The jobs panel: the queue and what has ended, by mouse and keyboard."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from rmt_studio.gui.durations import clock_text, duration_text
from rmt_studio.gui.jobs.delegate import verb_place
from rmt_studio.gui.jobs.log import JobLog
from rmt_studio.gui.jobs.texts import log_text, status_text
from rmt_studio.studies.course import STEPS
from rmt_studio.studio.job_book import KEPT, State
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)

PATIENCE = 30_000


def titles(panel):
    return [panel.model.index(row).data() for row in range(panel.model.rowCount())]


def status(panel, row=0):
    return panel.model.status(panel.model.entry(panel.model.index(row)))


def click_verb(panel, row):
    place = verb_place(panel.view.visualRect(panel.model.index(row))).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0:00"), (12.2, "0:12"), (161, "2:41"), (3599.6, "1:00:00"), (3725, "1:02:05")],
)
def test_that_time_is_told_as_a_clock(seconds, text):
    assert clock_text(seconds) == text


def test_that_short_work_is_told_in_tenths_of_a_second():
    assert duration_text(0.01) == "<0.1 s"
    assert duration_text(2.34) == "2.3 s"
    assert duration_text(9.97) == "0:10"


def test_that_without_jobs_the_panel_says_what_runs_here(panel):
    assert panel.findChild(object, "jobs_empty_text").isVisible()
    assert not panel.clear_button.isVisible()


def test_that_a_running_job_tells_its_count_and_the_time_left(tell, desk):
    tell(JobQueued(1, "Evaluate", "cpu"), JobStarted(1), JobProgressed(1, 412, 700, "", 12.2))
    entry = desk.book.entry(1)
    now = entry._heard
    assert status_text(entry, desk.book, now) == "412 of 700 · 0:12 left"
    assert status_text(entry, desk.book, now + 5) == "412 of 700 · 0:07 left"
    assert status_text(entry, desk.book, now + 20) == "412 of 700 · time left unknown"


def test_that_shares_are_told_in_percent(panel, tell):
    tell(
        JobQueued(1, "Search", "cpu"), JobStarted(1), JobProgressed(1, STEPS // 4, STEPS, "", None)
    )
    assert status(panel) == "25 % · time left unknown"


def test_that_counts_beyond_32_bits_are_shown(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobStarted(1), JobProgressed(1, 2**40, 2**41, "", None))
    assert status(panel).startswith(f"{2**40:,} of {2**41:,}")
    assert not panel.grab().isNull()


def test_that_what_runs_stands_above_the_queue_and_that_above_what_has_ended(panel, tell):
    QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for job, title in enumerate("abcd", 1):
        tell(JobQueued(job, title, "cpu"))
    tell(JobStarted(1))
    assert titles(panel) == ["a", "b", "c", "d"]
    assert [status(panel, row) for row in (1, 3)] == ["1 ahead", "3 ahead"]
    panel.view.setCurrentIndex(panel.model.row_of(3))
    tell(JobFinished(1, None, 1.0), JobStarted(2), JobCancelled(3))
    assert titles(panel) == ["b", "d", "c", "a"]
    assert panel.view.chosen.id == 3
    tell(JobQueued(5, "e", "cpu"))
    assert titles(panel) == ["b", "d", "e", "c", "a"]


def test_that_work_that_serves_a_view_has_no_row(panel, tell):
    tell(JobQueued(1, "Profile", "preview", True), JobStarted(1), JobFinished(1, None, 0.1))
    assert panel.model.rowCount() == 0


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (JobFinished(1, None, 161.0), "done in 2:41"),
        (JobFailed(1, "a.pth: is empty; choose another", "trace", True), "failed: a.pth: is empty"),
        (JobCancelled(1), "cancelled"),
    ],
)
def test_that_a_job_tells_how_it_ended(panel, tell, end, said):
    tell(JobQueued(1, "Prune", "cpu"), JobStarted(1), end)
    assert status(panel).startswith(said)
    spoken = panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith(f"Prune, {panel.subject.state.value}, {said}")


def test_that_a_row_has_room_for_what_it_says(panel, tell, qtbot):
    tell(JobQueued(1, "Prune", "cpu"))
    rect = panel.view.visualRect
    waiting = rect(panel.model.index(0)).height()
    tell(JobStarted(1))
    qtbot.waitUntil(lambda: rect(panel.model.index(0)).height() > 2 * waiting)
    tell(JobFinished(1, None, 1.0))
    qtbot.waitUntil(lambda: rect(panel.model.index(0)).height() == waiting)


def test_that_the_sign_in_a_row_cancels_a_running_job(panel, desk, qtbot):
    began = threading.Event()

    def work(progress):
        while True:
            progress(1, 10)
            began.set()

    desk.start("Endless", work, lambda _: None, lane="cpu")
    qtbot.waitUntil(lambda: began.is_set() and panel.model.rowCount() == 1)
    qtbot.waitUntil(lambda: panel.subject.state is State.RUNNING)
    click_verb(panel, 0)
    assert status(panel) in ("cancelling…", "cancelled")
    qtbot.waitUntil(lambda: panel.subject.state is State.CANCELLED, timeout=PATIENCE)


def test_that_a_waiting_job_ends_at_once_by_its_key(panel, desk, qtbot):
    gate, ran = threading.Event(), []
    desk.start("first", lambda _: gate.wait(30), lambda _: None, lane="cpu")
    second = desk.start("second", lambda _: ran.append(1), lambda _: None, lane="cpu")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)
    panel.view.setCurrentIndex(panel.model.row_of(second.id))
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert second.done
    qtbot.waitUntil(lambda: desk.book.entry(second.id).state is State.CANCELLED)
    gate.set()
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    assert ran == []


def test_that_a_failed_job_can_be_started_anew(panel, desk, qtbot):
    tries, results = [], []

    def work(progress):
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        return 42

    desk.start("Shaky", work, results.append, lane="cpu")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    qtbot.waitUntil(lambda: panel.subject.state is State.FAILED)
    assert panel.verb_button.text() == "Retry"
    panel.view.setCurrentIndex(panel.model.index(0))
    QTest.keyClick(panel.view, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: results == [42])
    assert titles(panel) == ["Shaky", "Shaky"]
    assert not desk.can_retry(panel.view.chosen.id)


def test_that_jobs_of_a_model_that_is_gone_end_and_cannot_be_started_anew(panel, desk, qtbot):
    gate = threading.Event()
    running = desk.start("Prune", lambda p: gate.wait(30) and p(1, 2), print, lane="cpu")
    file = desk.start("Export", lambda _: None, lambda _: None, lane="disk", outlives=True)
    waiting = desk.start("Evaluate", lambda _: None, print, lane="cpu")
    desk.cancel_those_of_the_model("another model was opened")
    assert waiting.done
    gate.set()
    qtbot.waitUntil(lambda: not desk.running and not desk._started, timeout=PATIENCE)
    states = [desk.book.entry(job.id).state for job in (running, file, waiting)]
    assert states == [State.CANCELLED, State.FINISHED, State.CANCELLED]
    assert not any(desk.can_retry(job.id) for job in (running, waiting))
    assert "another model was opened" in log_text(desk.book.entry(waiting.id))


def test_that_the_log_has_the_traceback_and_can_be_copied(panel, desk, qtbot, qapp):
    def work(progress):
        progress(3, 10, "blocks.0.attn.q")
        raise ZeroDivisionError("by zero")

    job = desk.start("Prune", work, print, lane="cpu")
    with qtbot.waitSignal(desk.failed):
        pass
    panel.view.setCurrentIndex(panel.model.index(0))
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    log = panel.findChild(JobLog)
    shown = log.text.toPlainText()
    assert "3 of 10 · blocks.0.attn.q" in shown
    assert "Traceback" in shown
    assert "in work" in shown
    log.copy()
    assert qapp.clipboard().text() == log_text(desk.book.entry(job.id))
    log.close()


def test_that_an_open_log_follows_its_job(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"))
    panel.open_log(1)
    log = panel.findChild(JobLog)
    assert "started" not in log.text.toPlainText()
    tell(JobStarted(1), JobProgressed(1, 1, 4, "blocks.1", None))
    assert "1 of 4 · blocks.1" in log.text.toPlainText()
    log.close()


def test_that_ended_jobs_are_cleared_and_the_others_stay(panel, tell):
    QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for job in range(1, 6):
        tell(JobQueued(job, f"Prune {job}", "cpu"))
    tell(JobStarted(1), JobFinished(2, None, 1.0), JobFailed(4, "gone", "", True))
    panel.clear_button.click()
    assert titles(panel) == ["Prune 1", "Prune 3", "Prune 5"]
    assert not panel.clear_button.isEnabled()


def test_that_a_hundred_jobs_make_no_widgets_and_the_oldest_go(panel, desk, qtbot):
    before = len(panel.findChildren(object))
    for job in range(KEPT + 3):
        desk.start(f"Prune {job}", lambda _: None, lambda _: None, lane="cpu")
    qtbot.waitUntil(lambda: not desk.running and not desk._started, timeout=PATIENCE)
    assert panel.model.rowCount() == KEPT
    assert titles(panel)[0] == f"Prune {KEPT + 2}"
    assert len(panel.findChildren(object)) - before < 20


def test_that_the_note_that_came_too_soon_to_be_told_is_shown_all_the_same(panel, desk, qtbot):
    gate = threading.Event()

    def work(progress):
        progress(1, 10, "reading")
        progress(2, 10, "a long step")
        gate.wait(30)

    job = desk.start("Prune", work, lambda _: None, lane="cpu")
    entry = desk.book.entry
    qtbot.waitUntil(lambda: entry(job.id) is not None and entry(job.id).progress is not None)
    qtbot.waitUntil(lambda: entry(job.id).progress.note == "a long step", timeout=PATIENCE)
    gate.set()


def test_that_list_and_buttons_have_names_and_tab_reaches_them(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"))
    assert panel.view.accessibleName()
    assert panel.verb_button.accessibleName() == "Cancel Prune"
    for widget in (panel.view, panel.verb_button, panel.log_button, panel.clear_button):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
