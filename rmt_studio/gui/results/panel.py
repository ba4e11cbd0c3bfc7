"""The panel of the results: a table of the evaluations beside a plot of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.figures import count_text
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.results.accuracy_plot import AccuracyPlot
from rmt_studio.gui.results.marked_model import MarkedTableModel
from rmt_studio.gui.results.row import HEADERS, Column, rows_of
from rmt_studio.gui.results.run_actions import RunActions
from rmt_studio.gui.results.run_table import RunTable
from rmt_studio.gui.results.series import compare
from rmt_studio.studio.document import ImagesOpened, ModelOpened, RunAdded
from rmt_studio.studio.events import RunsChanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

    from rmt_studio.gui.results.series import Comparison
    from rmt_studio.gui.workbench import Workbench


_OFFERED = ("open_run_rules", "rename_run", "remove_runs", "copy_results", "compare_runs",
            "export_results")  # fmt: skip


class ResultsPanel(QFrame):
    """Shows the runs of the document; the row that is selected has a ring in the plot."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setObjectName("results_panel")
        self.setProperty("card", True)
        self.setMinimumSize(420, 120)
        self.model = MarkedTableModel([HEADERS[column] for column in Column], self)
        self.table = RunTable(self.model, self)
        self.plot = AccuracyPlot(self)
        self.caption = ElidedLabel(parent=self)
        self.empty_text = QLabel(self)
        self._pages = QStackedWidget(self)
        self.menu = QMenu(self)
        self.actions_of_runs = RunActions(workbench, self.table)
        self.more_button = QToolButton(self)
        self._build()
        self._connect()
        self._show()

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer in the menu what the window offers of the results, as it is there."""
        self.menu.insertActions(self._separator, [actions[name] for name in _OFFERED])

    def reasons(self) -> dict[str, str]:
        """Return for the actions on the selected results the reason against them, or nothing."""
        return self.actions_of_runs.reasons()

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self.actions_of_runs.copy_table()

    # --- following the document ----------------------------------------------------------------

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened):
            self.plot.highlight(None)
        if isinstance(event, RunAdded | RunsChanged | ModelOpened | ImagesOpened):
            self._show()
        if isinstance(event, RunAdded):
            self.table.scrollToBottom()

    def _show(self) -> None:
        runs = self._workbench.document.runs
        comparison = compare(runs) if runs else None
        self.model.show_rows(rows_of(runs))
        self.plot.show_runs(comparison)
        self._pages.setCurrentIndex(1 if runs else 0)
        self.empty_text.setText(self._next_step())
        if comparison is not None:
            self.caption.set_text(self._caption(comparison))

    def _caption(self, comparison: Comparison) -> str:
        text = self.tr("{} images of {}").format(count_text(comparison.n), comparison.images)
        if not comparison.elsewhere:
            return text
        if comparison.elsewhere == 1:
            return text + self.tr(" · 1 run on other images is not in the plot")
        others = self.tr(" · {} runs on other images are not in the plot")
        return text + others.format(comparison.elsewhere)

    def _next_step(self) -> str:
        document = self._workbench.document
        if document.model is None:
            return self.tr("No results yet. Open a model and an image folder, then evaluate.")
        if document.images is None:
            return self.tr("No results yet. Open an image folder (File menu), then evaluate.")
        return self.tr(
            "No results yet. Press Evaluate to measure the dense model on {}; give layers rules "
            "and evaluate again to see what they cost."
        ).format(document.images.name)

    # --- what a person does --------------------------------------------------------------------

    def _row_chosen(self, current: QModelIndex) -> None:
        self.plot.highlight(current.row() if current.isValid() else None)

    def _pick(self, index: int) -> None:
        self.table.selectRow(index)
        self.actions_of_runs.open_rules()

    def _open_menu(self, place: QPoint) -> None:
        self.menu.popup(self.table.viewport().mapToGlobal(place))

    # --- putting together ----------------------------------------------------------------------

    def _connect(self) -> None:
        self._workbench.document_changed.connect(self._document_changed)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.plot.run_picked.connect(self._pick)
        self.table.doubleClicked.connect(self.actions_of_runs.open_rules)

    def _build(self) -> None:
        self._separator = self.menu.addSeparator()
        self.menu.addMenu(self.table.column_menu)
        self.table.column_menu.setTitle(self.tr("Columns"))
        self.more_button.setText("⋯")
        self.more_button.setObjectName("results_more")
        self.more_button.setAccessibleName(self.tr("Results menu"))
        self.more_button.setToolTip(self.tr("Compare two runs, export, choose the columns"))
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self.menu)
        self.empty_text.setObjectName("results_empty_text")
        self.empty_text.setProperty("muted", True)
        self.empty_text.setWordWrap(True)
        self.empty_text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self._split())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 10, 8)
        column.addWidget(self._pages)

    def _empty_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._heading())
        column.addWidget(self.empty_text, 1)
        return page

    def _split(self) -> QWidget:
        self.caption.setProperty("muted", True)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._heading())
        line.addWidget(self.caption, 1)
        line.addWidget(HelpButton("accuracy", self.tr("Accuracy against parameters kept")))
        line.addWidget(self.more_button)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("results_split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        split.addWidget(left)
        split.addWidget(self.plot)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([600, 400])
        return split

    def _heading(self) -> QLabel:
        heading = QLabel(self.tr("Results"), self)
        heading.setProperty("heading", True)
        return heading
