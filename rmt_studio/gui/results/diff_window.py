"""The window that holds two runs against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
)

from rmt_studio.gui.dialogs.base import Dialog, caption, heading
from rmt_studio.gui.results.diff import diff_of
from rmt_studio.gui.results.diff_rows import DiffRow, figure_rows, layer_row, verdict
from rmt_studio.gui.theme import number_font
from rmt_studio.studio.document import ModelOpened, RunAdded
from rmt_studio.studio.events import RunsChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.document import Run

_SIZE = (680, 620)
_NUMBERS = 96  # px, least width of a column of numbers
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class DiffWindow(Dialog):
    """Two runs to choose, what differs between them as a whole, and layer by layer."""

    def __init__(
        self, workbench: Workbench, first: int, second: int, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self._workbench = workbench
        self.setWindowTitle(self.tr("Compare two runs"))
        self.setObjectName("diff_window")
        self.setModal(False)
        self.resize(*_SIZE)
        self.first_box = self._box(self.tr("First run"))
        self.second_box = self._box(self.tr("Second run"))
        self.swap = QPushButton(self.tr("Swap"))
        self.swap.setAccessibleName(self.tr("Swap the runs"))
        self.swap.setToolTip(self.tr("Turn the signs of all differences around"))
        self.figures = self._table("diff_figures", self.tr("Figures of both runs"))
        self.layers = self._table("diff_layers", self.tr("Sparsity of each layer in both runs"))
        self.verdict, self.no_layers = QLabel(), caption("")
        self._build()
        self._runs: tuple[Run, ...] = ()
        self._offer(first, second)
        for box in (self.first_box, self.second_box):
            box.currentIndexChanged.connect(self._show)
        self.swap.clicked.connect(self._swap)
        workbench.document_changed.connect(self._document_changed)

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened | RunsChanged | RunAdded):
            if len(self._workbench.document.runs) < 2:
                self.close()
                return
            places = (box.currentIndex() for box in (self.first_box, self.second_box))
            self._offer(*map(self._place_now, places))

    def _place_now(self, place: int) -> int:
        """Return where a run stands now that stood there; the place where it is gone or renamed."""
        runs = self._workbench.document.runs
        same = (now for now, run in enumerate(runs) if run is self._runs[place])
        return next(same, place)

    def _offer(self, first: int, second: int) -> None:
        runs = self._runs = tuple(self._workbench.document.runs)
        for box, place in ((self.first_box, first), (self.second_box, second)):
            box.blockSignals(True)
            box.clear()
            box.addItems([f"{number}  {run.label}" for number, run in enumerate(runs, 1)])
            box.setCurrentIndex(min(place, len(runs) - 1))
            box.blockSignals(False)
        self._show()

    def _swap(self) -> None:
        self._offer(self.second_box.currentIndex(), self.first_box.currentIndex())

    def _show(self) -> None:
        document = self._workbench.document
        first, second = (
            document.runs[box.currentIndex()] for box in (self.first_box, self.second_box)
        )
        order = [layer.name for layer in document.model.layers] if document.model else []
        diff = diff_of(first, second, order)
        self.verdict.setText(verdict(diff))
        _fill(self.figures, figure_rows(diff))
        _fill(self.layers, [layer_row(pair) for pair in diff.layers])
        rows = self.figures.rowCount() * self.figures.verticalHeader().defaultSectionSize()
        self.figures.setFixedHeight(rows + self.figures.horizontalHeader().sizeHint().height() + 4)
        self.layers.setVisible(bool(diff.layers))
        self.no_layers.setVisible(not diff.layers)
        self.no_layers.setText(self.tr("Neither run prunes a layer."))

    # --- putting together ------------------------------------------------------------------------

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.first_box, 1)
        line.addWidget(self.swap)
        line.addWidget(self.second_box, 1)
        self.verdict.setWordWrap(True)
        self.verdict.setObjectName("diff_verdict")
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.column.addLayout(line)
        self.column.addWidget(self.verdict)
        self.column.addWidget(self.figures)
        self.column.addWidget(heading(self.tr("Removed of each layer, largest change first")))
        self.column.addWidget(self.no_layers)
        self.column.addWidget(self.layers, 1)
        self.column.addStretch(0)

    def _box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(self.tr("Choose a run; differences are second less first"))
        box.setMinimumContentsLength(12)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _table(self, name: str, title: str) -> QTableWidget:
        table = QTableWidget(0, 4)
        table.setObjectName(name)
        table.setAccessibleName(title)
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(_NUMBERS)
        titles = (self.tr("Layer"), self.tr("First"), self.tr("Second"), self.tr("Difference"))
        for column, text in enumerate(titles):
            item = QTableWidgetItem(text if column or name == "diff_layers" else "")
            item.setTextAlignment(_RIGHT if column else _LEFT)
            table.setHorizontalHeaderItem(column, item)
        return table


def _fill(table: QTableWidget, rows: Sequence[DiffRow]) -> None:
    table.setRowCount(len(rows))
    for place, row in enumerate(rows):
        for column, text in enumerate((row.name, row.first, row.second, row.change)):
            item = QTableWidgetItem(text)
            if column:
                item.setTextAlignment(_RIGHT)
            table.setItem(place, column, item)
