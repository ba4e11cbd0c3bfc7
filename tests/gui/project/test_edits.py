"""What is one undo step, what it is called, and that a history survives being put away."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QUndoStack

from rmt_studio.gui.edits import EditRecipe, history_of, new_gesture, put_back
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.studio.document import Document
from tests.studio.projects import rule


@pytest.fixture
def document(demo_model):
    document = Document()
    document.open_model(demo_model)
    return document


@pytest.fixture
def stack(qapp):
    stack = QUndoStack()
    yield stack
    stack.clear()


def edit(stack, document, changes, text="edit", gesture=-1):
    stack.push(EditRecipe(document, document.recipe.with_rules(changes), text, gesture))


def test_that_a_drag_is_one_step_with_its_name(stack, document):
    name, gesture = document.model.layers[1].name, new_gesture()
    for multiple in (1.1, 1.2, 1.3):
        edit(stack, document, {name: rule(multiple)}, f"cut at {multiple}", gesture)
    assert (stack.count(), stack.undoText()) == (1, "cut at 1.3")  # where it was let go
    stack.undo()
    assert document.recipe.rules == {}
    stack.redo()
    assert document.recipe.rule(name) == rule(1.3)


def test_that_two_drags_are_two_steps(stack, document):
    name = document.model.layers[1].name
    for multiple in (1.1, 1.2):
        edit(stack, document, {name: rule(multiple)}, gesture=new_gesture())
    assert stack.count() == 2


def test_that_an_edit_of_many_layers_is_one_step(stack, document):
    edit(stack, document, {layer.name: rule(1.5) for layer in document.model.layers})
    stack.undo()
    assert document.recipe.rules == {}


def test_that_a_history_put_away_is_undone_and_redone_as_before(stack, document, qapp):
    names = [layer.name for layer in document.model.layers[:3]]
    for place, name in enumerate(names):
        edit(stack, document, {name: rule(1 + place)}, f"edit {name}")
    fit = document.recipe.model_copy(update={"bulk_fit": BulkFitSettings(method="bema")})
    stack.push(EditRecipe(document, fit, "change the bulk fit"))
    stack.undo()
    stack.undo()
    history = history_of(stack, document.recipe)
    assert history.recipe == document.recipe
    assert history.index == 2

    other, events = Document(), []
    other.open_model(document.model, history.recipe)
    other.subscribe(events.append)
    again = QUndoStack()
    put_back(again, other, history)
    assert events == []  # the document follows its recipe already
    assert (again.count(), again.index(), again.redoText()) == (4, 2, f"edit {names[2]}")
    assert history_of(again, other.recipe) == history
    again.redo()
    again.redo()
    assert other.recipe == fit
    for _ in range(4):
        again.undo()
    assert other.recipe == history.base
    again.clear()
