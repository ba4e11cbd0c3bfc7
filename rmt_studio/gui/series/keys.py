"""The keys that move through training, wherever in the viewer the focus is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from rmt_studio.gui.series.scrub import Scrub

_BACK, _ON = Qt.Key.Key_Left, Qt.Key.Key_Right
_FIRST, _LAST, _PLAY = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space
_ALL = (_BACK, _ON, _FIRST, _LAST, _PLAY)


def is_of_the_timeline(event: QKeyEvent) -> bool:
    """Tell whether a key moves through training."""
    plain = event.modifiers() in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )
    return plain and event.key() in _ALL


def move_by_key(scrub: Scrub, event: QKeyEvent) -> bool:
    """Do what a key says; return whether it says something."""
    if not is_of_the_timeline(event):
        return False
    key = event.key()
    if key == _PLAY:
        if not event.isAutoRepeat():
            scrub.turn()
        return True
    places = {
        _BACK: scrub.place - 1,
        _ON: scrub.place + 1,
        _FIRST: 0,
        _LAST: scrub.count - 1,
    }
    scrub.go(places[Qt.Key(key)])
    return True
