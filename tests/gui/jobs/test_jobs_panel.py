"""The jobs panel: rows that follow events, and a button that ends a job."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.jobs_panel import ROWS_KEPT, JobsPanel, clock_text, duration_text
from rmt_studio.gui.theme import theme
from rmt_studio.studio.jobs import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)


@pytest.fixture
def panel(workbench, qtbot):
    panel = JobsPanel(workbench)
    qtbot.addWidget(panel)
    panel.resize(480, 190)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def tell(workbench):
    """Send events as the workbench does."""

    def send(*events):
        for event in events:
            workbench.job_changed.emit(event)

    return send


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


def test_that_a_job_tells_its_count_its_note_and_the_time_left(panel, tell):
    tell(JobQueued(1, "Evaluate dense", "cpu"))
    assert panel.rows[0].note.whole_text == "waits for cpu"
    tell(JobStarted(1), JobProgressed(1, 412, 700, "79.9 ± 3.1 %", 12.2))
    row = panel.rows[0]
    assert row.title.whole_text == "Evaluate dense"
    assert row.note.whole_text == "412 of 700 · 0:12 left · 79.9 ± 3.1 %"
    assert row.bar.value() / row.bar.maximum() == pytest.approx(412 / 700, abs=1e-3)


def test_that_counts_beyond_32_bits_are_shown(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobProgressed(1, 2**40, 2**41, "", None))
    assert panel.rows[0].bar.value() * 2 == panel.rows[0].bar.maximum()


def test_that_an_unknown_total_does_not_fill_the_bar(panel, tell):
    tell(JobQueued(1, "Open demo", "cpu"), JobProgressed(1, 0, 0, "reading", None))
    assert panel.rows[0].bar.value() == 0
    assert panel.rows[0].note.whole_text == "reading"


def test_that_the_newest_job_is_on_top(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobQueued(2, "Evaluate", "cpu"))
    assert [row.title.whole_text for row in panel.rows] == ["Evaluate", "Prune"]
    assert panel.rows[0].y() <= panel.rows[1].y()


def test_that_work_that_serves_a_view_has_no_row(panel, tell):
    tell(JobQueued(1, "Profile", "preview", True), JobStarted(1), JobFinished(1, None, 0.1))
    assert panel.rows == []


def test_that_a_finished_job_tells_how_long_it_took(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobStarted(1), JobFinished(1, None, 161.0))
    row = panel.rows[0]
    assert row.note.whole_text == "done in 2:41"
    assert not row.bar.isVisible()
    assert not row.cancel_button.isVisible()


def test_that_a_failed_job_keeps_its_whole_message(panel, tell):
    message = "model.safetensors: holds 12 NaN values; " + "choose another file " * 10
    tell(JobQueued(1, "Open", "cpu"), JobFailed(1, message, "traceback", True))
    row = panel.rows[0]
    assert row.note.whole_text == f"failed: {message}"
    assert row.note.text().endswith("…")
    assert row.toolTip() == message


def test_that_a_cancelled_job_says_so(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobCancelled(1))
    assert panel.rows[0].note.whole_text == "cancelled"


def test_that_running_jobs_stay_when_old_rows_go(panel, tell):
    tell(JobQueued(0, "Evaluate", "cpu"))
    for job in range(1, ROWS_KEPT + 6):
        tell(JobQueued(job, f"Prune {job}", "cpu"), JobFinished(job, None, 1.0))
    titles = [row.title.whole_text for row in panel.rows]
    assert len(titles) == ROWS_KEPT
    assert titles[-1] == "Evaluate"
    assert titles[0] == f"Prune {ROWS_KEPT + 5}"


def test_that_the_button_ends_a_real_job(panel, workbench, qtbot):
    began = threading.Event()

    def work(progress):
        while True:
            progress(1, 10)
            began.set()

    workbench._start("Endless", work, lambda _: None)
    qtbot.waitUntil(lambda: began.is_set() and bool(panel.rows))
    row = panel.rows[0]
    with qtbot.waitSignal(workbench.told):
        row.cancel_button.click()
        assert row.cancel_button.text() == "Cancelling…"
        assert not row.cancel_button.isEnabled()
    assert row.note.whole_text == "cancelled"


def test_that_marks_take_the_colours_of_the_theme(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"), JobFinished(1, None, 1.0))
    mark = panel.rows[0].mark
    for choice in ("light", "dark"):
        theme().choose(choice)
        assert theme().colors.good in mark.styleSheet()
    theme().choose("system")


def test_that_bar_and_button_have_names(panel, tell):
    tell(JobQueued(1, "Prune", "cpu"))
    row = panel.rows[0]
    assert row.bar.accessibleName() == "Progress of Prune"
    assert row.cancel_button.accessibleName() == "Cancel Prune"


def test_that_a_running_job_shows_its_time_left_in_a_narrow_panel(panel, tell):
    panel.resize(panel.minimumWidth(), 190)
    tell(JobQueued(1, "Evaluate · dense", "cpu"), JobStarted(1))
    tell(JobProgressed(1, 251, 700, "top-1 83.7 %", 72.0))
    QApplication.processEvents()
    row = panel.rows[0]
    assert row.title.text() == "Evaluate · dense"
    assert "1:12 left" in row.note.text()
    assert row.note.y() > row.bar.y()


def test_that_a_failed_job_shows_its_title(panel, tell):
    panel.resize(panel.minimumWidth(), 190)
    tell(JobQueued(1, "Open images", "cpu"), JobFailed(1, "gone: " * 40, "traceback", True))
    QApplication.processEvents()
    assert panel.rows[0].title.text() == "Open images"
