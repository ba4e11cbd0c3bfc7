"""The ways to a series: the menu, and a folder that is dropped on the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from rmt_studio.gui.dropping import Kind, kind_of
from rmt_studio.gui.series import SeriesWindow
from tests.gui.habits.test_menus import ask_menu, strangers_in

from .conftest import PATIENCE


def test_that_a_dropped_folder_of_checkpoints_is_a_series(window, folder, qtbot):
    assert kind_of(folder) is Kind.SERIES
    window.commands.dropped.open(folder)
    opened = window.findChild(SeriesWindow)
    assert opened.isVisible()
    qtbot.waitUntil(lambda: opened.desk.found is not None, timeout=PATIENCE)
    assert opened.pages.currentWidget() is opened.setup_page
    opened.close()


def test_that_the_menu_opens_a_folder_and_comes_back_to_it(window, folder, qtbot, monkeypatch):
    choose = staticmethod(lambda *_: str(folder))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    window.actions_by_id["open_series"].trigger()
    desk = window.series_windows.desk
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    desk.start("bare")
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    course = desk.course
    window.findChild(SeriesWindow).close()
    window.actions_by_id["open_series"].trigger()
    assert desk.course is course, "the same folder is not analysed again"
    window.findChild(SeriesWindow).close()


def test_that_the_plots_have_the_menu_and_the_keys_of_all_plots(window, folder, qtbot):
    opened = window.series_windows.open(folder)
    qtbot.waitUntil(lambda: opened.desk.found is not None and not opened.desk.running)
    opened.desk.start("bare")
    qtbot.waitUntil(lambda: not opened.desk.running, timeout=PATIENCE)
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    known = list(window.actions_by_id.values())
    assert strangers_in(opened, known) == []
    for view in (opened.viewer.spectrum, opened.viewer.times):
        menu = ask_menu(view.viewport())
        assert window.actions_by_id["save_plot"] in menu.actions()
        menu.close()
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        QGuiApplication.clipboard().clear()
        QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert not QGuiApplication.clipboard().image().isNull(), view.objectName()
    opened.close()


def test_that_cancelling_the_dialog_opens_nothing(window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: ""))
    window.actions_by_id["open_series"].trigger()
    assert window.findChild(SeriesWindow) is None
