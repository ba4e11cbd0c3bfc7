from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.number_field import NumberField, one_decimal
from rmt_studio.gui.inspector.rules import Shared
from rmt_studio.gui.inspector.slider import ShareSlider


@pytest.fixture
def field(qtbot):
    field = NumberField(
        "Share", "a tip", highest=1, step=1, decimals=1, write=one_decimal, scale=100
    )
    field.set_unit(" %")
    return shown(field, qtbot)


@pytest.fixture
def slider(qtbot):
    slider = ShareSlider("Share", "a tip")
    slider.resize(214, 22)
    return shown(slider, qtbot)


def shown(widget, qtbot):
    qtbot.addWidget(widget)
    widget.edits = []
    widget.edited.connect(lambda value, gesture: widget.edits.append((value, gesture)))
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def type_in(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_that_a_typed_number_is_one_edit_in_data_units(field):
    field.show_value(0.3)
    assert field.text() == "30.0 %"
    type_in(field, "42.5")
    assert field.edits == [(0.425, -1)]
    assert field.text() == "42.5 %"


def test_that_a_comma_is_understood(field):
    field.show_value(0.3)
    type_in(field, "12,5")
    assert [value for value, _ in field.edits] == [0.125]


@pytest.mark.parametrize("text", ["abc", "101", "-3", "nan", "inf"])
def test_that_what_is_no_number_in_range_changes_nothing(field, text):
    field.show_value(0.3)
    type_in(field, text)
    field.clearFocus()
    assert field.edits == []
    assert field.text() == "30.0 %"


def test_that_showing_a_number_is_no_edit(field):
    for value in (0.1, 0.29873, Shared.MIXED, 0.5, Shared.UNKNOWN):
        field.show_value(value)
        field.setFocus()
        field.clearFocus()
    assert field.edits == []


def test_that_a_lower_limit_is_no_edit(field):
    field.show_value(0.9)
    field.set_highest(0.5)
    assert field.edits == []


@pytest.mark.parametrize("note", list(Shared))
def test_that_a_number_typed_over_a_note_is_an_edit(field, note):
    field.show_value(0.3)
    field.show_value(note)
    assert field.text() == ""
    type_in(field, "30")  # also where it was the number before the note
    assert [value for value, _ in field.edits] == [0.3]
    assert field.text() == "30.0 %"


def test_that_a_held_key_is_one_gesture(field):
    field.show_value(0.3)
    field.setFocus()
    QTest.keyPress(field, Qt.Key.Key_Up)
    first = field.gesture
    assert first != -1
    QTest.keyRelease(field, Qt.Key.Key_Up)
    QTest.keyPress(field, Qt.Key.Key_Up)
    QTest.keyRelease(field, Qt.Key.Key_Up)
    assert [value for value, _ in field.edits] == [0.31, 0.32]
    assert field.edits[0][1] == first
    assert field.edits[1][1] not in {first, -1}


def test_that_the_wheel_changes_a_number_only_where_the_focus_is(field):
    field.show_value(0.3)
    field.clearFocus()
    turn(field, at=1000)
    assert field.edits == []
    field.setFocus()
    for at in (2000, 2100, 5000):
        turn(field, at)
    gestures = [gesture for _, gesture in field.edits]
    assert gestures[0] == gestures[1] != gestures[2]


def turn(field, at):
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(field.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.setTimestamp(at)
    QApplication.sendEvent(field, event)


def test_that_the_slider_follows_the_pointer_in_one_gesture(slider):
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(7, 11))
    for x in (57, 107, 157):
        QTest.mouseMove(slider, QPoint(x, 11))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(157, 11))
    assert [value for value, _ in slider.edits] == [0.25, 0.5, 0.75]
    assert len({gesture for _, gesture in slider.edits} - {-1}) == 1


def test_that_the_slider_shows_a_share_without_an_edit(slider):
    slider.show_value(0.42)
    assert slider.value() == 420
    slider.show_value(Shared.MIXED)
    assert slider.edits == []


def test_that_a_choice_too_long_for_its_box_is_whole_in_the_tooltip(qtbot):
    box = ChoiceBox("Budget", "a tip")
    qtbot.addWidget(box)
    box.add("Singular-value cut at a multiple of the edge", "edge-cut")
    box.resize(90, 28)
    box.show_choice("edge-cut")
    assert box.toolTip() == "Singular-value cut at a multiple of the edge\na tip"
    box.grab()  # paints the elided text
    box.show_choice("no such choice")
    assert box.currentIndex() == -1


def test_that_the_window_undoes_a_number_that_was_committed(field):
    undone = []
    action = QAction(field, shortcut=QKeySequence.StandardKey.Undo)
    action.triggered.connect(lambda: undone.append(field.text()))
    field.addAction(action)
    field.show_value(0.3)
    field.activateWindow()
    type_in(field, "40")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["40.0 %"]
    field.selectAll()
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["40.0 %"]  # typing that goes on is the field's own
    assert field.edits == [(0.4, -1)]
