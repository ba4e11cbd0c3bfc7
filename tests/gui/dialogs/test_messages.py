from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QPushButton

from rmt_studio.gui.dialogs import AboutDialog, AskBox, ErrorBox, OpenModelDialog, show_error


@pytest.fixture
def parent(qtbot):
    parent = QMainWindow()
    qtbot.addWidget(parent)
    parent.show()
    return parent


def click(dialog, text):
    next(b for b in dialog.findChildren(QPushButton) if b.text() == text).click()


def test_that_an_error_is_shown_beside_the_window(parent):
    box = show_error(parent, "Prune did not work", "model.pth: holds 12 NaN values; use another")
    assert box.isVisible()
    assert not box.isModal()
    assert box.message.text().startswith("model.pth")
    click(box, "Copy")
    assert QGuiApplication.clipboard().text() == box.text


def test_that_the_same_error_is_shown_once(parent):
    first = show_error(parent, "Prune did not work", "for a reason")
    assert show_error(parent, "Prune did not work", "for a reason") is first
    assert show_error(parent, "Prune did not work", "for another") is not first


def test_that_a_message_is_never_taken_for_markup(parent):
    box = show_error(parent, "Open did not work", "<b>file</b>: is broken")
    assert box.message.text() == "<b>file</b>: is broken"


def test_that_an_error_can_be_closed_while_a_dialog_blocks_the_window(parent, workbench, qtbot):
    dialog = OpenModelDialog(workbench, parent=parent)
    dialog.open()
    qtbot.waitExposed(dialog)
    box = show_error(parent, "Open did not work", "for a reason")
    assert box.parentWidget() is dialog
    dialog.close()


def test_that_the_error_goes_when_it_is_closed(freed_on_close):
    freed_on_close(lambda: ErrorBox("Title", "message"))


def test_that_about_names_the_versions_for_a_bug_report(shown):
    dialog = shown(AboutDialog())
    click(dialog, "Copy versions")
    copied = QGuiApplication.clipboard().text()
    for name in ("rmt studio", "Python", "Qt", "torch", "timm"):
        assert f"{name}: " in copied


def test_that_about_goes_when_it_is_closed(freed_on_close):
    freed_on_close(AboutDialog)


@pytest.mark.parametrize(("name", "answer"), [("do_button", True), ("leave_button", False)])
def test_that_a_question_is_answered_by_its_buttons(qtbot, name, answer):
    box = AskBox("Close", "A job is running.", do_it="Close", leave_it="Keep working")
    QTimer.singleShot(50, getattr(box, name).click)
    assert box.ask() is answer


def test_that_enter_and_escape_lose_nothing(qtbot):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        box = AskBox("Close", "A job is running.", do_it="Close", leave_it="Keep working")
        QTimer.singleShot(50, partial(QTest.keyClick, box, key))
        assert not box.ask()
