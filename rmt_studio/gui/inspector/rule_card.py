"""The rule of the selected layers, and what it is predicted to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.inspector.card import Card, muted, rule_line
from rmt_studio.gui.inspector.predicted import PredictedEffect
from rmt_studio.gui.inspector.rule_editor import RuleEditor
from rmt_studio.gui.inspector.subject import Subject
from rmt_studio.studio.document import (
    AnalysisCleared,
    EffectsChanged,
    InputsSampled,
    LayersAnalyzed,
    ModelOpened,
    RecipeChanged,
)

if TYPE_CHECKING:
    from rmt_studio.gui.inspector.rules import Edit
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.models.layers import Layer

_PROFILES_ASKED = 4  # for larger selections the measured effects serve


class RuleCard(Card):
    """Edits the rules of all selected layers at once, as one undo step per edit or drag."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("rule_card")
        self._workbench = workbench
        self._layers: tuple[Layer, ...] = ()
        self._names: frozenset[str] = frozenset()
        self.names = ElidedLabel()
        self.names.setProperty("muted", True)
        self.names.setObjectName("rule_layers")
        self.empty = muted(self.tr("Choose a layer in the table to see and edit its rule."))
        self.empty.setObjectName("rule_empty")
        self.editor = RuleEditor()
        self.predicted = PredictedEffect()
        self.body = QWidget()
        body = QVBoxLayout(self.body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        for widget in (self.editor, rule_line(), self.predicted):
            body.addWidget(widget)
        self.column.setSpacing(6)
        for widget in (self.names, self.empty, self.body):
            self.column.addWidget(widget)
        self.editor.edited.connect(self._apply)
        workbench.document_changed.connect(self._document_changed)
        workbench.selection_changed.connect(self._select)
        workbench.profile_ready.connect(self._profile_ready)
        self._select()

    # --- what is shown ---------------------------------------------------------------------

    def _select(self) -> None:
        names = self._workbench.selection or (self._workbench.current,)
        model = self._workbench.document.model
        chosen = set(names)
        layers = [layer for layer in model.layers if layer.name in chosen] if model else []
        changed = [x.name for x in layers] != [x.name for x in self._layers]
        self._layers = tuple(layers)
        self._names = frozenset(layer.name for layer in layers)
        self.empty.setVisible(not layers)
        self.body.setVisible(bool(layers))
        self.names.setVisible(bool(layers))
        self._write_heading()
        self._show(other_layers=changed)

    def _write_heading(self) -> None:
        count = len(self._layers)
        many = self.tr("Rule for {0} layers").format(count)
        self.heading.setText(many if count > 1 else self.tr("Rule for this layer"))
        if count == 1:
            layer = self._layers[0]
            self.names.set_text(f"{layer.name} · {layer.shape[0]} × {layer.shape[1]}")
        else:
            self.names.set_text(", ".join(layer.name for layer in self._layers))

    def _show(self, *, other_layers: bool = False) -> None:
        if self._layers:
            subjects = self._subjects()
            self.editor.show_rules(subjects)
            self._predict(subjects, other_layers=other_layers)

    def _predict(self, subjects: list[Subject], *, other_layers: bool = False) -> None:
        effects = [subject.effect for subject in subjects]
        self.predicted.show_effects(effects, other_layers=other_layers)

    def _subjects(self) -> list[Subject]:
        document = self._workbench.document
        with_profile = len(self._layers) <= _PROFILES_ASKED
        return [
            Subject(
                layer,
                document.recipe.rule(layer.name),
                document.layer(layer.name),
                self._workbench.profile(layer.name) if with_profile else None,
                document.effects.get(layer.name),
            )
            for layer in self._layers
        ]

    # --- what happens ----------------------------------------------------------------------

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened | AnalysisCleared | InputsSampled):
            self._select()
        elif isinstance(event, RecipeChanged | LayersAnalyzed):
            if not self._names.isdisjoint(event.names):
                self._show()
        elif isinstance(event, EffectsChanged) and not self._names.isdisjoint(event.names):
            self._predict(self._subjects())

    def _profile_ready(self, name: str) -> None:
        if name in self._names:
            self._show()

    def _apply(self, edit: Edit) -> None:
        recipe = self._workbench.document.recipe
        changes = {name: edit.change(recipe.rule(name)) for name in self._names}
        count = len(changes)
        where = next(iter(changes)) if count == 1 else self.tr("{0} layers").format(count)
        self._workbench.edit_rules(changes, f"{edit.text} · {where}", edit.gesture)
        if all(recipe.rule(name) == rule for name, rule in changes.items()):
            self._show()  # nothing was announced; the fields show the document again
