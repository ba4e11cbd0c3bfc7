"""Edits of the rules, and what is copied: the menu Edit."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Edit"
EDIT = (
    ActionSpec(
        "undo",
        _MENU,
        "&Undo",
        "Take the last edit of the rules back",
        QKeySequence.StandardKey.Undo,
    ),
    ActionSpec(
        "redo",
        _MENU,
        "&Redo",
        "Do the edit again that was taken back",
        QKeySequence.StandardKey.Redo,
    ),
    ActionSpec(
        "copy",
        _MENU,
        "Cop&y",
        "Copy what has the focus: names of layers, results, numbers of a table, a plot",
        QKeySequence.StandardKey.Copy,
        separated=True,
        everywhere=True,
    ),
    ActionSpec(
        "keep_selected",
        _MENU,
        "&Keep selected layers as they are",
        "Remove the rules of the selected layers",
        "Ctrl+Shift+K",
        separated=True,
    ),
    ActionSpec("keep_all", _MENU, "Keep &all layers as they are", "Remove every rule"),
    ActionSpec(
        "copy_rule",
        _MENU,
        "Copy rule &to the selected layers",
        "Give every selected layer the rule of the one that is shown",
    ),
    ActionSpec(
        "copy_python",
        _MENU,
        "Copy as &Python",
        "Copy what was done so far as a script that does it again",
        "Ctrl+Alt+P",
        separated=True,
    ),
    ActionSpec(
        "copy_commands",
        _MENU,
        "Copy as co&mmands",
        "Copy what was done so far as commands for a terminal",
        "Ctrl+Alt+C",
    ),
    ActionSpec(
        "preferences",
        _MENU,
        "Pre&ferences…",
        "Theme, device, defaults and the cache",
        "Ctrl+,",
        separated=True,
    ),
)
