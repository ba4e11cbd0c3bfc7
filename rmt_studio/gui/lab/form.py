"""What a person chooses before an experiment runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.device_choice import DevicePicker
from rmt_studio.gui.dialogs.base import caption
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.number_field import TEXT_MARGIN
from rmt_studio.gui.lab.data_choice import DataChoice
from rmt_studio.gui.lab.texts import settings_text
from rmt_studio.gui.terms import term
from rmt_studio.studies.lab import EXPERIMENTS, Experiment, LabSettings

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

SCALED, PUBLISHED = "scaled", "published"
_MOST_SEEDS = 100
_LARGEST_SEED = 2**31 - 1


class LabForm(QWidget):
    """Experiment, data, setting, seeds and device.

    Signals:
        changed (): something of it is another.
        experiment_changed (): so is `experiment`.
    """

    changed = Signal()
    experiment_changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiments = ChoiceBox(self.tr("Experiment"), self.tr("What to watch"))
        self.question, self.source = QLabel(), caption("")
        self.data = DataChoice()
        self.setting = ChoiceBox(self.tr("Setting"), self.tr("How large the experiment is"))
        self.about_setting = caption("")
        self.seeds, self.seed = _spin(1, _MOST_SEEDS), _spin(0, _LARGEST_SEED)
        self.device = DevicePicker(workbench)
        self._name()
        self._fill()
        self._lay_out()
        self._take_seeds()
        self._show_experiment()
        self.experiments.chosen.connect(self._choose_experiment)
        self.setting.chosen.connect(self._choose_setting)
        self.data.changed.connect(self.changed)
        self.seeds.valueChanged.connect(self.changed)
        self.seed.valueChanged.connect(self.changed)
        workbench.devices.changed.connect(self.changed)

    @property
    def experiment(self) -> Experiment:
        """The chosen experiment."""
        return EXPERIMENTS[self.experiments.currentData()]

    @property
    def settings(self) -> LabSettings:
        """What it would run with, the device left out."""
        return self.base.model_copy(update={"seeds": self.seeds.value(), "seed": self.seed.value()})

    @property
    def base(self) -> LabSettings:
        """The chosen setting with seeds of its own."""
        kind = self.experiment.settings
        return kind.published() if self.setting.currentData() == PUBLISHED else kind.scaled()

    def show_run(self, key: str, settings: LabSettings) -> None:
        """Show what a run was started with."""
        self.experiments.show_choice(key)
        published = settings.hidden == type(settings).published().hidden
        self.setting.show_choice(PUBLISHED if published else SCALED)
        self.seeds.setValue(settings.seeds)
        self.seed.setValue(settings.seed)
        self._show_experiment()

    def choose(self, key: str, setting: str | None = None) -> None:
        """Choose an experiment, and a setting of it."""
        self.experiments.show_choice(key)
        self.setting.show_choice(setting or self.setting.currentData())
        self._choose_experiment(key)

    def _choose_experiment(self, _key: object) -> None:
        self._take_seeds()
        self._show_experiment()
        self.experiment_changed.emit()
        self.changed.emit()

    def _choose_setting(self, _setting: object) -> None:
        self._take_seeds()
        self._show_experiment()
        self.changed.emit()

    def _take_seeds(self) -> None:
        """Propose as many seeds as the setting does."""
        _blocked = QSignalBlocker(self.seeds)
        self.seeds.setValue(self.base.seeds)

    def _show_experiment(self) -> None:
        self.question.setText(term(self.experiment.question))
        self.source.setText(self.experiment.source)
        self.about_setting.setText(settings_text(self.settings))

    def _name(self) -> None:
        self.experiments.setObjectName("lab_experiment")
        self.question.setObjectName("lab_question")
        self.question.setWordWrap(True)
        self.source.setObjectName("lab_source")
        self.setting.setObjectName("lab_setting")
        self.device.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.device.setToolTip(self.tr("The device that training runs on"))
        self.seeds.setObjectName("lab_seeds")
        self.seeds.setAccessibleName(self.tr("Seeds"))
        self.seeds.setToolTip(self.tr("How many times to run, with the mean and its error drawn"))
        self.seed.setObjectName("lab_first_seed")
        self.seed.setAccessibleName(self.tr("First seed"))
        self.seed.setToolTip(self.tr("The runs take this seed and those that follow it"))

    def _fill(self) -> None:
        for key, one in EXPERIMENTS.items():
            self.experiments.add(term(one.title), key)
        self.setting.add(self.tr("Scaled down"), SCALED)
        self.setting.add(self.tr("As published"), PUBLISHED)
        for box in (self.experiments, self.setting):
            box.setCurrentIndex(0)

    def _lay_out(self) -> None:
        seeds = QHBoxLayout()
        seeds.setSpacing(6)
        seeds.addWidget(self.seeds, 1)
        seeds.addWidget(QLabel(self.tr("from")))
        seeds.addWidget(self.seed, 1)
        rows = QFormLayout()
        rows.setHorizontalSpacing(10)
        rows.setVerticalSpacing(7)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for title, field in (
            (self.tr("Data"), self.data),
            (self.tr("Setting"), self.setting),
            (self.tr("Seeds"), seeds),
            (self.tr("Device"), self.device),
        ):
            rows.addRow(title, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.experiments)
        column.addWidget(self.question)
        column.addWidget(self.source)
        column.addSpacing(2)
        column.addLayout(rows)
        column.addWidget(self.about_setting)


def _spin(least: int, most: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)
    return box
