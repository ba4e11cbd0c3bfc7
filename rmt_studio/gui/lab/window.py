"""The lab: one of the paper's experiments, its curves while it runs, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.dialogs.base import button, caption
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.lab.curves import lab_picture, legend_of
from rmt_studio.gui.lab.form import LabForm
from rmt_studio.gui.lab.kept_list import KeptList, result_text
from rmt_studio.gui.lab.plot import LabPlot
from rmt_studio.gui.lab.saving import LabSaving
from rmt_studio.gui.lab.tables import LabTables
from rmt_studio.gui.lab.texts import about_text, estimate_text
from rmt_studio.gui.lab.verdicts import VerdictLines
from rmt_studio.gui.lab.views import views_of
from rmt_studio.gui.plots import HelpButton
from rmt_studio.gui.studies.legend import MarkLegend
from rmt_studio.gui.studies.work_window import WorkWindow
from rmt_studio.gui.terms import term
from rmt_studio.studies.lab import EXPERIMENTS

if TYPE_CHECKING:
    from rmt_studio.gui.lab.lab import Lab
    from rmt_studio.gui.lab.views import View
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.lab_tasks import KeptResult

_SIZE = (1180, 760)
_LEAST_SIZE = (920, 620)
_INDENT = 80  # px beside the words that stand where a plot will be


class LabWindow(WorkWindow):
    """What to run at the left with earlier results under it; what was found at the right."""

    def __init__(self, workbench: Workbench, lab: Lab, parent: QWidget | None = None) -> None:
        super().__init__("", workbench, lab, parent)
        self.lab = lab
        self.setWindowTitle(self.tr("Lab: the paper's experiments"))
        self.setObjectName("lab_window")
        self.setMinimumSize(*_LEAST_SIZE)
        self.resize(*_SIZE)
        self._shown_key = ""
        self.fields, self.kept_list = LabForm(workbench), KeptList()
        self.kept_title = caption("", self.kept_list)
        self.delete_button = button(self.tr("Delete…"))
        self.views = ChoiceBox(self.tr("Plot"), self.tr("Which quantity is drawn"))
        self.plot, self.legend = LabPlot(), MarkLegend()
        self.verdicts, self.tables = VerdictLines(), LabTables()
        self.waiting, self.figures = QLabel(), QStackedWidget()
        self.help, self.save_button = HelpButton(), QPushButton(self.tr("Save"))
        self.saving = LabSaving(lab, self)
        self._name()
        self._fill_form()
        self._welcome = self.tr(
            "Choose an experiment and press Run. It trains networks on this machine; rows and "
            "curves grow as they are measured, with the theorem's bound and the published values "
            "beside them. No model needs to be open."
        )
        self.put_together(self._welcome, self._what_was_found())
        self.anew.hide()
        self._connect()
        if lab.settings is not None:
            self.fields.show_run(lab.key, lab.settings)
        self._show_kept()
        lab.look()
        self._ask_estimate()
        self._show()

    @property
    def view(self) -> View:
        """Which plot is shown."""
        return self.views.currentData()

    def ask(self) -> None:
        """Start what the form says."""
        self.lab.start(self.fields.experiment.key, self.fields.settings, self.fields.data.path)

    def complaint(self) -> str:
        """Return what is wrong with the form."""
        return self.fields.data.complaint

    def hint(self) -> str:
        """Return what the run would take."""
        return "" if self.lab.running else estimate_text(self.lab.estimate)

    def kept(self) -> str:
        """Return where the result lies, or why there is none."""
        lab = self.lab
        if lab.failure:
            return self.tr("Failed: {0}").format(lab.failure)
        if lab.result is None:
            return self.tr("Stopped before the first row") if lab.stopped else ""
        text = self.tr("Stopped; kept in {0}") if lab.stopped else self.tr("Kept in {0}")
        return text.format(lab.result.files[0].parent) if lab.result.files else ""

    def show_found(self) -> None:
        """Show the rows, their curves, and what they come to."""
        lab, result = self.lab, self.lab.result
        if lab.key and lab.settings is not None:
            if lab.key != self._shown_key:
                self._offer_views()
            data = result.data if result is not None else ""
            self.about.set_text(about_text(EXPERIMENTS[lab.key], lab.settings, data))
            self._draw()
        self.tables.show_beside(result.beside if result is not None else ())
        failed = self.tr("The experiment did not start. {0}").format(lab.failure)
        self.empty_text.setText(failed if lab.failure else self._welcome)
        self.verdicts.show_verdicts(result.verdicts if result is not None else ())
        self.save_button.setEnabled(self.saving.possible)
        self.kept_list.setEnabled(not lab.running)
        self._offer_removal()

    # --- putting together --------------------------------------------------------------------

    def _name(self) -> None:
        self.start_button.setText(self.tr("Run"))
        self.start_button.setAccessibleName(self.tr("Run"))
        self.stop_button.setToolTip(self.tr("What was measured by then is kept"))
        self.delete_button.setObjectName("lab_delete")
        self.delete_button.setToolTip(self.tr("Delete the earlier result that is chosen"))
        self.waiting.setObjectName("lab_waiting")
        self.waiting.setProperty("muted", True)
        self.waiting.setWordWrap(True)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.waiting.setContentsMargins(_INDENT, 0, _INDENT, 0)
        self.views.setObjectName("lab_views")
        self.about.setObjectName("lab_about")
        self.save_button.setObjectName("lab_save")
        self.save_button.setAccessibleName(self.tr("Save"))
        self.save_button.setToolTip(self.tr("Save or copy the result, the rows or the figure"))
        menu = QMenu(self.save_button)
        menu.addActions(self.saving.actions())
        self.save_button.setMenu(menu)

    def _fill_form(self) -> None:
        self.form.addWidget(self.fields)
        head = QHBoxLayout()
        head.addWidget(self.kept_title, 1)
        head.addWidget(self.delete_button)
        self.form.addLayout(head)
        self.form.addWidget(self.kept_list, 1)

    def _what_was_found(self) -> QVBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.views, 2)
        top.addStretch(1)
        top.addWidget(self.help)
        top.addWidget(self.save_button)
        figure = QWidget()
        upper = QVBoxLayout(figure)
        upper.setContentsMargins(0, 0, 0, 4)
        upper.setSpacing(6)
        upper.addWidget(self.legend)
        upper.addWidget(self.plot, 1)
        upper.addWidget(self.verdicts)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(figure)
        self.split.addWidget(self.tables)
        self.split.setSizes([450, 190])
        found = QVBoxLayout()
        found.addWidget(self.about)
        found.addLayout(top)
        self.figures.addWidget(self.waiting)
        self.figures.addWidget(self.split)
        found.addWidget(self.figures, 1)
        return found

    def _connect(self) -> None:
        self.fields.changed.connect(self._ask_estimate)
        self.kept_list.opened.connect(self.lab.reopen)
        self.kept_list.unwanted.connect(self._ask_removal)
        self.kept_list.currentItemChanged.connect(self._offer_removal)
        self.delete_button.clicked.connect(self.kept_list.ask_removal)
        self.views.chosen.connect(self._draw)
        self.lab.kept_changed.connect(self._show_kept)
        self.lab.estimate_changed.connect(self.judge)
        self.saving.failed.connect(self._workbench.failed)
        self.saving.told.connect(self._workbench.told)

    # --- what is shown -----------------------------------------------------------------------

    def _offer_views(self) -> None:
        """Offer the plots of another experiment."""
        experiment, self._shown_key = EXPERIMENTS[self.lab.key], self.lab.key
        _blocked = QSignalBlocker(self.views)
        self.views.clear()
        for view in views_of(experiment):
            self.views.add(view.title, view)
        self.views.setCurrentIndex(0)
        self.help.set_topic(f"lab_{experiment.key.replace('-', '_')}", term(experiment.title))

    def _draw(self, _view: object = None) -> None:
        view = self.view
        rows = [row for row in self.lab.rows if row.panel == view.panel.key]
        picture = lab_picture(view, rows)
        self.plot.show_picture(picture)
        self.legend.show_entries(legend_of(picture, view))
        self.tables.show_rows(view.panel, rows)
        training = self.tr("A network is being trained; the line below says how far it is. Nothing "
                           "of this plot is measured yet: curves and rows appear here as soon as "
                           "there is a first row.")  # fmt: skip
        none = self.tr("Nothing of this plot was measured before the run ended.")
        self.waiting.setText(training if self.lab.running else none)
        self.figures.setCurrentIndex(1 if picture.curves else 0)

    def _ask_estimate(self) -> None:
        self.lab.ask_estimate(self.fields.experiment.key, self.fields.settings)
        self.judge()

    # --- earlier results ---------------------------------------------------------------------

    def _show_kept(self) -> None:
        self.kept_list.show_results(self.lab.kept)
        some, none = self.tr("Earlier results"), self.tr("Earlier results: none yet")
        self.kept_title.setText(some if self.lab.kept else none)
        self._offer_removal()

    def _offer_removal(self, *_item: object) -> None:
        chosen = self.kept_list.currentItem() is not None
        self.delete_button.setVisible(bool(self.lab.kept))
        self.delete_button.setEnabled(chosen and not self.lab.running)

    def _ask_removal(self, kept: KeptResult) -> None:
        asked = AskBox(
            self.tr("Delete an earlier result"),
            self.tr("{0}: its rows, verdicts and figure are lost.").format(result_text(kept)),
            do_it=self.tr("Delete"),
            leave_it=self.tr("Keep"),
            parent=self,
        )
        if asked.ask():
            self.lab.forget(kept)
