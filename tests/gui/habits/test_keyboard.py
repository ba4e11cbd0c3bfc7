"""Every control has a name and is reached by Tab, in the window and in its dialogs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

sys.path.insert(0, str(Path(__file__).parent))

from walking import name_of, reached_by_tab, stops_of

DIALOGS = ("open_model", "export", "preferences", "shortcuts", "about", "palette",
           "compare_methods", "find_smallest")  # fmt: skip


def assert_usable_by_keyboard(window):
    stops = stops_of(window)
    assert stops
    assert [w for w in stops if not name_of(w)] == []
    reached = reached_by_tab(window)
    assert [(type(w).__name__, name_of(w)) for w in stops if w not in reached] == []
    assert reached[0].hasFocus()  # the last Tab came back to the first: no trap


def _settle():
    """Let a dialog finish what it does behind its first paint."""
    for _ in range(5):
        QApplication.processEvents()


def test_that_every_control_of_the_window_is_named_and_reached(demo, qtbot):
    demo.workbench.select(("blocks.1.mlp.fc1",), "blocks.1.mlp.fc1")
    qtbot.waitUntil(lambda: not demo.workbench.running_jobs, timeout=60_000)
    assert_usable_by_keyboard(demo)


def test_that_every_control_of_the_dialogs_is_named_and_reached(demo, qtbot):
    for name in DIALOGS:
        demo.actions_by_id[name].trigger()
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        (dialog,) = [w for w in shown if w.isVisible()]
        qtbot.waitUntil(dialog.isActiveWindow)
        _settle()
        try:
            assert_usable_by_keyboard(dialog)
        except AssertionError as error:
            pytest.fail(f"{name}: {error}")
        finally:
            dialog.close()
        QApplication.processEvents()
    qtbot.waitUntil(lambda: not demo.workbench.running_jobs, timeout=60_000)
