"""Prune and restore in cycles: remove a little, put back what was missed, learn, again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy

from rmt_studio.gui.dialogs.base import caption, heading
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.figures import THIN
from rmt_studio.gui.inspector.number_field import NumberField, four_digits
from rmt_studio.gui.results.row import points_text
from rmt_studio.gui.studies.rows import share_text
from rmt_studio.gui.studies.study_window import StudyWindow
from rmt_studio.gui.training.cycle_rows import CYCLES, cycle_row, cycles_picture
from rmt_studio.gui.training.learn_from import LearnFrom
from rmt_studio.gui.training.remembered import remembered
from rmt_studio.gui.training.settings_form import SettingsForm
from rmt_studio.studies.cycles import CycleRecipe
from rmt_studio.studio.cycles_tasks import CyclesAsked

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.results.marked_model import MarkedRow
    from rmt_studio.gui.studies.curves import Picture
    from rmt_studio.gui.training.cycles_study import CyclesStudy
    from rmt_studio.gui.workbench import Workbench

_FIELD_WIDTH = 124


class CyclesWindow(StudyWindow):
    """How far and how at the left; the cycles and their accuracies at the right."""

    study: CyclesStudy
    help_topic = "cycles"

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", workbench, workbench.cycles, CYCLES, parent)
        self.setWindowTitle(self.tr("Prune and restore in cycles"))
        self.setObjectName("cycles_window")
        self.teacher = LearnFrom(workbench, self.study.images)
        asked = self.study.asked or remembered(CyclesAsked, workbench.document.model)
        self._usual = usual = asked.recipe if asked else CycleRecipe()
        self._make_fields()
        self.settings = SettingsForm(usual.fine_tuning)
        self._fill_form()
        self.show_recipe(usual)
        self._take_asked(asked)
        self.build(
            self.tr(
                "What goes little by little, with learning in between, costs less than what goes "
                "at once. Say how far to go and press Start. Each cycle becomes a row here and in "
                "the results; a click on it opens its model."
            ),
            scrolls=True,
        )
        self.anew.setText(self.tr("Begin anew"))
        self.anew.setToolTip(self.tr("Forget the cycles of an earlier course with these settings"))
        self.stop_button.setToolTip(self.tr("Whole cycles stay; Start goes on from there"))
        self.method.chosen.connect(self.judge)
        for changed in (self.teacher.changed, self.settings.changed):
            changed.connect(self.judge)
        for field in (self.sparsity, self.step, self.switch, self.overshoot):
            field.edited.connect(self.judge)

    # --- the form ----------------------------------------------------------------------------

    def recipe(self) -> CycleRecipe:
        """Return what the form says.

        Raises:
            ValidationError: it makes no sense.
        """
        said = {
            "method": self.method.currentData(),
            "sparsity": _share(self.sparsity),
            "step": _share(self.step),
            "switch": _share(self.switch),
            "overshoot": _share(self.overshoot),
            "fine_tuning": self.settings.settings(labelled=self.teacher.labelled),
        }
        return CycleRecipe.model_validate({**dict(self._usual), **said})

    def ask(self) -> None:
        """Start what the form says."""
        asked = CyclesAsked(self.recipe(), self.teacher.labelled, self.limit.value() or None)
        self.study.start(asked, anew=self.anew.isChecked())
        self.anew.setChecked(False)

    def judge(self, *_what: object) -> None:
        """Say whether the form can be started, and how many cycles it comes to."""
        method = self.method.currentData()
        self.settings.allow_labels(self.teacher.labelled)
        self.switch.setEnabled(method == "hybrid")
        self.overshoot.setEnabled(method != "magnitude")
        super().judge()

    def complaint(self) -> str:
        """Return what is wrong with the form."""
        model = self._workbench.document.model
        if model is not None and not model.can_run:
            return self.tr("Not possible: the model's architecture is not known.")
        if refusal := self.study.refusal(()):
            return self.tr("Not possible yet: {0}.").format(refusal)
        if self.teacher.images is None:
            return self.tr("Choose the images to learn from.")
        try:
            self.recipe()
        except ValidationError as error:
            return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        return ""

    def hint(self) -> str:
        """Return how many cycles there will be."""
        cycles = self.tr("{0} cycles").format(len(self.recipe().targets))
        return " · ".join(part for part in (cycles, self.teacher.warning) if part)

    def _make_fields(self) -> None:
        self.method = ChoiceBox(self.tr("Method"), self.tr("What goes in each cycle"))
        self.method.setObjectName("cycles_method")
        for key, text, tip in (
            (
                "hybrid",
                self.tr("hybrid"),
                self.tr("Magnitude up to a share, spectral edge reallocation after"),
            ),
            ("magnitude", self.tr("magnitude"), self.tr("The smallest entries of all layers go")),
            (
                "ser",
                self.tr("spectral edge reallocation"),
                self.tr("More goes than shall; what moves most when it may is put back"),
            ),
        ):
            self.method.add(text, key)
            self.method.explain(key, tip)
        self.sparsity = _percent_field(
            self.tr("Share to remove"), self.tr("Of the attention and MLP matrices, at the end"), 99
        )
        self.step = _percent_field(
            self.tr("In each cycle"), self.tr("How much more goes in each cycle"), 50
        )
        self.switch = _percent_field(
            self.tr("By magnitude up to"),
            self.tr("The last share that magnitude alone reaches"),
            99,
        )
        self.overshoot = _percent_field(
            self.tr("Beyond the target"),
            self.tr("How much more a cycle removes before it puts entries back"),
            50,
        )
        names = ("sparsity", "step", "switch", "overshoot")
        fields = (self.sparsity, self.step, self.switch, self.overshoot)
        for name, field in zip(names, fields, strict=True):
            field.setObjectName(f"cycles_{name}")

    def _fill_form(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for field in (self.method, self.sparsity, self.step, self.switch, self.overshoot):
            label, row = QLabel(field.accessibleName()), grid.rowCount()
            label.setProperty("muted", True)
            label.setBuddy(field)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            field.setFixedWidth(_FIELD_WIDTH)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        self.form.addWidget(heading(self.tr("Remove in cycles")))
        self.form.addLayout(grid)
        self.form.addWidget(heading(self.tr("Learn from")))
        self.form.addWidget(self.teacher)
        self.form.addWidget(heading(self.tr("Learning in each cycle")))
        self.form.addWidget(self.settings)
        self.form.addWidget(caption(self.tr("Evaluate on"), self.limit))
        self.form.addWidget(self.limit)
        self.form.addStretch(1)

    def show_recipe(self, recipe: CycleRecipe) -> None:
        """Show these settings; those without a field are taken as they are."""
        self._usual = recipe
        self.method.show_choice(recipe.method)
        for name in ("sparsity", "step", "switch", "overshoot"):
            getattr(self, name).show_value(getattr(recipe, name))
        self.settings.show_settings(recipe.fine_tuning)

    def _take_asked(self, asked: CyclesAsked | None) -> None:
        images = self.teacher.images
        if asked is not None:
            self.teacher.show_choice(labelled=asked.labelled)
            self.limit.setValue(asked.limit or 0)
        elif images is not None and images.kind == "digits":
            self.settings.show_augmentation("crops")

    # --- what was found ----------------------------------------------------------------------

    def new_rows(self, begin: int) -> list[MarkedRow]:
        """Return the cycles from the ``begin``-th on."""
        return [cycle_row(row) for row in self.study.rows[begin:]]

    def picture(self) -> Picture:
        """Return the cycles so far."""
        asked = self.study.asked
        final = asked.recipe.sparsity if asked is not None else None
        return cycles_picture(self.study.rows, self.study.dense_top1, final)

    def conclusion(self) -> str:
        """Return how far it came and what that cost."""
        if not self.study.rows or self.study.asked is None:
            return ""
        last = self.study.rows[-1]
        low, high = (points_text(end) for end in last.pair.interval)
        text = self.tr("Cycle {0} of {1}: {2} removed, {3} points against dense ({4} to {5})")
        return text.format(
            last.cycle,
            len(self.study.asked.recipe.targets),
            share_text(round(last.block_sparsity, 4)),
            points_text(last.pair.difference),
            low,
            high,
        )


def _percent_field(name: str, tip: str, highest: float) -> NumberField:
    field = NumberField(
        name, tip, highest=highest / 100, step=1, decimals=2, write=four_digits, scale=100
    )
    field.set_unit(f"{THIN}%")
    return field


def _share(field: NumberField) -> float:
    return round(field.value() / 100, 6)
