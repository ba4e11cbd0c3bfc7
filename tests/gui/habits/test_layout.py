"""The layout is kept, goes back, and comes back inside a smaller screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSettings
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
