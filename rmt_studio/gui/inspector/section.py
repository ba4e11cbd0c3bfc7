"""The fields of one step of a rule; in a combination under a check box of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from rmt_studio.gui.inspector.number_field import NO_GESTURE, NumberField
from rmt_studio.gui.inspector.rules import (
    DEFAULTS,
    Edit,
    RuleStep,
    StepKind,
    with_step,
    without_step,
)
from rmt_studio.pruning import LayerRule

if TYPE_CHECKING:
    from rmt_studio.gui.inspector.subject import Subject

FIELD_WIDTH = 124
Change = Callable[[LayerRule, float], LayerRule]


class Section(QWidget):
    """Base of the three sections.

    Signals:
        edited (object): an `Edit` for the rules of all selected layers.
    """

    edited = Signal(object)
    kind: StepKind

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes: dict[NumberField, tuple[Change, str]] = {}
        self._offered: RuleStep = DEFAULTS[self.kind]
        self.enable = QCheckBox()
        self.enable.clicked.connect(self._ticked)
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(6)
        self.grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.enable)
        column.addWidget(self.body)

    def set_title(self, title: str, tooltip: str) -> None:
        """Name the step."""
        self.enable.setText(title)
        self.enable.setAccessibleName(title)
        self.enable.setToolTip(tooltip)

    def show_section(self, subjects: list[Subject], *, combining: bool) -> None:
        """Show the steps of this kind of the given layers.

        Outside a combination the section is hidden where no layer has such a step. In one, its
        fields are disabled then and show what ticking it would do: what was unticked last.
        """
        steps = [subject.rule.step(self.kind) for subject in subjects]
        present = [step for step in steps if step is not None]
        self.enable.setVisible(combining)
        self.setVisible(combining or bool(present))
        self._show_ticks(len(present), len(steps))
        self.body.setEnabled(len(present) == len(steps))
        self._offered = present[0] if present else self._offered
        filled = [step or self._offered for step in steps]
        self.show_steps(subjects, filled, alone=not combining)

    def show_steps(self, subjects: list[Subject], steps: list[RuleStep], *, alone: bool) -> None:
        """Fill the fields; ``alone`` says that the step is applied to the dense matrix."""
        raise NotImplementedError

    def forget(self) -> None:
        """Offer the usual values again; other layers are shown now."""
        self._offered = DEFAULTS[self.kind]

    def add_field(self, label: str, field: NumberField, change: Change, text: str) -> QLabel:
        """Append a labelled number whose edits apply ``change`` to every selected rule."""
        row = self.grid.rowCount()
        caption = QLabel(label)
        caption.setProperty("muted", True)
        caption.setToolTip(field.toolTip())
        caption.setBuddy(field)
        field.setFixedWidth(FIELD_WIDTH)
        caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.grid.addWidget(caption, row, 0)
        self.grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        self._changes[field] = (change, text)
        field.edited.connect(self._field_edited)
        return caption

    def _field_edited(self, value: float, gesture: int) -> None:
        field = self.sender()
        if isinstance(field, NumberField):
            change, text = self._changes[field]
            self.edited.emit(Edit(partial(_applied, change, value), text, gesture))

    def _show_ticks(self, ticked: int, of: int) -> None:
        mixed = 0 < ticked < of
        self.enable.setTristate(mixed)
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self.enable.setCheckState(Qt.CheckState.PartiallyChecked if mixed else state)

    def _ticked(self) -> None:
        name = self.enable.text()
        if self.enable.checkState() == Qt.CheckState.Unchecked:
            change, text = partial(_without, self.kind), self.tr("leave out: {0}").format(name)
        else:
            change, text = partial(_ensured, self._offered), self.tr("add: {0}").format(name)
        self.edited.emit(Edit(change, text, NO_GESTURE))


def _applied(change: Change, value: float, rule: LayerRule) -> LayerRule:
    return change(rule, value)


def _without(kind: StepKind, rule: LayerRule) -> LayerRule:
    return without_step(rule, kind)


def _ensured(step: RuleStep, rule: LayerRule) -> LayerRule:
    return rule if rule.step(type(step)) is not None else with_step(rule, step)
