"""Makes the actions of the registry and their menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from rmt_studio.gui.actions.registry import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QUndoStack
    from PySide6.QtWidgets import QMainWindow, QMenu

    from rmt_studio.gui.actions.spec import ActionSpec


OF_THE_STACK = ("undo", "redo")


def build_actions(window: QMainWindow, undo_stack: QUndoStack) -> dict[str, QAction]:
    """Make every action and put it into its menu.

    Undo and redo are the stack's own: it names the step in their text and enables them.
    """
    own = {"undo": undo_stack.createUndoAction, "redo": undo_stack.createRedoAction}
    menus: dict[str, QMenu] = {}
    groups: dict[str, QActionGroup] = {}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = window.menuBar().addMenu(_tr(spec.menu))
            menus[spec.menu].setToolTipsVisible(True)
            menus[spec.menu].setObjectName(f"menu_{spec.menu.replace('&', '').lower()}")
        menu = menus[spec.menu]
        if spec.separated and not menu.isEmpty():
            menu.addSeparator()
        if spec.id in own:
            action = own[spec.id](window, _tr(spec.text))
        else:
            action = QAction(_tr(spec.text), window)
            action.setCheckable(spec.checkable)
        _describe(action, spec)
        if spec.group:
            groups.setdefault(spec.group, QActionGroup(window)).addAction(action)
        made[spec.id] = action
        menu.addAction(action)
    return made


def connect_actions(
    actions: Mapping[str, QAction], slots: Mapping[str, Callable[..., None]]
) -> None:
    """Connect every action to its slot; undo and redo need nothing more."""
    for name, action in actions.items():
        if name not in OF_THE_STACK:
            action.triggered.connect(slots[name])


def say_whether_possible(actions: Mapping[str, QAction], reasons: Mapping[str, str]) -> None:
    """Enable each action without a reason against it; the others say theirs where one points."""
    tips = {spec.id: _tr(spec.tip) for spec in ACTIONS}
    for name, reason in reasons.items():
        action, tip = actions[name], reason or tips[name]
        action.setEnabled(not reason)
        if action.toolTip() != tip:
            action.setToolTip(tip)
            action.setStatusTip(tip)


def _describe(action: QAction, spec: ActionSpec) -> None:
    action.setObjectName(f"action_{spec.id}")
    action.setStatusTip(_tr(spec.tip))
    action.setToolTip(_tr(spec.tip))
    if spec.shortcut:
        action.setShortcut(QKeySequence(spec.shortcut))
    if spec.everywhere:
        action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)
