"""The line above the layers: table or heat map, and what rows stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTabBar, QToolButton, QWidget

from rmt_studio.gui.layers.groups import Grouping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

_ACTIONS = {
    Grouping.NONE: "group_none",
    Grouping.BLOCK: "group_block",
    Grouping.ROLE: "group_role",
}
_SHORT = {Grouping.NONE: "Group", Grouping.BLOCK: "By block", Grouping.ROLE: "By role"}


class ViewsBar(QWidget):
    """Tabs at the left, a button with the groupings at the right.

    Signals:
        page_chosen (int): 0 for the table, 1 for the heat map.
    """

    page_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar(self)
        self.button = QToolButton(self)
        self._actions: dict[Grouping, QAction] = {}
        self.grouping = Grouping.NONE
        self._build()
        self.tabs.currentChanged.connect(self.page_chosen)

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer the window's own switches of the groupings."""
        self._actions = {grouping: actions[name] for grouping, name in _ACTIONS.items()}
        menu = self.button.menu()
        menu.addActions(list(self._actions.values()))
        menu.addSeparator()
        menu.addActions([actions["fold_groups"], actions["unfold_groups"]])
        self.show_grouping(self.grouping)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key goes to, in order."""
        return (self.tabs, self.button)

    def show_grouping(self, grouping: Grouping) -> None:
        """Say which grouping is in use."""
        self.grouping = grouping
        if grouping in self._actions:
            self._actions[grouping].setChecked(True)
        self.button.setText(self.tr(_SHORT[grouping]) + " ▾")

    def show_page(self, page: int) -> None:
        """Show the table (0) or the heat map (1); groups are the table's."""
        self.tabs.setCurrentIndex(page)
        self.button.setVisible(page == 0)

    def _build(self) -> None:
        self.tabs.setObjectName("layer_views")
        self.tabs.setAccessibleName(self.tr("View of the layers"))
        self.tabs.setToolTip(self.tr("The layers as a table, or one figure of all as colours"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Table"))
        self.tabs.addTab(self.tr("Heat map"))
        self.button.setObjectName("layer_groups")
        self.button.setAccessibleName(self.tr("Group the layers"))
        self.button.setToolTip(self.tr("Put the layers of a block, or of a role, under a heading"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setMenu(self._menu())
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.tabs)
        line.addStretch(1)
        line.addWidget(self.button)

    def _menu(self) -> QMenu:
        menu = QMenu(self.button)
        menu.setToolTipsVisible(True)
        return menu
