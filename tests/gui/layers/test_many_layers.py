"""The layer table with a thousand matrices."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication

from rmt_studio.gui.layers.columns import Column

from .conftest import shown


def selected(panel):
    """Count the selected rows; Qt's own list of them takes long for a thousand."""
    return sum(part.height() for part in panel.table.selectionModel().selection().toList())


@pytest.mark.usefixtures("stall_watchdog")
def test_that_a_thousand_layers_do_not_stop_the_window(panel, workbench, thousand, qtbot):
    model, analysis = thousand
    workbench.document.open_model(model)
    qtbot.waitUntil(panel.table.isVisible)
    for start in range(0, 1000, 25):
        workbench.document.add_analysis(analysis[start : start + 25])
        QGuiApplication.processEvents()
    names = tuple(layer.name for layer in model.layers)
    workbench.select(names[:-1], names[500])
    assert selected(panel) == 999
    panel.table.sortByColumn(Column.LAYER, Qt.SortOrder.DescendingOrder)
    assert shown(panel)[0] == names[-1]
    assert selected(panel) == 999
    panel.filter_bar.field.setText("block:990-999")
    assert len(shown(panel)) == 10
    flag = QItemSelectionModel.SelectionFlag
    panel.table.selectionModel().setCurrentIndex(
        panel.proxy.index(3, 0), flag.ClearAndSelect | flag.Rows
    )
    assert workbench.current == names[996]
