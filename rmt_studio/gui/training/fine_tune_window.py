"""Fine-tune: win back what pruning cost, and watch it."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from rmt_studio.gui.dialogs.base import caption, heading
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.results.marked_model import MarkedTableModel
from rmt_studio.gui.results.marked_table import MarkedTable
from rmt_studio.gui.studies.plot import TrialPlot
from rmt_studio.gui.studies.work_window import WorkWindow
from rmt_studio.gui.training import words
from rmt_studio.gui.training.asked import Asked, Validation
from rmt_studio.gui.training.learn_from import LearnFrom
from rmt_studio.gui.training.plots import LossPlot, accuracy_picture, epoch_wording
from rmt_studio.gui.training.remembered import remembered
from rmt_studio.gui.training.settings_form import SettingsForm
from rmt_studio.studio.document import PrunedChanged, RecipeChanged
from rmt_studio.training import FineTuning

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.training_tasks import Levels
    from rmt_studio.training import EpochReport

_LEAST_PLOT = (240, 150)


class FineTuneWindow(WorkWindow):
    """What to learn from and how at the left; curves and epochs at the right."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        self.tuner = tuner = workbench.fine_tuner
        super().__init__("", workbench, tuner, parent)
        self.setWindowTitle(self.tr("Fine-tune the pruned model"))
        self.setObjectName("fine_tune_window")
        self._ran = True  # look at what was done before when the window opens
        self._made: tuple[EpochReport, ...] = ()  # what there are rows of
        self._levels: Levels | None = None
        self.teacher = LearnFrom(workbench, tuner.images)
        self._make_choices()
        self.settings = SettingsForm(FineTuning())
        self.model = MarkedTableModel(words.EPOCHS, self)
        self.table = MarkedTable(self.model, "epoch_table", self.tr("Epochs"))
        self.sentence = ElidedLabel()
        self.sentence.setObjectName("happening")
        self.accuracy, self.loss = TrialPlot(epoch_wording()), LossPlot()
        self.accuracy.setObjectName("epoch_plot")
        self.accuracy.setMinimumSize(*_LEAST_PLOT)
        self.stop_button.setToolTip(self.tr("The best epoch so far is kept; Start goes on"))
        self.anew.setText(self.tr("Begin anew"))
        self.anew.setToolTip(self.tr("Forget what an earlier run with these settings has reached"))
        self._fill_form()
        self._take_asked()
        self.put_together(
            self.tr(
                "The rules took accuracy away; learning brings some of it back, and every entry "
                "that was removed stays removed. Say what to learn from and press Start: losses "
                "and accuracies appear as they are known."
            ),
            self._found_column(),
            scrolls=True,
        )
        for changed in (self.teacher.changed, self.validation.chosen, self.settings.changed):
            changed.connect(self._asked_otherwise)
        tuner.earlier.found.connect(self.judge)
        self._show()

    # --- the form ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Start what the form says."""
        self.tuner.start(self.asked, anew=self.anew.isChecked())
        self.anew.setChecked(False)

    @property
    def asked(self) -> Asked:
        """What the form says; it must have nothing to complain of."""
        labelled = self.teacher.labelled
        settings = self.settings.settings(labelled=labelled)
        return Asked(settings, labelled, self.validation.currentData())

    def judge(self, _what: object = None) -> None:
        """Say whether the form can be started, and what it comes to."""
        self.settings.allow_labels(self.teacher.labelled)
        chosen = self.validation.currentData()
        self.honesty.setText(words.honesty(chosen, self.teacher.images))
        super().judge()

    def complaint(self) -> str:
        """Return what is wrong with the form."""
        if refusal := self.tuner.refusal():
            return self.tr("Not possible yet: {0}.").format(refusal)
        images = self.teacher.images
        if images is None:
            return self.tr("Choose the images to learn from.")
        if self.validation.currentData() is Validation.HELD_OUT:
            if not self.teacher.labelled:
                return self.tr("Without labels no images can be held out to choose the best epoch.")
            if len(images) < 10:
                return self.tr("There are too few images to hold a tenth of them out.")
        return self.settings.complaint()

    def hint(self) -> str:
        """Return what makes the number that comes out too kind, or how many steps there are."""
        if warning := self.teacher.warning:
            return warning
        if epochs := self.tuner.earlier.epochs:
            whole = self.asked.settings.epochs
            if epochs >= whole:
                return self.tr("Done before: Start brings the result back.")
            text = self.tr("Begun before, {0} of {1} epochs are done: Start goes on with it.")
            return text.format(epochs, whole)
        if self._workbench.document.pruned is None:
            return self.tr("The pruned model is made by the rules first.")
        return ""

    def _make_choices(self) -> None:
        self.honesty = caption("")
        self.validation = ChoiceBox(
            self.tr("Choose the best epoch on"), self.tr("What decides which epoch is kept")
        )
        self.validation.setObjectName("validation")
        for choice, text in (
            (Validation.REPORTED, self.tr("the open images")),
            (Validation.HELD_OUT, self.tr("a tenth of the training images")),
            (Validation.NOTHING, self.tr("the training loss alone")),
        ):
            self.validation.add(text, choice)

    def _fill_form(self) -> None:
        self.form.addWidget(heading(self.tr("Learn from")))
        self.form.addWidget(self.teacher)
        self.form.addWidget(heading(self.tr("Choose the best epoch on")))
        self.form.addWidget(self.validation)
        self.form.addWidget(self.honesty)
        self.form.addWidget(heading(self.tr("Settings")))
        self.form.addWidget(self.settings)
        self.form.addStretch(1)

    def _take_asked(self) -> None:
        """Show what was asked for last, or what suits the images."""
        images = self.tuner.images
        asked = self.tuner.asked or remembered(Asked, self._workbench.document.model)
        if asked is not None:
            self.settings.show_settings(asked.settings)
            self.teacher.show_choice(labelled=asked.labelled)
        elif images.labelled is not None and images.labelled.kind == "digits":
            self.settings.show_augmentation("crops")
        self.validation.show_choice(asked.validation if asked else Validation.REPORTED)

    def _document_changed(self, event: object) -> None:
        super()._document_changed(event)
        if isinstance(event, RecipeChanged | PrunedChanged):
            self._asked_otherwise()

    def _asked_otherwise(self, _what: object = None) -> None:
        self.judge()
        if not self.complaint():
            self.tuner.look_for_earlier(self.asked)

    # --- what was found ----------------------------------------------------------------------

    def _found_column(self) -> QVBoxLayout:
        self.sentence.setProperty("heading", True)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.about, 1)
        top.addWidget(HelpButton("training", self.tr("Fine-tuning while it runs")))
        plots = QHBoxLayout()
        plots.setSpacing(12)
        plots.addWidget(self.accuracy, 1)
        plots.addWidget(self.loss, 1)
        figure = QWidget()
        upper = QVBoxLayout(figure)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(6)
        upper.addLayout(plots, 1)
        upper.addWidget(self.verdict)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(figure)
        split.addWidget(self.table)
        split.setSizes([360, 190])
        column = QVBoxLayout()
        column.addLayout(top)
        column.addWidget(self.sentence)
        column.addWidget(split, 1)
        return column

    def show_found(self) -> None:
        """Show curves, epochs and what happens."""
        if self._ran and not self.tuner.running and not self.complaint():
            self.tuner.look_for_earlier(self.asked)
        self._ran = self.tuner.running
        tuner, course = self.tuner, self.tuner.course
        self._show_rows(course.epochs, tuner.levels)
        epochs = tuner.asked.settings.epochs if tuner.asked else 1
        self.accuracy.show_picture(accuracy_picture(course.epochs, tuner.levels, epochs))
        validates = tuner.asked is None or tuner.asked.validation is not Validation.NOTHING
        self.accuracy.setVisible(validates)
        self.loss.show_course(course, epochs)
        self.about.set_text(words.about(tuner.scene))
        self.sentence.set_text(words.happening(tuner))

    def _show_rows(self, epochs: tuple[EpochReport, ...], levels: Levels | None) -> None:
        """Make the rows that are new; a course that was gone on with may do an epoch again."""
        same = takewhile(_alike, zip(self._made, epochs, strict=False))
        known = sum(1 for _ in same) if levels == self._levels else 0
        rows = [words.epoch_row(report, levels) for report in epochs[known:]]
        self._made, self._levels = epochs, levels
        self.model.show_rows([*self.model.rows[:known], *rows])

    def conclusion(self) -> str:
        """Return what the best epoch won back."""
        return words.conclusion(self.tuner)

    def kept(self) -> str:
        """Return where the work is kept."""
        return words.kept(self.tuner)


def _alike(pair: tuple[EpochReport, EpochReport]) -> bool:
    return pair[0] == pair[1]
