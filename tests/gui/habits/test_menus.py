"""Every menu of the program holds actions of the registry; what else is in one is a choice."""

from __future__ import annotations

import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QWidget,
    QWidgetAction,
)

from rmt_studio.gui.actions.menus.plot import PLOT
from rmt_studio.gui.dialogs.shortcuts import ShortcutsDialog
from rmt_studio.gui.layers.column_menu import ColumnMenu
from rmt_studio.gui.palette.entries import entries_of
from rmt_studio.gui.plots_in_use import plots_in_use
from rmt_studio.gui.recent_menu import RecentMenu
from rmt_studio.gui.results.run_table import RunTable
from rmt_studio.gui.spectrum.chooser import Chooser

NAME = "blocks.1.mlp.fc1"
QTS_OWN = (QLabel, QLineEdit, QAbstractSpinBox, QComboBox, QScrollBar)  # text, value, place
CHOICES = (ColumnMenu, RunTable, RecentMenu, Chooser)  # columns, files and options, not actions
SAVE_BUTTONS = {"lab_save", "study_export", "series_export"}  # choices of what one button saves


@pytest.fixture
def full(demo, qtbot):
    """A window with a chosen layer, a result and the heat map."""
    bench = demo.workbench
    bench.evaluate(dense=True)
    qtbot.waitUntil(lambda: len(bench.document.runs) == 1, timeout=120_000)
    demo.actions_by_id["heat_map"].trigger()
    demo.actions_by_id["layer_table"].trigger()
    bench.select((NAME,), NAME)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
    demo.activateWindow()
    qtbot.waitUntil(demo.isActiveWindow)
    return demo


def is_choice(menu):
    widget = menu
    if menu.parentWidget().objectName() in SAVE_BUTTONS:
        return True
    while widget is not None and not isinstance(widget, CHOICES):
        widget = widget.parentWidget()
    return widget is not None


def ask_menu(widget):
    """Ask for the context menu of a widget as the menu key does; return it, or None."""
    place = widget.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    return QApplication.activePopupWidget()


def strangers_of(menu, known):
    """Return the texts of actions in a menu that neither the registry nor a choice has."""
    if is_choice(menu):
        return []
    return [
        action.text()
        for action in menu.actions()
        if action not in known
        and not action.isSeparator()
        and not isinstance(action, QWidgetAction)
        and action.menu() is None
    ]


def strangers_in(window, known):
    found = [text for menu in window.findChildren(QMenu) for text in strangers_of(menu, known)]
    own = [w for w in window.findChildren(QWidget) if w.isVisible() and not isinstance(w, QMenu)]
    for widget in (window, *own):
        if isinstance(widget, QTS_OWN) or isinstance(widget.parentWidget(), QTS_OWN):
            continue
        menu = ask_menu(widget)
        if menu is not None:
            found += strangers_of(menu, known)
            menu.close()
    return found


def test_that_every_menu_of_the_window_holds_actions_of_the_registry(full):
    known = list(full.actions_by_id.values())
    assert strangers_in(full, known) == []
    asked = {"run_table", "jobs_list", "layer_table", "density_plot", "accuracy_plot"}
    views = {w.objectName(): w for w in full.findChildren(QWidget) if w.objectName() in asked}
    assert set(views) == asked
    for view in views.values():
        menu = ask_menu(view.viewport())
        assert menu is not None, view.objectName()
        assert set(menu.actions()) & set(known), view.objectName()
        menu.close()


def test_that_every_plot_has_the_menu_and_takes_the_keys(full, qtbot):
    ids = [spec.id for spec in PLOT]
    offered = [full.actions_by_id[name] for name in ids]
    views = [v for v in full.findChildren(QGraphicsView) if v.isVisible()]
    assert len(views) >= 2
    for view in views:
        assert view.focusPolicy() & Qt.FocusPolicy.TabFocus, view.objectName()
        menu = ask_menu(view.viewport())
        assert menu.actions() == offered, view.objectName()
        menu.close()
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        QGuiApplication.clipboard().clear()
        QTest.keyClick(view, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier
                       | Qt.KeyboardModifier.ShiftModifier)  # fmt: skip
        assert QGuiApplication.clipboard().text().startswith("item\t"), view.objectName()
        QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert not QGuiApplication.clipboard().image().isNull(), view.objectName()
        assert full.statusBar().currentMessage() == f"Copied: {view.accessibleName()}"


@pytest.mark.parametrize(("name", "ending"), [("save_plot", ".png"), ("save_numbers", ".csv")])
def test_that_a_plot_that_was_saved_is_said(full, tmp_path, monkeypatch, name, ending):
    path = tmp_path / f"plot{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    full.actions_by_id[name].trigger()
    assert path.stat().st_size > 0
    assert full.statusBar().currentMessage() == f"Saved: {path}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: ("", ""))
    full.statusBar().clearMessage()
    full.actions_by_id[name].trigger()
    assert full.statusBar().currentMessage() == ""


def test_that_the_actions_work_on_the_plot_that_was_used_last(full, qtbot):
    plots = plots_in_use()
    views = [v for v in full.findChildren(pg.GraphicsView) if v.isVisible()]
    for view in views:
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        full.layers.table.setFocus()
        qtbot.waitUntil(full.layers.table.hasFocus)
        assert plots.current() is plots.of(view)


def test_that_without_a_plot_the_actions_say_so(window, qtbot):
    qtbot.waitUntil(lambda: not window.actions_by_id["copy_plot"].isEnabled())
    for spec in PLOT:
        assert window.actions_by_id[spec.id].toolTip() == "No plot is in view"
    window.commands.slots()["save_plot"]()  # what a key does that comes too late
    assert window.statusBar().currentMessage().startswith("No plot is in view")


def test_that_the_keys_of_plots_are_listed(full):
    dialog = ShortcutsDialog(full.actions_by_id, full)
    tree = dialog.tree
    listed = {
        (item.child(i).text(0), item.child(i).text(1))
        for item in map(tree.topLevelItem, range(tree.topLevelItemCount()))
        for i in range(item.childCount())
    }
    dialog.deleteLater()
    titles = {entry.title: entry.reason for entry in entries_of(full)}
    for spec in PLOT:
        text = spec.text.replace("&", "").rstrip("…")
        assert (text, spec.shortcut) in listed
        assert titles[text] == ""
        assert "plot" in text  # what a newcomer types into the palette


def test_that_copying_takes_what_has_the_focus(full, qtbot):
    copy, board = full.actions_by_id["copy"], QGuiApplication.clipboard()
    full.layers.table.setFocus()
    qtbot.waitUntil(full.layers.table.hasFocus)
    copy.trigger()
    assert board.text() == NAME
    assert full.statusBar().currentMessage() == "Copied: Layers"
    full.results.table.setFocus()
    qtbot.waitUntil(full.results.table.hasFocus)
    copy.trigger()
    assert board.text().startswith("run\tparameters\t")
    full.inspector.setFocus()
    board.clear()
    full.layers.filter_bar.field.setFocus()
    QTest.keyClicks(full.layers.filter_bar.field, "fc1")
    full.layers.filter_bar.field.selectAll()
    QTest.keyClick(full.layers.filter_bar.field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert board.text() == "fc1"


@pytest.mark.parametrize("action", ["compare_methods", "fine_tune", "cycles"])
def test_that_windows_of_long_work_have_the_menu_of_plots(full, qtbot, action):
    full.actions_by_id[action].trigger()
    study = next(w for w in QApplication.topLevelWidgets()
                 if w.isVisible() and w.findChild(pg.PlotWidget) and w is not full)  # fmt: skip
    known = list(full.actions_by_id.values())
    study.pages.setCurrentIndex(1)  # as after a start
    study.activateWindow()
    qtbot.waitUntil(study.isActiveWindow)
    assert strangers_in(study, known) == []
    views = [view for view in study.findChildren(pg.PlotWidget) if view.isVisible()]
    assert views
    for view in views:
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        assert plots_in_use().current() is plots_in_use().of(view)
    study.close()


def test_that_the_lab_has_no_menu_of_its_own(full, qtbot):
    full.actions_by_id["lab"].trigger()
    lab = full.findChild(QWidget, "lab_window")
    qtbot.waitUntil(lab.isActiveWindow)
    assert strangers_in(lab, list(full.actions_by_id.values())) == []
    lab.close()


def test_that_the_window_offers_its_panels_where_qt_would(full):
    menu = full.createPopupMenu()
    assert menu.actions() == [full.actions_by_id[f"show_{name}"] for name in full.panels.docks]
    menu.deleteLater()
