"""What the tests of the window and its project files do with it."""

from __future__ import annotations

from tests.gui.project import documents
from tests.gui.project.documents import PATIENCE


def edit(window, place=1, multiple=1.5):
    documents.edit(window.workbench, place, multiple)


def settled(qtbot, window):
    documents.settled(qtbot, window.workbench)


def saved(qtbot, window):
    with qtbot.waitSignal(window.workbench.project.used, timeout=PATIENCE):
        window.actions_by_id["save_project"].trigger()


def box(qtbot, window, kind):
    qtbot.waitUntil(lambda: window.findChild(kind) is not None, timeout=PATIENCE)
    return window.findChild(kind)
