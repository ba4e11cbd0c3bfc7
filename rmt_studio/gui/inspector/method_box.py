"""The methods that fill a recipe, those without images first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.pruning import Method


class MethodBox(ChoiceBox):
    """Offers every method of the registry; its data are their keys."""

    def __init__(self, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__("", tooltip, parent)
        self.setAccessibleName(self.tr("Method"))
        self.setMaxVisibleItems(len(METHODS) + 3)
        able = [method for method in METHODS.values() if method.takes_images]
        plain = [method for method in METHODS.values() if not method.looks_at_images]
        needy = [method for method in METHODS.values() if method.needs_images]
        self.add_heading(self.tr("Recommended"))
        for method in able:
            self._offer(method)
        self.add_heading(self.tr("By weights and spectra alone"))
        for method in plain:
            self._offer(method)
        self.add_heading(self.tr("With calibration images"))
        for method in needy:
            self._offer(method)
        self.show_choice(plain[0].key if plain else needy[0].key)

    @property
    def method(self) -> Method:
        """The chosen one."""
        return METHODS[self.currentData()]

    def _offer(self, method: Method) -> None:
        self.add(term(method.label), method.key)
        self.explain(method.key, self._about(method))

    def _about(self, method: Method) -> str:
        lines = [term(method.label)]
        if method.source:
            lines.append(method.source)
        if method.takes_images:
            lines.append(self.tr("Uses unlabelled calibration images where there are some"))
        if method.needs_images:
            lines.append(self.tr("Measures the layers on unlabelled calibration images"))
        return "\n".join(lines)
