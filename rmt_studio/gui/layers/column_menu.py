"""The menu in which the columns of the layer table are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget, QWidgetAction

from rmt_studio.gui.layers.columns import COMPARISON, DEFAULT_COLUMNS, Column, ColumnSpec
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class ColumnMenu(QMenu):
    """One switch per column, by groups.

    Signals:
        chosen (object): a tuple of the columns that are wanted now.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Columns"))
        self._actions: dict[Column, QAction] = {}
        self._found: list[QAction] = []
        self.search = QLineEdit(self)
        self._add_search()
        groups: dict[str, QMenu] = {}
        self._groups = groups.values()
        for column, spec in SPECS.items():
            if spec.group and spec.group not in groups:
                groups[spec.group] = self._add_group(spec.group)
            menu = groups.get(spec.group, self)
            menu.addAction(self._switch(column, menu))
        self._end = self.addSeparator()
        self.usual = self.addAction(self.tr("Usual columns"))
        self.usual.triggered.connect(self._choose_usual)

    def switch(self, column: Column) -> QAction:
        """Return the switch of a column."""
        return self._actions[column]

    def show_chosen(self, columns: Collection[Column]) -> None:
        """Check the switches of these columns and no others."""
        for column, action in self._actions.items():
            action.setChecked(column in columns)

    def _add_search(self) -> None:
        """Put a field above the groups; what is typed leaves only columns that hold it."""
        self.search.setObjectName("column_search")
        self.search.setPlaceholderText(self.tr("Find a column"))
        self.search.setAccessibleName(self.tr("Find a column"))
        self.search.setToolTip(self.tr("Looks in the names and the explanations of all columns"))
        self.search.setClearButtonEnabled(True)
        holder = QWidgetAction(self)
        holder.setDefaultWidget(self.search)
        self.addAction(holder)
        self.search.textChanged.connect(self._find)
        self.aboutToShow.connect(self.search.clear)

    def _find(self, text: str) -> None:
        """Show the switches of matching columns in place of the groups."""
        for action in self._found:
            self.removeAction(action)
        words = text.lower().split()
        self._found = [
            action
            for column, action in self._actions.items()
            if column is not Column.LAYER and _matches(SPECS[column], words)
        ]
        for group in self._groups:
            group.menuAction().setVisible(not words)
        self.insertActions(self._end, self._found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        _stay(self, event, super().mouseReleaseEvent)

    def _add_group(self, title: str) -> QMenu:
        menu = _StayingMenu(self.tr(title), self)
        menu.setToolTipsVisible(True)
        self.addMenu(menu)
        return menu

    def _switch(self, column: Column, menu: QMenu) -> QAction:
        spec = SPECS[column]
        action = QAction(self.tr(spec.name or spec.title), menu, checkable=True)
        action.setToolTip(wrapped(self.tr(spec.tip)))
        action.setEnabled(column is not Column.LAYER)
        action.triggered.connect(self._choose)
        self._actions[column] = action
        return action

    def _choose(self) -> None:
        self.chosen.emit(tuple(c for c, action in self._actions.items() if action.isChecked()))

    def _choose_usual(self) -> None:
        self.chosen.emit((*DEFAULT_COLUMNS, *COMPARISON))


class _StayingMenu(QMenu):
    """Stays open while its switches are pressed, so that several columns are chosen in one go."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        _stay(self, event, super().mouseReleaseEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isEnabled():
            action.trigger()
        else:
            super().keyPressEvent(event)


def _stay(menu: QMenu, event: QMouseEvent, leave: Callable[[QMouseEvent], None]) -> None:
    """Press a switch without closing its menu; anything else does what it did."""
    action = menu.actionAt(event.position().toPoint())
    if action is not None and action.isEnabled() and action.isCheckable():
        action.trigger()
    else:
        leave(event)


def _matches(spec: ColumnSpec, words: list[str]) -> bool:
    told = f"{spec.key} {spec.title} {spec.name} {spec.tip} {spec.group}".lower()
    return bool(words) and all(word in told for word in words)
