"""What the registry says of one action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QKeySequence


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes:
        id: its name in the registry, and of the slot behind ``on_``.
        menu: the menu it stands in.
        text: what the menu says; the ampersand marks the access key.
        tip: what the status bar and the tooltip say.
        shortcut: standard key or text; empty for none.
        checkable: whether it is a switch.
        separated: whether a line stands above it.
        everywhere: whether its keys work in every window of the program, not in the main one alone.
        group: actions of one group exclude each other.
    """

    id: str
    menu: str
    text: str
    tip: str
    shortcut: QKeySequence.StandardKey | str = ""
    checkable: bool = False
    separated: bool = False
    group: str = ""
    everywhere: bool = False
