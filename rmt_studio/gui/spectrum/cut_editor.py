"""Turns what a hand does to the threshold line into rules of the selected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from rmt_studio.gui.edits import new_gesture
from rmt_studio.gui.spectrum.captions import short_multiple
from rmt_studio.gui.spectrum.cut import cut_of, with_cut, without_cut

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.pruning import LayerRule

_LEAST_START = 1e-3  # times the edge: from 0 no factor leads away


class CutEditor(QObject):
    """Writes the same multiple of the edge to every selected layer; one drag is one undo step."""

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._gesture = -1
        self._before: dict[str, LayerRule] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The layers that an edit changes: the selected ones, the shown one first."""
        current, selected = self._workbench.current, self._workbench.selection
        if current is None:
            return ()
        return (current, *(name for name in selected if name != current))

    def grab(self) -> None:
        """Begin a drag."""
        self._gesture = new_gesture()
        recipe = self._workbench.document.recipe
        self._before = {name: recipe.rule(name) for name in self.names}

    def move(self, eigenvalue: float) -> None:
        """Cut the shown layer at an eigenvalue, the others at the same multiple of their edge."""
        layer = self._layer
        if layer is not None and layer.fit.upper_edge > 0:
            self._write(eigenvalue / layer.fit.upper_edge)

    def cancel(self) -> None:
        """Give the layers back the rules they had when the drag began."""
        if self._before:
            self._workbench.edit_rules(self._before, self.tr("Cut as before"), self._gesture)

    def nudge(self, factor: float, repeats: bool) -> None:
        """Move the cut by a factor; a key held down makes one undo step."""
        layer = self._layer
        if layer is None:
            return
        if not repeats:
            self._gesture = new_gesture()
        rule = self._workbench.document.recipe.rule(layer.name)
        start = max(cut_of(rule, layer).multiple, _LEAST_START if factor > 1 else 0.0)
        self._write(start * factor)

    def remove(self) -> None:
        """Take the cut out of the rules."""
        recipe = self._workbench.document.recipe
        changes = {name: without_cut(recipe.rule(name)) for name in self.names}
        self._workbench.edit_rules(changes, self.tr("Remove the cut"))

    @property
    def _layer(self) -> LayerAnalysis | None:
        current = self._workbench.current
        return self._workbench.document.layer(current) if current is not None else None

    def _write(self, multiple: float) -> None:
        recipe = self._workbench.document.recipe
        changes = {name: with_cut(recipe.rule(name), multiple) for name in self.names}
        text = self.tr("Cut at {multiple} λ₊").format(multiple=short_multiple(multiple))
        self._workbench.edit_rules(changes, text, self._gesture)
