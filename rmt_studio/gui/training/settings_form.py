"""The settings of a fine-tuning: the first few on show, the others under "More"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.training.fields import FIRST, MORE
from rmt_studio.training import FineTuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.inspector.number_field import NumberField
    from rmt_studio.gui.training.fields import Number

_FIELD_WIDTH = 124
AUGMENTATIONS: dict[str, dict[str, Any]] = {
    "mirrored": {},
    "crops": {"hflip": 0.0},
    "none": {"hflip": 0.0, "scale": (1.0, 1.0), "ratio": (1.0, 1.0)},
    "strong": {"auto_augment": "rand-m9-mstd0.5-inc1", "re_prob": 0.25},
}
"""Settings of timm's transforms by the key of the choice."""


class SettingsForm(QWidget):
    """Fields for a `FineTuning`.

    Signals:
        changed (): a person changed something.

    Args:
        usual: what stands in the fields at first.
    """

    changed = Signal()

    def __init__(self, usual: FineTuning, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, tuple[Number, NumberField]] = {}
        self._captions: dict[str, QLabel] = {}
        self.precision, self.augmentation = self._precision(), self._augmentation()
        self.more = QToolButton()
        self.more.setObjectName("more_settings")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setText(self.tr("More"))
        self.more.setAccessibleName(self.tr("More settings"))
        self.more.setToolTip(self.tr("Show the settings that are seldom changed"))
        first, self.rest = self._grid(FIRST), self._grid(MORE)
        grid = self.rest.layout()
        assert isinstance(grid, QGridLayout)  # noqa: S101 - `_grid` made it
        for text, box in (
            (self.tr("Precision"), self.precision),
            (self.tr("Views of the images"), self.augmentation),
        ):
            self._add(grid, text, box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(first)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.rest)
        self.rest.hide()
        self.more.toggled.connect(self._unfold)
        self.show_settings(usual)

    def field(self, key: str) -> NumberField:
        """Return the field of a setting."""
        return self._fields[key][1]

    def show_settings(self, settings: FineTuning) -> None:
        """Show these settings; views that no choice stands for are taken for the usual ones."""
        for key, (number, field) in self._fields.items():
            number.show(field, getattr(settings, key))
        self.precision.show_choice(settings.precision)
        known = {key: FineTuning(**views) for key, views in AUGMENTATIONS.items()}
        same = (key for key, views in known.items() if _views(views) == _views(settings))
        self.augmentation.show_choice(next(same, "mirrored"))

    def show_augmentation(self, key: str) -> None:
        """Choose how the images are varied."""
        self.augmentation.show_choice(key)

    def settings(self, *, labelled: bool = True) -> FineTuning:
        """Return what the fields say; without labels the dense model alone teaches.

        Raises:
            ValidationError: it makes no sense.
        """
        values: dict[str, Any] = {
            key: number.value(field) for key, (number, field) in self._fields.items()
        }
        views = AUGMENTATIONS[self.augmentation.currentData()]
        values |= {"precision": self.precision.currentData(), **views}
        if not labelled:
            values["distillation"] = 1.0
        return FineTuning.model_validate(values)

    def complaint(self) -> str:
        """Return what is wrong with the fields; empty when nothing is."""
        try:
            self.settings()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return ""

    def allow_labels(self, labelled: bool) -> None:
        """Enable what labels are needed for, or disable it and say why."""
        reason = "" if labelled else self.tr("Without labels the dense model alone teaches")
        for key in ("distillation", "label_smoothing"):
            field = self.field(key)
            field.setEnabled(labelled)
            field.set_reason(reason)
            self._captions[key].setEnabled(labelled)

    # --- putting together --------------------------------------------------------------------

    def _grid(self, numbers: Sequence[Number]) -> QWidget:
        panel = QWidget()
        grid = QGridLayout(panel)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for number in numbers:
            field = number.field()
            self._fields[number.key] = number, field
            self._captions[number.key] = self._add(grid, field.accessibleName(), field)
            field.edited.connect(self._edited)
        return panel

    def _add(self, grid: QGridLayout, text: str, field: QWidget) -> QLabel:
        label, row = QLabel(text), grid.rowCount()
        label.setProperty("muted", True)
        label.setToolTip(field.toolTip())
        label.setBuddy(field)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        field.setFixedWidth(_FIELD_WIDTH)
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        return label

    def _precision(self) -> ChoiceBox:
        box = ChoiceBox(self.tr("Precision"), self.tr("Of the products"))
        box.setObjectName("precision")
        for key, text in (
            ("auto", self.tr("automatic")),
            ("float32", "float32"),
            ("bfloat16", "bfloat16"),
            ("float16", "float16"),
        ):
            box.add(text, key)
        box.explain("auto", self.tr("Half precision where the device computes in it natively"))
        box.chosen.connect(self._edited)
        return box

    def _augmentation(self) -> ChoiceBox:
        box = ChoiceBox(self.tr("Views of the images"), self.tr("How the images are varied"))
        box.setObjectName("augmentation")
        for key, text, tip in (
            (
                "mirrored",
                self.tr("crops, mirrored"),
                self.tr("Random crops, half of them mirrored"),
            ),
            ("crops", self.tr("crops"), self.tr("Random crops; for digits, which have no mirror")),
            ("none", self.tr("as they are"), self.tr("Always the same view of an image")),
            ("strong", self.tr("strong"), self.tr("Mirrored crops, RandAugment, random erasing")),
        ):
            box.add(text, key)
            box.explain(key, tip)
        box.chosen.connect(self._edited)
        return box

    def _unfold(self, wanted: bool) -> None:
        self.rest.setVisible(wanted)
        arrow = Qt.ArrowType.DownArrow if wanted else Qt.ArrowType.RightArrow
        self.more.setArrowType(arrow)

    def _edited(self, *_what: object) -> None:
        self.changed.emit()


def _views(settings: FineTuning) -> tuple[object, ...]:
    names = ("scale", "ratio", "hflip", "vflip", "color_jitter", "auto_augment", "re_prob")
    return tuple(getattr(settings, name) for name in names)
