"""A workbench that remembers what it was asked to open, and the check that a dialog goes."""

from __future__ import annotations

import weakref

import pytest
from shiboken6 import isValid


@pytest.fixture
def asked(workbench, monkeypatch):
    """What `Workbench.open_model` was called with; nothing is opened."""
    calls = []
    monkeypatch.setattr(workbench, "open_model", lambda *arguments: calls.append(arguments))
    return calls


@pytest.fixture
def freed_on_close(qtbot):
    """Return a check that a dialog is destroyed, and freed, by closing it."""

    def check(make):
        dialog = make()
        dialog.show()
        qtbot.waitExposed(dialog)
        reference = weakref.ref(dialog)
        with qtbot.waitSignal(dialog.destroyed):
            dialog.close()
        del dialog
        assert reference() is None, "a reference keeps the dialog alive"

    return check


@pytest.fixture
def shown(qtbot):
    """Return a function that shows a dialog; what is still open at the end is closed."""
    dialogs = []

    def show(dialog):
        dialogs.append(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    yield show
    for dialog in dialogs:
        if isValid(dialog):
            dialog.close()
