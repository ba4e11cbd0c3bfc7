"""Every action and its keys, by menu, and the keys of the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from rmt_studio.gui.actions import ACTIONS
from rmt_studio.gui.dialogs.base import Dialog, button, caption

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction


class ShortcutsDialog(Dialog):
    """The page of keyboard shortcuts."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setObjectName("shortcuts_dialog")
        self.resize(560, 560)
        hint = self.tr("All of these are in the command palette too ({keys}).")
        keys = actions["palette"].shortcut().toString()
        self.column.addWidget(caption(hint.format(keys=keys)))
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.tree.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self.tree.setRootIsDecorated(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self._fill(actions)
        self.tree.expandAll()
        self.column.addWidget(self.tree, 1)
        close = button(self.tr("Close"), primary=True)
        close.clicked.connect(self.accept)
        self.add_buttons(close)

    def _fill(self, actions: Mapping[str, QAction]) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for spec in ACTIONS:
            if spec.menu not in groups:
                groups[spec.menu] = self._group(_translated(spec.menu))
            keys = actions[spec.id].shortcut().toString()
            groups[spec.menu].addChild(QTreeWidgetItem([_translated(spec.text), keys]))
        panels = self._group(self.tr("In the panels"))
        for text, keys in (
            (self.tr("Filter the layers"), "Ctrl+F"),
            (self.tr("Next and previous plot"), "Ctrl+Tab, Ctrl+Shift+Tab"),
            (self.tr("Open the rules of a result, rename it, remove it"), "Enter, F2, Del"),
            (self.tr("Cancel a job, start it anew, show its log"), "Del, R, Enter"),
            (self.tr("Menu of what has the focus"), self.tr("Menu key, Shift+F10")),
            (self.tr("Next and previous control"), "Tab, Shift+Tab"),
            (self.tr("Move the threshold of a plot"), self.tr("Left, Right")),
        ):
            panels.addChild(QTreeWidgetItem([text, keys]))

    def _group(self, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title.replace("&", "")])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        return item


def _translated(text: str) -> str:
    return QCoreApplication.translate("actions", text).replace("&", "").rstrip("…")
