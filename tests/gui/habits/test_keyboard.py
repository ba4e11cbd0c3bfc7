"""Every control has a name and is reached by Tab, in the window and in its dialogs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from rmt_studio.gui.dialogs.ask_box import AskBox
from rmt_studio.gui.dialogs.crash import CrashBox
from rmt_studio.gui.dialogs.error_box import ErrorBox
from rmt_studio.gui.dialogs.missing_model import MissingModelBox
from rmt_studio.gui.dialogs.recovery import RecoveryBox
from rmt_studio.gui.dialogs.unsaved import UnsavedBox
from rmt_studio.studio.recovery import Recoverable

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


def test_that_every_control_around_the_heat_map_is_named_and_reached(demo):
    demo.actions_by_id["heat_map"].trigger()
    _settle()
    assert_usable_by_keyboard(demo)


def test_that_every_control_of_the_log_and_of_two_runs_is_named_and_reached(demo, qtbot):
    bench = demo.workbench
    for runs in (1, 2):
        bench.evaluate(dense=True)
        qtbot.waitUntil(lambda runs=runs: len(bench.document.runs) == runs, timeout=120_000)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=60_000)
    for name in ("job_log", "compare_runs"):
        demo.actions_by_id[name].trigger()
        (dialog,) = [w for w in QApplication.topLevelWidgets()
                     if isinstance(w, QDialog) and w.isVisible()]  # fmt: skip
        qtbot.waitUntil(dialog.isActiveWindow)
        assert_usable_by_keyboard(dialog)
        dialog.close()
        QApplication.processEvents()


FOUND = (Recoverable(Path("a.rmts"), "demo", 3, 1, 0.0),)
BOXES = {
    "crash": lambda: CrashBox("It failed.", "It was saved.", "Traceback"),
    "unsaved": lambda: UnsavedBox("demo", "3 edits", "no room"),
    "missing": lambda: MissingModelBox("demo", "it is not there"),
    "recovery": lambda: RecoveryBox(FOUND),
    "ask": lambda: AskBox("Remove", "It is lost.", do_it="Remove", leave_it="Keep"),
    "error": lambda: ErrorBox("Not opened", "it is no model"),
}


@pytest.mark.parametrize("name", BOXES)
def test_that_every_control_of_the_boxes_is_named_and_reached(qtbot, name):
    box = BOXES[name]()
    qtbot.addWidget(box)
    box.show()
    qtbot.waitUntil(box.isActiveWindow)
    assert_usable_by_keyboard(box)
    box.close()


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
