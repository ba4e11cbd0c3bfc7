"""Edits as undo commands around plain calls of the document.

What changes the recipe is an edit: rules, name, bulk fit. What is opened, compared or computed is
not; see docs/adr/0018.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand, QUndoStack

from rmt_studio.studio.project import History, Step

if TYPE_CHECKING:
    from rmt_studio.pruning import Recipe
    from rmt_studio.studio.document import Document

_GESTURES = itertools.count(1)
NO_GESTURE = -1


def new_gesture() -> int:
    """Return a number for one drag; edits that carry the same one become one undo step."""
    return next(_GESTURES) % 2**30


class EditRecipe(QUndoCommand):
    """Follow another recipe: rules edited by hand, opened from a file or filled by a budget.

    Attributes:
        before: the recipe that undoing brings back.
        step: the recipe after it, and what the Edit menu calls it.
        number: which edit of its document it is; None until it is asked for.
        asleep: whether doing and undoing leave the document alone, as while a history is put
            back whose recipe the document follows already.
    """

    def __init__(
        self, document: Document, after: Recipe, text: str, gesture: int = NO_GESTURE
    ) -> None:
        super().__init__(text)
        self._document, self._gesture = document, gesture
        self.before, self.step = document.recipe, Step(text, after)
        self.number: int | None = None
        self.asleep = False

    def redo(self) -> None:
        if not self.asleep:
            self._document.set_recipe(self.step.recipe)

    def undo(self) -> None:
        if not self.asleep:
            self._document.set_recipe(self.before)

    def id(self) -> int:
        return self._gesture

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditRecipe):
            return False
        self.step = other.step
        self.setText(other.text())
        if self.step.recipe.rules == self.before.rules:
            self.setObsolete(True)
            self.undo()  # its name too: nothing was edited
        return True


def history_of(stack: QUndoStack, recipe: Recipe) -> History:
    """Return the edits of a stack as values; ``recipe`` is the one while there are none."""
    commands = [stack.command(place) for place in range(stack.count())]
    edits = [command for command in commands if isinstance(command, EditRecipe)]
    if not edits:
        return History(recipe)
    first = edits[0].number or 0
    for number, edit in enumerate(edits, first):
        edit.number = number
    return History(edits[0].before, tuple(edit.step for edit in edits), stack.index(), first)


def put_back(stack: QUndoStack, document: Document, history: History) -> None:
    """Fill an empty stack with the edits of a document that follows their recipe already."""
    edits, before = [], history.base
    for number, step in enumerate(history.steps, history.first):
        edit = EditRecipe(document, step.recipe, step.text)
        edit.before, edit.step, edit.number, edit.asleep = before, step, number, True
        edits.append(edit)
        before = step.recipe
        stack.push(edit)
    stack.setIndex(history.index)
    for edit in edits:
        edit.asleep = False


def outlive_listeners(stack: QUndoStack) -> None:
    """Make a stack the last child of its owner: it clears itself when it goes, and tells that."""
    owner = stack.parent()
    stack.setParent(None)
    stack.setParent(owner)


def in_a_gesture(stack: QUndoStack) -> bool:
    """Return whether the newest edit is one that a drag may still go on with."""
    newest = stack.command(stack.index() - 1)
    return newest is not None and newest.id() != NO_GESTURE
