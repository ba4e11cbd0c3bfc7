"""Ways to go through a window as the keyboard does, and what a screen reader is told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

_TAB = Qt.FocusPolicy.TabFocus


def stops_of(window):
    """Return the widgets that Tab has to reach, those inside another control left out."""
    return [w for w in window.findChildren(QWidget) if _is_stop(w) and w.window() is window]


def name_of(widget):
    """Return what a screen reader says of a widget; empty for nothing."""
    own = widget.accessibleName()
    if not own and isinstance(widget, QAbstractButton):
        own = widget.text()
    if not own and (found := [x for x in widget.window().findChildren(QLabel)
                              if x.buddy() is widget]):  # fmt: skip
        own = found[0].text()
    return own.strip()


def reached_by_tab(window, most=300):
    """Return the widgets that have the focus in turn until the first one has it again."""
    window.activateWindow()
    first = stops_of(window)[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    seen, now = [], first
    for _ in range(most):
        if now is None or now in seen:
            break
        seen.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
    return seen


def _is_stop(widget):
    inside = isinstance(widget, QLineEdit) and isinstance(
        widget.parent(), QComboBox | QAbstractSpinBox
    )
    reachable = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & _TAB
    unchosen = (
        isinstance(widget, QAbstractButton)
        and (widget.autoExclusive() or (widget.group() is not None and widget.group().exclusive()))
        and widget.isCheckable()
        and not widget.isChecked()
    )
    return bool(reachable) and not inside and not unchosen and widget.focusProxy() is None
