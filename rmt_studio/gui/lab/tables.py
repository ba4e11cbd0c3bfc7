"""The numbers of an experiment: its rows, and published values beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from rmt_studio.gui.lab.curves import PUBLISHED_LOOK, looks_of, series_of
from rmt_studio.gui.lab.texts import (
    BESIDE_HEADINGS,
    beside_row,
    lab_row,
    row_headings,
)
from rmt_studio.gui.results.marked_model import MarkedTableModel
from rmt_studio.gui.results.marked_table import MarkedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.marked_model import Heading, MarkedRow
    from rmt_studio.gui.results.series import Look
    from rmt_studio.studies.lab import Beside, LabRow, Panel

_BEFORE = 3  # columns before those of the panel: series, seed, x
_AT_ONCE = 60  # rows: what a table takes in within some milliseconds


class LabTables(QWidget):
    """Two tables, one of them in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel: Panel | None = None
        self._made: list[MarkedRow] = []
        self._wanted: tuple[int, ...] = ()
        self._rows: Sequence[LabRow] = ()
        self._there: set[str] = set()  # keys of columns
        self._seeds: set[int] = set()
        self._looks: dict[str, Look] = {}
        self._beside: Sequence[Beside] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)
        self.tabs = QTabBar()
        self.tabs.setObjectName("lab_tables")
        self.tabs.setAccessibleName(self.tr("Table in view"))
        self.tabs.setToolTip(self.tr("Which numbers are in view; left and right keys step"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Rows"))
        self.tabs.addTab(self.tr("Published beside ours"))
        self.rows = self._table(BESIDE_HEADINGS, "lab_rows")  # until an experiment is chosen
        self.beside = self._table(BESIDE_HEADINGS, "lab_beside")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.rows)
        self.pages.addWidget(self.beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)

    def show_rows(self, panel: Panel, rows: Sequence[LabRow]) -> None:
        """Show the rows of a panel; those that come later go to the end."""
        if panel is not self._panel:
            self._exchange(panel)
        if len(rows) < len(self._made) or rows[:1] != self._rows[:1]:
            self._made, self._there, self._seeds = [], set(), set()
        self._rows, self._looks = rows, looks_of(rows)
        self._go_on()

    def _go_on(self) -> None:
        """Add rows that are not in the table yet, not too many at once."""
        panel, known = self._panel, len(self._made)
        assert panel is not None  # noqa: S101 - says so to the type checker
        new = self._rows[known : known + _AT_ONCE]
        self._made += [lab_row(row, self._looks[row.series], panel.columns) for row in new]
        self._there.update(key for row in new for key in row.values)
        self._seeds.update(row.seed for row in new)
        places = (_BEFORE + i for i, one in enumerate(panel.columns) if one.key in self._there)
        _model(self.rows).show_rows(self._made)
        wanted = ((0, 1, 2) if len(self._seeds) > 1 else (0, 2)) + tuple(places)
        if wanted != self._wanted:
            self._wanted = wanted
            self.rows.want_columns(wanted)
        if len(self._made) < len(self._rows):
            self._soon.start()

    def show_beside(self, beside: Sequence[Beside]) -> None:
        """Show published values beside ours."""
        if beside is self._beside:
            return
        self._beside = beside
        looks = (self._looks.get(series_of(one), PUBLISHED_LOOK) for one in beside)
        made = [beside_row(one, look) for one, look in zip(beside, looks, strict=True)]
        _model(self.beside).show_rows(made)
        self.beside.fit_columns()
        self.tabs.setTabEnabled(1, bool(beside))
        if not beside:
            self.tabs.setCurrentIndex(0)

    def _exchange(self, panel: Panel) -> None:
        """Make a table with the columns of another panel."""
        self._panel, self._rows, self._wanted = panel, (), ()
        old = self.rows
        self.rows = self._table(row_headings(panel), "lab_rows")
        self.pages.insertWidget(0, self.rows)
        self.pages.removeWidget(old)
        self.pages.setCurrentIndex(self.tabs.currentIndex())
        old.deleteLater()

    def _table(self, headings: Sequence[Heading], name: str) -> MarkedTable:
        title = (
            self.tr("Rows of the experiment")
            if name == "lab_rows"
            else self.tr("Published values beside ours")
        )
        model = MarkedTableModel(headings, self)
        table = MarkedTable(model, name, title)
        model.setParent(table)  # goes with it
        return table


def _model(table: MarkedTable) -> MarkedTableModel:
    model = table.model()
    assert isinstance(model, MarkedTableModel)  # noqa: S101 - says so to the type checker
    return model
