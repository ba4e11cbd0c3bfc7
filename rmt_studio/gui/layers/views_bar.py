"""The line above the layers: table or heat map, and what rows stand together."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTabBar, QToolButton, QWidget

from rmt_studio.gui.layers.groups import Grouping

_TEXTS = {
    Grouping.NONE: "No groups",
    Grouping.BLOCK: "Group by block",
    Grouping.ROLE: "Group by role",
}
_SHORT = {Grouping.NONE: "Group", Grouping.BLOCK: "By block", Grouping.ROLE: "By role"}


class ViewsBar(QWidget):
    """Tabs at the left, a button with the groupings at the right.

    Signals:
        page_chosen (int): 0 for the table, 1 for the heat map.
        grouping_chosen (object): a `Grouping`.
        fold_chosen (bool): all groups are to be folded away, or shown again.
    """

    page_chosen = Signal(int)
    grouping_chosen = Signal(object)
    fold_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar(self)
        self.button = QToolButton(self)
        self._choices = QActionGroup(self)
        self._actions: dict[Grouping, QAction] = {}
        self._build()
        self.tabs.currentChanged.connect(self.page_chosen)
        self._choices.triggered.connect(self._choose)

    def action(self, grouping: Grouping) -> QAction:
        """Return the switch of a grouping."""
        return self._actions[grouping]

    def show_grouping(self, grouping: Grouping) -> None:
        """Say which grouping is in use."""
        self._actions[grouping].setChecked(True)
        self.button.setText(self.tr(_SHORT[grouping]) + " ▾")
        for action in (self.fold, self.unfold):
            action.setEnabled(grouping is not Grouping.NONE)

    def show_page(self, page: int) -> None:
        """Show the table (0) or the heat map (1); groups are the table's."""
        self.tabs.setCurrentIndex(page)
        self.button.setVisible(page == 0)

    def _choose(self, action: QAction) -> None:
        self.grouping_chosen.emit(Grouping(action.data()))

    def _fold(self) -> None:
        self.fold_chosen.emit(True)

    def _unfold(self) -> None:
        self.fold_chosen.emit(False)

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
        for grouping, text in _TEXTS.items():
            action = QAction(self.tr(text), self._choices, checkable=True)
            action.setData(str(grouping))
            self._actions[grouping] = action
            menu.addAction(action)
        menu.addSeparator()
        self.fold = menu.addAction(self.tr("Fold all groups away"))
        self.fold.triggered.connect(self._fold)
        self.unfold = menu.addAction(self.tr("Show all groups"))
        self.unfold.triggered.connect(self._unfold)
        return menu
