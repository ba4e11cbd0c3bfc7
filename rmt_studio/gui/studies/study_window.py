"""What the windows of all studies share: a form, a plot, a table, and how far the job is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import Dialog, StatusLine, button
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.number_field import TEXT_MARGIN
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.results.marked_model import MarkedTableModel
from rmt_studio.gui.results.marked_table import MarkedTable
from rmt_studio.gui.studies.exporting import Exports
from rmt_studio.gui.studies.legend import MarkLegend
from rmt_studio.gui.studies.plot import TrialPlot
from rmt_studio.gui.studies.words import time_text
from rmt_studio.gui.theme import number_font
from rmt_studio.studio.document import (
    AnalysisCleared,
    CalibrationOpened,
    ImagesOpened,
    LayersAnalyzed,
    ModelOpened,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.marked_model import Heading, MarkedRow
    from rmt_studio.gui.studies.curves import Picture
    from rmt_studio.gui.study import Study
    from rmt_studio.gui.workbench import Workbench

_SIZE = (1120, 720)
_LEAST_SIZE = (900, 560)
_FORM_WIDTH = 340
_INDENT = 110  # px beside the text of the empty page
_STEPS = 1000  # of the progress bar


class StudyWindow(Dialog):
    """Shows a `Study` and starts it; each kind fills in the form, the rows and the picture."""

    def __init__(
        self,
        title: str,
        workbench: Workbench,
        study: Study,
        headings: Sequence[Heading],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._workbench, self.study = workbench, study
        self.setMinimumSize(*_LEAST_SIZE)
        self.resize(*_SIZE)
        self.setModal(False)
        self._made_rows: list[MarkedRow] = []
        self._scene: object = None
        self.model = MarkedTableModel(headings, self)
        self.table = MarkedTable(self.model, "trial_table", self.tr("Rows of the study"))
        self.plot, self.legend = TrialPlot(), MarkLegend()
        self.about, self.verdict = ElidedLabel(), ElidedLabel()
        self.empty_text = QLabel()
        self.pages = QStackedWidget()
        self.bar, self.note = QProgressBar(), ElidedLabel(least=12)
        self.status = StatusLine()
        self.start_button = button(self.tr("Start"), primary=True)
        self.stop_button = button(
            self.tr("Stop"), tooltip=self.tr("What was measured stays; Start goes on from there")
        )
        self.export_button = QPushButton(self.tr("Export"))
        self.anew = QCheckBox(self.tr("Measure all rows anew"))
        self.limit = QSpinBox()
        self.figure = QWidget()
        self.exports = Exports(study, self.figure, self)
        self.form = QVBoxLayout()

    # --- for each kind -----------------------------------------------------------------------

    def ask(self) -> None:
        """Start what the form says."""

    def complaint(self) -> str:
        """Return what is wrong with the form; empty when it can be started."""
        return ""

    def hint(self) -> str:
        """Return what the form comes to, where nothing is wrong with it."""
        return ""

    def new_rows(self, begin: int) -> list[MarkedRow]:
        """Return the rows of the study from the ``begin``-th on."""
        del begin
        return []

    def picture(self) -> Picture:
        """Return what the plot shows."""
        raise NotImplementedError

    def conclusion(self) -> str:
        """Return what the rows say, in one line."""
        return ""

    # --- putting together --------------------------------------------------------------------

    def build(self, empty: str) -> None:
        """Lay out; each kind has filled ``form`` by then.

        Args:
            empty: what to do while there is nothing to show.
        """
        self.empty_text.setText(empty)
        self._prepare()
        self._form_foot()
        panel = _card()
        panel.setFixedWidth(_FORM_WIDTH)
        self.form.setContentsMargins(14, 12, 14, 14)
        panel.setLayout(self.form)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(panel)
        row.addWidget(self._results(), 1)
        self.column.setContentsMargins(10, 10, 10, 10)
        self.column.addLayout(row, 1)
        self._connect()
        self._show()

    def _prepare(self) -> None:
        self.about.setProperty("muted", True)
        self.verdict.setObjectName("verdict")
        self.verdict.setFont(number_font())
        self.empty_text.setObjectName("study_empty_text")
        self.empty_text.setProperty("muted", True)
        self.empty_text.setWordWrap(True)
        self.empty_text.setContentsMargins(_INDENT, 0, _INDENT, 0)
        self.empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the study"))
        self.note.setObjectName("study_note")
        self.note.setProperty("muted", True)
        self.status.setObjectName("study_status")
        self.start_button.setObjectName("study_start")
        self.stop_button.setObjectName("study_stop")
        self.export_button.setObjectName("study_export")
        self.export_button.setAccessibleName(self.tr("Export"))
        self.export_button.setToolTip(self.tr("Save the table, the study or the plot"))
        menu = QMenu(self.export_button)
        menu.addActions(self.exports.actions())
        self.export_button.setMenu(menu)
        self.anew.setAccessibleName(self.anew.text())
        self.anew.setToolTip(self.tr("Forget the rows that were measured before"))
        self.limit.setObjectName("image_limit")
        self.limit.setRange(0, 1_000_000)
        self.limit.setSingleStep(100)
        self.limit.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
        self.limit.setSpecialValueText(self.tr("all images"))
        self.limit.setSuffix(self.tr(" images"))
        self.limit.setAccessibleName(self.tr("Images to evaluate on"))
        self.limit.setToolTip(self.tr("At most so many, spread evenly over the open images"))

    def _form_foot(self) -> None:
        self.form.setSpacing(9)
        self.form.addWidget(self.anew)
        self.form.addWidget(self.status)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.stop_button)
        line.addWidget(self.start_button, 1)
        self.form.addLayout(line)

    def _results(self) -> QWidget:
        panel = _card()
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.about, 1)
        top.addWidget(HelpButton("study", self.tr("Top-1 against the share removed")))
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
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.split, 1)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        self.pages.addWidget(self.empty_text)
        self.pages.addWidget(found)
        whole = QVBoxLayout(panel)
        whole.setContentsMargins(16, 12, 14, 12)
        whole.addWidget(self.pages)
        return panel

    def _connect(self) -> None:
        self.start_button.clicked.connect(self.ask)
        self.stop_button.clicked.connect(self.study.stop)
        self.study.changed.connect(self._show)
        self.study.progressed.connect(self._show_progress)
        self.table.clicked.connect(self._row_clicked)
        self.table.activated.connect(self._row_clicked)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.plot.row_picked.connect(self._pick)
        self.exports.failed.connect(self._workbench.failed)
        self.exports.told.connect(self._workbench.told)
        self._workbench.document_changed.connect(self._document_changed)

    # --- what is shown -----------------------------------------------------------------------

    def judge(self) -> None:
        """Say whether the form can be started."""
        complaint = self.complaint()
        self.status.tell(complaint or self.hint(), problem=bool(complaint))
        self.start_button.setEnabled(not complaint and not self.study.running)

    def _document_changed(self, event: object) -> None:
        known = ModelOpened | ImagesOpened | CalibrationOpened | LayersAnalyzed | AnalysisCleared
        if isinstance(event, known):
            self.judge()

    def _show(self) -> None:
        study = self.study
        if study.scene is not self._scene:
            self._scene, self._made_rows = study.scene, []
        self._made_rows += self.new_rows(len(self._made_rows))
        self.model.show_rows(self._made_rows)
        picture = self.picture()
        self.plot.show_picture(picture)
        self.legend.show_entries(tuple((curve.name, curve.look) for curve in picture.curves))
        there = study.scene is not None
        self.pages.setCurrentIndex(1 if there else 0)
        self.about.set_text(study.about)
        self.verdict.set_text(self.conclusion())
        self.verdict.setVisible(bool(self.verdict.whole_text))
        self.export_button.setEnabled(bool(study.rows))
        self.stop_button.setEnabled(study.running)
        self._show_progress()
        self.judge()

    def _show_progress(self) -> None:
        study, report = self.study, self.study.progress
        self.bar.setVisible(study.running)
        if not study.running:
            self.note.set_text(self._kept())
            return
        share = report.done / report.total if report and report.total else 0.0
        self.bar.setValue(round(_STEPS * share))
        self.note.set_text(time_text(report))

    def _kept(self) -> str:
        if self.study.file is None:
            return ""
        return self.tr("Kept in {0}; Start goes on with it").format(self.study.file)

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


def _card() -> QFrame:
    frame = QFrame()
    frame.setProperty("card", True)
    return frame
