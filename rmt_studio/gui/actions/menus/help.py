"""What the program is and which keys it has: the menu Help."""

from __future__ import annotations

from rmt_studio.gui.actions.spec import ActionSpec

_MENU = "&Help"
HELP = (
    ActionSpec("shortcuts", _MENU, "&Keyboard shortcuts", "Every action and its keys", "F1"),
    ActionSpec("about", _MENU, "&About rmt studio", "Versions and licence"),
)
