"""The layout is kept, goes back, and comes back inside a smaller screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar

from rmt_studio.gui.layers.columns import DEFAULT_COLUMNS
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.main_window import MainWindow


def test_that_hidden_panels_and_columns_are_kept_and_go_back(window, qtbot):
    window.actions_by_id["show_jobs"].trigger()
    window.layers.table.show_columns(("layer", "spikes"))
    window.close()
    another = MainWindow()
    qtbot.addWidget(another)
    another.show()
    assert another.panels.docks["jobs"].isHidden()
    assert "spikes" in another.layers.table.shown_columns
    another.actions_by_id["reset_layout"].trigger()
    assert not another.panels.docks["jobs"].isHidden()
    usual = {SPECS[column].key for column in DEFAULT_COLUMNS}
    assert set(another.layers.table.shown_columns) == usual
    another.close()


def test_that_a_window_of_a_larger_screen_comes_back_inside_this_one(window, qtbot):
    room = window.screen().availableGeometry()
    window.resize(room.width() + 900, room.height() + 700)
    window.move(room.bottomRight() - QPoint(20, 20))
    window.close()
    another = MainWindow()
    qtbot.addWidget(another)
    least = another.minimumSizeHint()
    assert another.width() <= max(room.width(), least.width())
    assert another.height() <= max(room.height(), least.height())
    assert room.contains(another.pos())
    another.close()


def test_that_a_window_that_fits_comes_back_where_it_was(window, qtbot, monkeypatch):
    window.setGeometry(20, 60, 760, 700)  # as wide as it must be, which may be over the screen
    place, room = window.geometry(), window.screen().availableGeometry()
    window.close()
    frame = QPoint(2, 24)  # as a window manager puts one around a window; there is none here
    monkeypatch.setattr(MainWindow, "pos", lambda its: its.geometry().topLeft() - frame)
    another = MainWindow()
    qtbot.addWidget(another)
    back = another.geometry()
    assert (back.top(), back.height()) == (place.top(), place.height())
    if room.contains(place):
        assert back == place
    another.close()


def test_that_broken_settings_leave_the_usual_layout(qtbot, qapp):
    settings = QSettings()
    for key in ("geometry", "state", "columns", "splitters/results_split"):
        settings.setValue(key, "nonsense")
    window = MainWindow()
    qtbot.addWidget(window)
    assert not any(dock.isHidden() for dock in window.panels.docks.values())
    window.close()


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900), (3840, 2160)])
def test_that_no_panel_scrolls_sideways(demo, size):
    demo.resize(*size)
    QApplication.processEvents()
    sideways = [
        bar.parent().parent().objectName()
        for bar in demo.findChildren(QScrollBar)
        if bar.isVisible() and bar.width() > bar.height() and bar.maximum() > bar.minimum()
    ]
    assert sideways == []


def shares_of(window):
    docks = window.panels.docks
    names = ("layers", "jobs", "results")
    return [docks[name].width() / window.width() for name in names] + [
        docks["jobs"].height() / window.height()
    ]


def test_that_panels_keep_their_shares_when_the_window_grows(demo):
    demo.resize(1440, 900)
    QApplication.processEvents()
    wanted = shares_of(demo)
    demo.resize(1024, 700)
    QApplication.processEvents()
    demo.resize(1440, 900)
    QApplication.processEvents()
    assert shares_of(demo) == wanted
    demo.resize(3840, 2160)
    QApplication.processEvents()
    assert demo.panels.docks["layers"].width() >= 800
    assert demo.spectrum.height() > 0.75 * 2160


def test_that_a_moved_edge_stays_where_it_was_put(demo, qtbot):
    layers = demo.panels.docks["layers"]
    edge = QPoint(layers.geometry().right() + 2, layers.geometry().center().y())
    button = Qt.MouseButton.LeftButton
    qtbot.mouseMove(demo, edge)
    qtbot.mousePress(demo, button, pos=edge)
    for step in (20, 60):
        QTest.mouseMove(demo, edge + QPoint(step, 0))
        qtbot.waitUntil(lambda step=step: layers.geometry().right() >= edge.x() + step - 6)
    qtbot.mouseRelease(demo, button, pos=edge + QPoint(60, 0))
    QApplication.processEvents()
    moved = layers.width()
    demo.resize(1700, 1000)
    QApplication.processEvents()
    assert layers.width() == moved
    demo.actions_by_id["reset_layout"].trigger()
    QApplication.processEvents()
    assert layers.width() != moved
