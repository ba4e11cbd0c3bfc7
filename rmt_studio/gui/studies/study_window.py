"""What the windows of all studies share: a form, a plot, a table, and how far the job is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.inspector.number_field import TEXT_MARGIN
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.results.marked_model import MarkedTableModel
from rmt_studio.gui.results.marked_table import MarkedTable
from rmt_studio.gui.studies.exporting import Exports
from rmt_studio.gui.studies.legend import MarkLegend
from rmt_studio.gui.studies.plot import TrialPlot
from rmt_studio.gui.studies.work_window import WorkWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.marked_model import Heading, MarkedRow
    from rmt_studio.gui.studies.curves import Picture
    from rmt_studio.gui.study import Study
    from rmt_studio.gui.workbench import Workbench


class StudyWindow(WorkWindow):
    """Shows a `Study` and starts it; each kind fills in the form, the rows and the picture."""

    help_topic = "study"

    def __init__(
        self,
        title: str,
        workbench: Workbench,
        study: Study,
        headings: Sequence[Heading],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, workbench, study, parent)
        self.study = study
        self._made_rows: list[MarkedRow] = []
        self._scene: object = None
        self.model = MarkedTableModel(headings, self)
        self.table = MarkedTable(self.model, "trial_table", self.tr("Rows of the study"))
        self.plot, self.legend = TrialPlot(), MarkLegend()
        self.export_button = QPushButton(self.tr("Export"))
        self.limit = QSpinBox()
        self.figure = QWidget()
        self.exports = Exports(study, self.figure, self)

    # --- for each kind -----------------------------------------------------------------------

    def new_rows(self, begin: int) -> list[MarkedRow]:
        """Return the rows of the study from the ``begin``-th on."""
        del begin
        return []

    def picture(self) -> Picture:
        """Return what the plot shows."""
        raise NotImplementedError

    def kept(self) -> str:
        """Return where the study is kept."""
        if self.study.file is None:
            return ""
        return self.tr("Kept in {0}; Start goes on with it").format(self.study.file)

    # --- putting together --------------------------------------------------------------------

    def build(self, empty: str, *, scrolls: bool = False) -> None:
        """Lay out; each kind has filled ``form`` by then.

        Args:
            empty: what to do while there is nothing to show.
            scrolls: whether the form may be higher than the window.
        """
        self._prepare_controls()
        self.put_together(empty, self._results(), scrolls=scrolls)
        self.table.clicked.connect(self._row_clicked)
        self.table.activated.connect(self._row_clicked)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.plot.row_picked.connect(self._pick)
        self.exports.failed.connect(self._workbench.failed)
        self.exports.told.connect(self._workbench.told)
        self._show()

    def _prepare_controls(self) -> None:
        self.stop_button.setToolTip(self.tr("What was measured stays; Start goes on from there"))
        self.export_button.setObjectName("study_export")
        self.export_button.setAccessibleName(self.tr("Export"))
        self.export_button.setToolTip(self.tr("Save the table, the study or the plot"))
        menu = QMenu(self.export_button)
        menu.addActions(self.exports.actions())
        self.export_button.setMenu(menu)
        self.anew.setText(self.tr("Measure all rows anew"))
        self.anew.setToolTip(self.tr("Forget the rows that were measured before"))
        self.limit.setObjectName("image_limit")
        self.limit.setRange(0, 1_000_000)
        self.limit.setSingleStep(100)
        self.limit.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.limit.setSpecialValueText(self.tr("all images"))
        self.limit.setSuffix(self.tr(" images"))
        self.limit.setAccessibleName(self.tr("Images to evaluate on"))
        self.limit.setToolTip(self.tr("At most so many, spread evenly over the open images"))

    def _results(self) -> QVBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.about, 1)
        top.addWidget(HelpButton(self.help_topic, self.tr("Top-1 against the share removed")))
        top.addWidget(self.export_button)
        upper = QVBoxLayout(self.figure)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(6)
        upper.addWidget(self.legend)
        upper.addWidget(self.plot, 1)
        upper.addWidget(self.verdict)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.figure)
        self.split.addWidget(self.table)
        self.split.setSizes([380, 220])
        column = QVBoxLayout()
        column.addLayout(top)
        column.addWidget(self.split, 1)
        return column

    # --- what is shown -----------------------------------------------------------------------

    def show_found(self) -> None:
        """Show rows and picture."""
        study = self.study
        if study.scene is not self._scene:
            self._scene, self._made_rows = study.scene, []
        self._made_rows += self.new_rows(len(self._made_rows))
        self.model.show_rows(self._made_rows)
        picture = self.picture()
        self.plot.show_picture(picture)
        self.legend.show_entries(tuple((curve.name, curve.look) for curve in picture.curves))
        self.about.set_text(study.about)
        self.export_button.setEnabled(bool(study.rows))

    # --- rows --------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.plot.highlight(current.row() if current.isValid() else None)

    @Slot(QModelIndex)
    def _row_clicked(self, index: QModelIndex) -> None:
        self.study.open_recipe(index.row())

    @Slot(int)
    def _pick(self, row: int) -> None:
        self.table.selectRow(row)
        self.study.open_recipe(row)
