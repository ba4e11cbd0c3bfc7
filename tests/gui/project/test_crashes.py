"""An error that nobody foresaw: the document is saved, the log written, the person told."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from rmt_studio.gui.crash import CrashHandler
from rmt_studio.gui.dialogs.crash import CrashBox
from rmt_studio.gui.log_file import log_path
from rmt_studio.gui.main_window import MainWindow
from rmt_studio.studio.recovery import recoverable
from tests.gui.project.documents import refusing_disk
from tests.gui.project.windows import box, edit


@pytest.fixture(autouse=True)
def event_loops_that_run(qapp):
    """Take back what leaving does: without a loop to end, Qt would end every later one at once."""
    yield
    QTimer.singleShot(0, qapp.quit)
    qapp.exec()


def crash(window, message="the reason"):
    """Report an exception as Python does when a slot raises."""
    handler = CrashHandler(window)
    try:
        raise RuntimeError(message)
    except RuntimeError:
        handler.report(*sys.exc_info())
    return handler


def test_that_a_crash_saves_logs_and_tells(work, qtbot, logging_to_file):
    edit(work)
    crash(work)
    shown = box(qtbot, work, CrashBox)
    assert recoverable() == ()  # this window has it open
    assert "the reason" in log_path().read_text()
    text = shown.details.toPlainText()
    for part in ("RuntimeError: the reason", "rmt studio:", "PySide6", "torch:", str(log_path())):
        assert part in text
    shown.copy_button.click()
    assert QGuiApplication.clipboard().text() == text
    shown.continue_button.click()
    assert work.isVisible()
    files = list((log_path().parent.parent / "recovery").glob("*.rmts"))
    assert len(files) == 1


def test_that_quitting_after_a_crash_keeps_what_was_done(work, qtbot, monkeypatch):
    edit(work)
    crash(work)
    box(qtbot, work, CrashBox).quit_button.click()
    assert not work.isVisible()
    (found,) = recoverable()
    assert found.edits == 1


def test_that_a_second_crash_behind_the_box_is_only_logged(work, qtbot, logging_to_file):
    handler = crash(work, "first")
    try:
        raise RuntimeError("second")
    except RuntimeError:
        handler.report(*sys.exc_info())
    assert len(work.findChildren(CrashBox)) == 1
    assert "second" in log_path().read_text()
    work.findChild(CrashBox).continue_button.click()


def test_that_a_save_that_fails_in_a_crash_is_said(work, qtbot, monkeypatch, caplog):
    edit(work)
    monkeypatch.setattr(work.workbench.project, "save_in_emergency", lambda: 1 / 0)
    crash(work)
    shown = box(qtbot, work, CrashBox)
    assert any("could not be saved" in label.text() for label in shown.findChildren(QLabel))
    assert "ZeroDivisionError" in caplog.text
    shown.continue_button.click()


@pytest.mark.qt_no_exception_capture
def test_that_a_slot_that_raises_reaches_the_crash_box(work, qtbot, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", CrashHandler(work).report)
    monkeypatch.setattr(work.project, "save", _raise)
    work.actions_by_id["save_project"].trigger()
    shown = box(qtbot, work, CrashBox)
    assert "from a slot" in shown.details.toPlainText()
    shown.continue_button.click()


def _raise():
    raise RuntimeError("from a slot")


def test_that_an_error_in_a_thread_is_logged(logging_to_file):
    import threading

    thread = threading.Thread(target=_raise, name="of-a-test")
    thread.start()
    thread.join()
    logging.getLogger("rmt_studio").handlers[-1].flush()
    assert "of-a-test ended by an error" in log_path().read_text()


def test_that_a_save_the_disk_refuses_is_not_called_saved(work, qtbot, monkeypatch):
    refusing_disk(monkeypatch)
    edit(work)
    crash(work)
    shown = box(qtbot, work, CrashBox)
    assert any("could not be saved" in label.text() for label in shown.findChildren(QLabel))
    shown.continue_button.click()


def test_that_quitting_after_a_crash_asks_nothing_about_jobs(work, qtbot, monkeypatch):
    gate = threading.Event()
    work.workbench.jobs.start("Long", lambda _: gate.wait(30), print, lane="cpu")
    monkeypatch.setattr(work, "_really_close", lambda: False)
    crash(work)
    box(qtbot, work, CrashBox).quit_button.click()
    assert not work.isVisible()
    gate.set()


def test_that_a_window_that_was_not_put_together_can_only_be_quit(qtbot):
    window = MainWindow(early=True)
    qtbot.addWidget(window)
    window.show()
    crash(window)
    shown = box(qtbot, window, CrashBox)
    assert not shown.continue_button.isVisible()
    shown.quit_button.click()
    assert not window.isVisible()
