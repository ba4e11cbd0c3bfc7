"""What can be done with the selected rows of the layer table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.gui.workbench import Workbench


class RowMenu(QMenu):
    """The context menu of the rows; its actions work on the selection of the workbench."""

    def __init__(self, view: QAbstractItemView, workbench: Workbench) -> None:
        super().__init__(view)
        self._view, self._workbench = view, workbench
        self.copy_rule = self._action(self.tr("Copy rule to selection"))
        self.copy_rule.triggered.connect(self._copy_rule)
        self.addSeparator()
        self.copy_name = self._action(self.tr("Copy name"))
        self.copy_name.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_name.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_name.triggered.connect(self._copy_name)
        view.addAction(self.copy_name)
        view.customContextMenuRequested.connect(self.open_at)

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer what the window offers for the selected layers."""
        self.insertAction(self.copy_rule, actions["keep_selected"])

    def open_at(self, place: QPoint) -> None:
        """Show the menu at a place of the view."""
        self.prepare()
        if self._workbench.selection:
            self.popup(self._view.viewport().mapToGlobal(place))

    def prepare(self) -> None:
        """Name the layers and enable what can be done with them."""
        bench = self._workbench
        names = bench.selection
        self.copy_name.setText(self.tr("Copy names") if len(names) > 1 else self.tr("Copy name"))
        self.copy_rule.setEnabled(bench.current is not None and len(names) > 1)
        if bench.current is not None:
            text = self.tr("Copy rule of {} to selection").format(bench.current)
            self.copy_rule.setText(text)

    def _action(self, text: str) -> QAction:
        action = QAction(text, self)
        self.addAction(action)
        return action

    def _copy_rule(self) -> None:
        bench = self._workbench
        if bench.current is not None:
            rule = bench.document.recipe.rule(bench.current)
            text = self.tr("copy the rule of {}").format(bench.current)
            bench.edit_rules(dict.fromkeys(bench.selection, rule), text)

    def _copy_name(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._workbench.selection))
