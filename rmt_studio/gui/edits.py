"""Edits as undo commands around plain calls of the document."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from rmt_studio.pruning import Recipe
    from rmt_studio.studio.document import Document

_GESTURES = itertools.count(1)


def new_gesture() -> int:
    """Return a number for one drag; edits that carry the same one become one undo step."""
    return next(_GESTURES) % 2**30


class EditRecipe(QUndoCommand):
    """Follow another recipe: rules edited by hand, opened from a file or filled by a budget."""

    def __init__(self, document: Document, after: Recipe, text: str, gesture: int = -1) -> None:
        super().__init__(text)
        self._document, self._gesture = document, gesture
        self._before, self._after = document.recipe, after

    def redo(self) -> None:
        self._document.set_recipe(self._after)

    def undo(self) -> None:
        self._document.set_recipe(self._before)

    def id(self) -> int:
        return self._gesture

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditRecipe):
            return False
        self._after = other._after
        if self._after.rules == self._before.rules:
            self.setObsolete(True)
            self.undo()  # its name too: nothing was edited
        return True
