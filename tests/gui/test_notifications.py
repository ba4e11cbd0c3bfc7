"""A long job that ends while nobody looks is told of; others are not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from rmt_studio.gui import notifications
from rmt_studio.gui.job_desk import JobDesk
from rmt_studio.gui.notifications import LONG, SETTING, Notifier
from rmt_studio.gui.preferences import Preferences, write_preferences
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobQueued,
    JobStarted,
)


@pytest.fixture
def desk(qapp):
    desk = JobDesk()
    yield desk
    desk.close()


@pytest.fixture
def heard(desk, qtbot, monkeypatch):
    """Titles and texts of the notifications of a window in the background."""
    window, told = QWidget(), []
    qtbot.addWidget(window)
    window.notifier = Notifier(desk, window)
    monkeypatch.setattr(notifications, "in_front", lambda: False)
    monkeypatch.setattr(
        window.notifier, "notify", lambda *what, failed=False: told.append((*what, failed))
    )
    return told


def run(desk, end, quiet=False, seconds=LONG + 1):
    for event, now in (
        (JobQueued(1, "Evaluate", "cpu", quiet), 0.0),
        (JobStarted(1), 0.0),
        (end, seconds),
    ):
        desk.book.follow(event, now)
        desk.job_changed.emit(event)


def test_that_a_long_job_is_told_when_it_is_done(desk, heard):
    run(desk, JobFinished(1, None, 72.0))
    assert heard == [("Evaluate", "done in 1:12", False)]


def test_that_a_failure_is_told_with_its_reason(desk, heard):
    run(desk, JobFailed(1, "a.pth: is empty", "trace", True))
    assert heard == [("Evaluate did not work", "a.pth: is empty", True)]


def test_that_short_cancelled_and_quiet_jobs_are_not_news(desk, heard):
    run(desk, JobFinished(1, None, LONG - 1))
    run(desk, JobCancelled(1))
    desk.book.drop([1])
    run(desk, JobFinished(1, None, 72.0), quiet=True)
    assert heard == []


def test_that_nothing_is_told_to_a_person_who_is_looking(desk, heard, monkeypatch):
    monkeypatch.setattr(notifications, "in_front", lambda: True)
    run(desk, JobFinished(1, None, 72.0))
    assert heard == []


def test_that_it_can_be_switched_off(desk, heard):
    write_preferences(Preferences(notify=False))
    assert QSettings().contains(SETTING)
    run(desk, JobFinished(1, None, 72.0))
    write_preferences(Preferences(notify=True))
    run(desk, JobFinished(1, None, 72.0))
    assert len(heard) == 1


@pytest.mark.parametrize("tray", [True, False])
def test_that_the_task_bar_is_told_and_the_tray_where_there_is_one(desk, qtbot, monkeypatch, tray):
    alerted, shown = [], []
    monkeypatch.setattr(QApplication, "alert", alerted.append)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: tray)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _, *what: shown.append(what[:2]))
    window = QWidget()
    qtbot.addWidget(window)
    Notifier(desk, window).notify("Evaluate", "done in 1:12")
    assert alerted == [window]
    assert shown == ([("Evaluate", "done in 1:12")] if tray else [])
