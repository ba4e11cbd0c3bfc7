"""Zoom, its way back, the crosshair, and the axes that a person chose."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.spectrum import SpectrumView

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def pixel(plot, x, y, row=0):
    box = plot._plots[row].getViewBox()
    return plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))


def send(plot, kind, place):
    """Send a mouse event with Shift held, which QTest cannot for a move."""
    surface, held = plot.viewport(), LEFT if kind != QEvent.Type.MouseButtonRelease else NONE
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    at = QPointF(place)
    event = QMouseEvent(kind, at, surface.mapToGlobal(at), button, held, SHIFT)
    QApplication.sendEvent(surface, event)


def test_that_a_drag_with_shift_zooms_into_the_box(view, qtbot):
    view.tabs.setCurrentIndex(3)
    QApplication.processEvents()
    plot, box = view.plot, view.plot._box
    (left, right), (low, high) = box.viewRange()
    wanted = (left + 0.2 * (right - left), left + 0.5 * (right - left))
    heights = (low + 0.5 * (high - low), low + 0.8 * (high - low))
    start, end = pixel(plot, wanted[0], heights[1]), pixel(plot, wanted[1], heights[0])
    send(plot, QEvent.Type.MouseButtonPress, start)

    def dragged():  # pyqtgraph drops moves that come too fast
        send(plot, QEvent.Type.MouseMove, (start + end) / 2)
        send(plot, QEvent.Type.MouseMove, end)
        return box.rbScaleBox.isVisible()

    qtbot.waitUntil(dragged)
    assert box.viewRange()[0] == pytest.approx((left, right))
    send(plot, QEvent.Type.MouseButtonRelease, end)
    found = box.viewRange()
    assert found[0] == pytest.approx(wanted, abs=0.03 * (right - left))
    assert found[1] == pytest.approx(heights, abs=0.03 * (high - low))
    view.tools.reset.click()
    assert box.viewRange()[0] == pytest.approx((left, right))
    assert box.viewRange()[1] == pytest.approx((low, high))


def test_that_a_box_moves_only_the_axes_that_zoom(view):
    box = view.plot._box
    high = box.viewRange()[1][1]
    edge = view.layer.fit.upper_edge
    box.showAxRect(QRectF(0.5 * edge, 0, 0.3 * edge, 1e-9))
    assert box.viewRange()[0] == pytest.approx((0.5 * edge, 0.8 * edge))
    assert box.viewRange()[1][1] > 0.1 * high


@pytest.mark.parametrize("axis", ["linear", "log"])
def test_that_the_crosshair_tells_values_in_units_of_the_data(view, axis):
    view.header.axis.findChild(object, f"choice_{axis}").click()
    QApplication.processEvents()
    plot, shown = view.plot, view.plot._shown
    edge, top = view.layer.fit.upper_edge, plot._box.viewRange()[1][1]
    at = plot._box.mapViewToScene(QPointF(shown.place(edge), 0.5 * top))
    plot.crosshair._moved(at)
    x, y = (text.replace("−", "-") for text in plot.crosshair.text.split(", "))
    assert _number(x) == pytest.approx(edge, rel=0.01)
    assert _number(y) == pytest.approx(0.5 * top, rel=0.01)
    area = plot.mapFromScene(plot._box.sceneBoundingRect()).boundingRect()
    tag = plot.crosshair.x_value.geometry()
    assert tag.top() >= area.bottom()
    assert plot.crosshair.y_value.geometry().left() < area.left()
    plot.crosshair._moved(QPointF(-50, -50))
    assert not plot.crosshair.text


def _number(text):
    """Return the number behind ``3.66·10⁻⁴``."""
    leader, _, power = text.partition("·10")
    digits = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(leader) * 10.0 ** int(digits or 0)


def test_that_the_mouse_brings_the_crosshair_and_takes_it_away(view, qtbot):
    plot = view.plot
    middle = plot.viewport().rect().center()

    def there():
        QTest.mouseMove(plot.viewport(), middle + QPoint(1, 0))
        QTest.mouseMove(plot.viewport(), middle)
        return bool(plot.crosshair.text)

    qtbot.waitUntil(there)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert not plot.crosshair.text


def test_that_each_page_remembers_its_axes(bench, view, qtbot):
    view.header.axis.findChild(object, "choice_log").click()
    view.tabs.setCurrentIndex(3)
    assert view.header.axis.key == "linear"
    view.log_other.click()
    assert view.log_other.text() == "log x"
    view.tabs.setCurrentIndex(0)
    assert view.header.axis.key == "log"
    assert not view.log_other.isChecked()
    view.header.quantity.findChild(object, "choice_singular_value").click()
    second = SpectrumView(bench, patience=0)
    qtbot.addWidget(second)
    assert (second.header.axis.key, second.header.quantity.key) == ("log", "singular_value")
    second.tabs.setCurrentIndex(3)
    assert second.log_other.isChecked()
    assert second.header.axis.key == "linear"


def test_that_ranks_on_a_logarithmic_axis_stand_at_their_logarithms(view):
    view.tabs.setCurrentIndex(3)
    view.log_other.click()
    ranks, _values = view.plot._bulk.getData()
    spikes = view.plot._shown.spikes
    np.testing.assert_allclose(10**ranks, np.arange(spikes, view.layer.fit.dimension) + 1)


def test_that_ctrl_tab_and_numbers_turn_the_pages(view):
    view.activateWindow()
    view.plot.setFocus()
    QTest.keyClick(view.plot, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert view.tabs.currentIndex() == 1
    QTest.keyClick(view.plot, "4")
    assert view.tabs.currentIndex() == 3
    QTest.keyClick(view.plot, "1")
    assert view.tabs.currentIndex() == 0


def test_that_shares_on_a_logarithmic_axis_stand_at_their_logarithms(view):
    view.tabs.setCurrentIndex(1)
    view.log_other.click()
    _values, heights = view.plot._bulk.getData()
    count = view.layer.fit.dimension
    below = np.maximum(np.repeat(np.arange(count + 1), 2), 0.5) / count  # 0 has no logarithm
    np.testing.assert_allclose(10**heights, below[: heights.size])
    low, high = view.plot._box.viewRange()[1]
    assert low <= heights.min() < heights.max() <= high


def test_that_another_layer_is_painted_once(view, bench, qtbot):
    painted = Painted()
    view.plot.viewport().installEventFilter(painted)
    name = next(layer.name for layer in bench.document.model.layers if layer.name != bench.current)
    bench.select((name,), name)
    qtbot.waitUntil(lambda: painted.count > 0)
    QApplication.processEvents()
    QApplication.processEvents()
    assert view.layer.layer_name == name
    assert painted.count == 1


class Painted(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, _watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False
