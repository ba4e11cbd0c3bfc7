"""A button that says what is chosen and opens a menu of what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Collection

_ARROW = " ▾"
_PADDING = 7


@dataclass(frozen=True)
class Option:
    """One entry of the menu.

    Attributes:
        key: what it stands for.
        text: what the menu says.
        group: title of the submenu that it stands in; empty for the menu itself.
        section: title of the part of the menu that begins with it; empty where none does.
        tip: its tooltip.
        refusal: why it cannot be chosen; empty when it can.
        asks: whether choosing it opens a dialog, so that the up and down keys pass it by.
    """

    key: object
    text: str
    group: str = ""
    section: str = ""
    tip: str = ""
    refusal: str = ""
    asks: bool = False


class Chooser(QToolButton):
    """The up and down keys go to the option before and after, without the menu.

    Signals:
        picked (object): the key of the option that a person chose.
    """

    picked = Signal(object)

    def __init__(self, name: str, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._title, self._tip = title, tip
        self._options: tuple[Option, ...] = ()
        self._chosen: tuple[object, ...] = ()
        self._texts, self._short = ("", ""), False
        self._actions: dict[object, QAction] = {}
        self._made: list[QAction] = []
        self._groups: dict[str, QMenu] = {}
        self._menu = QMenu(title, self)
        self._menu.setObjectName(f"{name}_menu")
        self._menu.triggered.connect(self._triggered)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.recolor)
        self.recolor()

    def offer(self, options: tuple[Option, ...], chosen: Collection[object]) -> None:
        """Show these options, with those checked that are chosen."""
        if options != self._options:
            self._options = options
            self._fill()
        self._chosen = tuple(chosen)
        for key, action in self._actions.items():
            action.setChecked(key in self._chosen)
        self.setEnabled(bool(options))

    def say(self, text: str, short: str) -> None:
        """Say on the button what is chosen, in two lengths."""
        self._texts = text, short
        self.setAccessibleName(f"{self._title}: {text}")
        self.setToolTip(f"{text}\n{self._tip}")
        self._write()

    def set_short(self, short: bool) -> None:
        """Use the short text or the full one."""
        self._short = short
        self._write()

    def width_of(self, short: bool) -> int:
        """Return the pixels that the button needs with the short or the full text."""
        text = self._texts[short] + _ARROW
        return self.fontMetrics().horizontalAdvance(text) + 2 * _PADDING + 4

    def action(self, key: object) -> QAction:
        """Return the entry of the menu that stands for ``key``."""
        return self._actions[key]

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(self._short), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and not event.modifiers():
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors, own = theme().colors, f"QToolButton#{self.objectName()}"
        self.setStyleSheet(
            f"{own} {{ color: {colors.text}; border: 1px solid {colors.line}; "
            f"border-radius: 6px; padding: 2px {_PADDING}px; }}"
            f"{own}:hover {{ background: {colors.hover}; }}"
            f"{own}:disabled {{ color: {colors.muted}; }}"
            f"{own}:focus {{ border-color: {colors.accent}; }}"
        )

    def _step(self, step: int) -> None:
        able = [option.key for option in self._options if not (option.refusal or option.asks)]
        here = next((place for place, key in enumerate(able) if key in self._chosen), 0)
        if able and 0 <= here + step < len(able):
            self.picked.emit(able[here + step])

    def _write(self) -> None:
        self.setText(self._texts[self._short] + _ARROW)
        self.updateGeometry()

    def _fill(self) -> None:
        self._empty()
        begun: set[str] = set()
        for option in self._options:
            if option.section:
                self._begin_section(option.section)
            menu = self._menu
            if option.group:
                if option.group not in self._groups:
                    self._groups[option.group] = QMenu(option.group, self._menu)
                menu = self._groups[option.group]
                if option.group not in begun:
                    self._menu.addAction(menu.menuAction())
                    begun.add(option.group)
            menu.setToolTipsVisible(True)
            menu.addAction(self._action_of(option))

    def _empty(self) -> None:
        """Delete what the menus held; the submenus stay, to be filled again under their titles.

        Not by `QMenu.clear`, which deletes the actions of a menu at once, those of its submenus
        never, and leaves Python with objects that are no more.
        """
        for menu in (self._menu, *self._groups.values()):
            for action in menu.actions():
                menu.removeAction(action)
        for action in self._made:
            action.deleteLater()
        self._made.clear()
        self._actions.clear()

    def _begin_section(self, title: str) -> None:
        # not addSection: a menu with a style sheet draws that as a line without its title
        if not self._menu.isEmpty():
            separator = self._make("")
            separator.setSeparator(True)
            self._menu.addAction(separator)
        heading = self._make(title)
        heading.setEnabled(False)
        self._menu.addAction(heading)

    def _make(self, text: str) -> QAction:
        action = QAction(text, self._menu)
        self._made.append(action)
        return action

    def _action_of(self, option: Option) -> QAction:
        text = f"{option.text} ({option.refusal})" if option.refusal else option.text
        action = self._make(text)
        action.setCheckable(not option.asks)
        action.setData(option.key)
        action.setToolTip(option.refusal or option.tip or option.text)
        action.setEnabled(not option.refusal)
        self._actions[option.key] = action
        return action

    def _triggered(self, action: QAction) -> None:
        key = next(key for key, one in self._actions.items() if one is action)
        action.setChecked(key in self._chosen)  # what is checked follows from what is chosen
        self.picked.emit(key)
