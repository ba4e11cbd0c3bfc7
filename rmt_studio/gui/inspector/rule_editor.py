"""The method box and the fields of its steps, for the rules of one or many layers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.inspector.mask_sections import LowRankSection, MaskSection
from rmt_studio.gui.inspector.rules import (
    ORDER,
    Edit,
    Method,
    Shared,
    method_of,
    shared,
    with_method,
)
from rmt_studio.gui.inspector.step_sections import CutSection, EntriesSection, VectorsSection
from rmt_studio.gui.inspector.step_texts import rule_text

if TYPE_CHECKING:
    from rmt_studio.gui.inspector.subject import Subject
    from rmt_studio.pruning import LayerRule


class RuleEditor(QWidget):
    """Shows rules and announces edits; it changes nothing itself.

    A combination of which all but one step were unticked here stays on show as a combination
    until something else changes the rules.

    Signals:
        edited (object): an `Edit` for the rules of all shown layers.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combining = self._editing_combination = False
        self._names: tuple[str, ...] = ()
        self._rules: tuple[LayerRule, ...] = ()
        self.method = ChoiceBox(
            self.tr("Method"), self.tr("What is done to the weights of the selected layers"), self
        )
        self.method.setObjectName("method")
        for text, method in (
            (self.tr("Keep as is"), Method.KEEP),
            (self.tr("Singular-value cut"), Method.CUT),
            (self.tr("Singular-vector sparsification"), Method.VECTORS),
            (self.tr("Element-wise"), Method.ENTRIES),
            (self.tr("Mask by score"), Method.MASK),
            (self.tr("Low rank by metric"), Method.LOW_RANK),
            (self.tr("Combination"), Method.COMBINATION),
        ):
            self.method.add(text, method)
        self.method.chosen.connect(self._choose)
        self.note = QLabel()
        self.note.setObjectName("other_steps")
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        self.cut, self.vectors = CutSection(self), VectorsSection(self)
        self.entries = EntriesSection(self)
        self.masked, self.low_rank = MaskSection(self), LowRankSection(self)
        self.sections = (self.cut, self.vectors, self.entries, self.masked, self.low_rank)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self.method, self.note, *self.sections):
            column.addWidget(widget)
        for section in self.sections:
            section.edited.connect(self._section_edited)

    def show_rules(self, subjects: list[Subject]) -> None:
        """Show what the rules of the given layers share."""
        names = tuple(subject.layer.name for subject in subjects)
        if names != self._names:
            self._names, self._rules = names, ()
            for section in self.sections:
                section.forget()
        rules = tuple(subject.rule for subject in subjects)
        if self._editing_combination or rules != self._rules:
            self._combining = self._editing_combination
        self._rules = rules
        method = Method.COMBINATION if self._combining else shared(map(method_of, rules))
        other = method is Method.OTHER
        self.method.setPlaceholderText(self.tr("several steps") if other else self.tr("mixed"))
        self.method.show_choice(method)
        self.note.setVisible(other)
        if other:
            words = self.tr("{0}. Choose a method to replace these steps.")
            self.note.setText(words.format(rule_text(rules[0])))
        hidden = isinstance(method, Shared) or method is Method.OTHER
        for section in self.sections:
            if hidden:
                section.hide()
            else:
                combining = method is Method.COMBINATION and section.kind in ORDER
                section.show_section(subjects, combining=combining)

    def _choose(self, method: Method) -> None:
        text = self.tr("method")
        self._edit(Edit(partial(_switched, method), text), combining=method is Method.COMBINATION)

    def _section_edited(self, edit: Edit) -> None:
        self._edit(edit, combining=self.method.currentData() == Method.COMBINATION)

    def _edit(self, edit: Edit, *, combining: bool) -> None:
        self._editing_combination = combining
        self.edited.emit(edit)
        self._editing_combination = False


def _switched(method: Method, rule: LayerRule) -> LayerRule:
    return with_method(rule, method)
