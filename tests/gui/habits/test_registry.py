"""The registry of actions: unique, reachable, and honest about what is not possible."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QAction, QShortcut

from rmt_studio.gui.actions import ACTIONS, reasons
from rmt_studio.gui.window_commands import WindowCommands


def test_that_every_action_has_one_id_and_one_slot():
    ids = [spec.id for spec in ACTIONS]
    assert len(ids) == len(set(ids))
    for name in set(ids) - {"undo", "redo"}:
        assert callable(getattr(WindowCommands, f"on_{name}")), name


def test_that_no_two_actions_share_a_shortcut(window):
    keys = Counter(
        sequence.toString()
        for action in window.actions_by_id.values()
        for sequence in action.shortcuts()
    )
    keys.update(shortcut.key().toString() for shortcut in window.findChildren(QShortcut))
    assert [key for key, times in keys.items() if key and times > 1] == []


def test_that_access_keys_are_unique_in_each_menu():
    taken = Counter(
        (spec.menu, spec.text[spec.text.index("&") + 1].lower())
        for spec in ACTIONS
        if "&" in spec.text
    )
    assert [key for key, times in taken.items() if times > 1] == []


def test_that_what_is_not_possible_says_why(window):
    for name, reason in reasons(window.workbench).items():
        action: QAction = window.actions_by_id[name]
        assert action.isEnabled() == (not reason), name
        if reason:
            assert action.toolTip() == reason


def test_that_the_switches_follow_the_panels(window):
    for name, dock in window.panels.docks.items():
        switch = window.actions_by_id[f"show_{name}"]
        assert switch.isChecked()
        switch.trigger()
        assert dock.isHidden()
        window.actions_by_id["reset_layout"].trigger()
        assert switch.isChecked()
