"""Every action of the window, once: `ACTIONS` says what there is, `build_actions` makes it."""

from rmt_studio.gui.actions.availability import reasons
from rmt_studio.gui.actions.build import (
    OF_THE_STACK,
    build_actions,
    connect_actions,
    say_whether_possible,
)
from rmt_studio.gui.actions.registry import ACTIONS
from rmt_studio.gui.actions.spec import ActionSpec

__all__ = [
    "ACTIONS",
    "OF_THE_STACK",
    "ActionSpec",
    "build_actions",
    "connect_actions",
    "reasons",
    "say_whether_possible",
]
