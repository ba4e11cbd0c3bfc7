"""The registry of actions: unique, reachable, and honest about what is not possible."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QAction, QShortcut

from rmt_studio.gui.actions import ACTIONS, reasons
from rmt_studio.gui.commands import ROOMS
from rmt_studio.pruning import EntryThreshold, LayerRule


def test_that_every_action_has_one_id_and_one_slot(window):
    ids = [spec.id for spec in ACTIONS]
    assert len(ids) == len(set(ids))
    rooms = (window.commands.file, window.commands.analyse, *ROOMS)
    slots = [name for room in rooms for name in room.ids()]
    assert sorted(slots) == sorted(set(ids) - {"undo", "redo"})
    assert set(window.commands.slots()) == set(slots)


def test_that_no_two_actions_share_a_shortcut(window):
    keys = Counter(
        sequence.toString()
        for action in window.actions_by_id.values()
        for sequence in action.shortcuts()
    )
    keys.update(shortcut.key().toString() for shortcut in window.findChildren(QShortcut))
    panels = {a for a in window.findChildren(QAction) if a not in window.actions_by_id.values()}
    keys.update(key.toString() for action in panels for key in action.shortcuts())
    assert [key for key, times in keys.items() if key and times > 1] == []


def test_that_the_menu_says_how_layers_are_grouped(demo):
    actions = demo.actions_by_id
    assert actions["group_none"].isChecked()
    actions["group_role"].trigger()
    assert actions["group_role"].isChecked()
    assert not actions["group_none"].isChecked()


def test_that_keep_removes_the_rules_of_the_chosen(demo):
    bench, keep = demo.workbench, demo.actions_by_id["keep_selected"]
    names = ("blocks.1.mlp.fc1", "blocks.2.attn.q")
    rule = LayerRule(steps=(EntryThreshold(share=0.75),))
    bench.edit_rules(dict.fromkeys(names, rule), "zero entries")
    bench.select(names[:1], names[0])
    keep.trigger()
    assert set(bench.document.recipe.rules) == {names[1]}
    assert not keep.isEnabled()


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
