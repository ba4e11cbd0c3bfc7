"""What can be done with the selected rows of the layer table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QMenu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QAction

    from rmt_studio.gui.workbench import Workbench

_OFFERED = ("keep_selected", "copy_rule", "", "copy")


class RowMenu(QMenu):
    """The context menu of the rows: the window's actions on the selected layers."""

    def __init__(self, view: QAbstractItemView, workbench: Workbench) -> None:
        super().__init__(view)
        self._view, self._workbench = view, workbench
        self.setToolTipsVisible(True)
        view.customContextMenuRequested.connect(self.open_at)

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer what the window offers for the selected layers."""
        for name in _OFFERED:
            if name:
                self.addAction(actions[name])
            else:
                self.addSeparator()

    def open_at(self, place: QPoint) -> None:
        """Show the menu at a place of the view."""
        if self._workbench.selection:
            self.popup(self._view.viewport().mapToGlobal(place))
