"""Ctrl+C: copies what has the focus, by what it is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from rmt_studio.gui.plots_in_use import plots_in_use


@runtime_checkable
class Copying(Protocol):
    """A widget that has something to copy, also while a control in it has the focus."""

    def copy(self) -> None: ...


def copy_focused() -> str:
    """Copy what the widget with the focus, or the nearest around it, has.

    Returns:
        What was copied from, in words; empty where nothing was.
    """
    focused = widget = QApplication.focusWidget()
    while widget is not None:
        plot = plots_in_use().of(widget)
        if plot is not None:
            plot.copy_plot()
            return plot.title
        if isinstance(widget, Copying):
            widget.copy()
            return _name(focused)
        widget = widget.parentWidget()
    if isinstance(focused, QAbstractItemView) and focused.currentIndex().isValid():
        QGuiApplication.clipboard().setText(str(focused.currentIndex().data() or ""))
        return _name(focused)
    return ""


def _name(widget: QWidget | None) -> str:
    return "" if widget is None else widget.accessibleName() or widget.objectName()
