"""The table of the runs, with the choice of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from rmt_studio.gui.layers.texts import wrapped
from rmt_studio.gui.results.marked_table import MarkedTable
from rmt_studio.gui.results.row import GIVE_WAY, HEADERS, USUAL, Column

if TYPE_CHECKING:
    from rmt_studio.gui.results.marked_model import MarkedTableModel

_KEPT = "results/columns"


class RunTable(MarkedTable):
    """Two runs can be selected, to hold them against each other.

    Attributes:
        column_menu: a switch per column.
    """

    def __init__(self, model: MarkedTableModel, parent: QWidget | None = None) -> None:
        super().__init__(model, "run_table", "", parent)
        self.setAccessibleName(self.tr("Evaluations"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.column_menu = QMenu(self)
        self.column_menu.setToolTipsVisible(True)
        self._actions = {column: self._switch(column) for column in Column}
        self.usual = self.column_menu.addAction(self.tr("Usual columns"))
        self.usual.triggered.connect(self._choose_usual)
        header = self.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._ask_columns)
        kept = QSettings().value(_KEPT)
        names = {str(name) for name in kept} if isinstance(kept, list) else set()
        self.show_columns(tuple(c for c in Column if c.name in names) or USUAL)

    def switch(self, column: Column) -> QAction:
        """Return the switch of a column."""
        return self._actions[column]

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show these columns and no others; the names always stay.

        The usual ones give way where room is scarce; what a person chose stays, and scrolls.
        """
        wanted = tuple(c for c in Column if c in columns or c is Column.RUN)
        for column, action in self._actions.items():
            action.setChecked(column in wanted)
        self.want_columns(wanted, GIVE_WAY if wanted == USUAL else ())

    def selected_places(self) -> list[int]:
        """Return the selected rows, from above."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _switch(self, column: Column) -> QAction:
        heading = HEADERS[column]
        action = QAction(self.tr(heading.title), self.column_menu, checkable=True)
        action.setToolTip(wrapped(self.tr(heading.tip)))
        action.setEnabled(column is not Column.RUN)
        action.triggered.connect(self._choose)
        self.column_menu.addAction(action)
        return action

    def _choose(self) -> None:
        self._keep(tuple(c for c, action in self._actions.items() if action.isChecked()))

    def _choose_usual(self) -> None:
        self._keep(USUAL)

    def _keep(self, columns: tuple[Column, ...]) -> None:
        QSettings().setValue(_KEPT, [column.name for column in columns])
        self.show_columns(columns)

    def _ask_columns(self, place: QPoint) -> None:
        self.column_menu.popup(self.horizontalHeader().mapToGlobal(place))
