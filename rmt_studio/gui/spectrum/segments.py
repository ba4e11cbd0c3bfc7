"""Buttons that stay down: a row of which exactly one is, and a single one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QWidget,
)

from rmt_studio.gui.theme import theme

_PADDING, _CLOSE_PADDING = 8, 5  # pixels left and right of a button's text


@dataclass(frozen=True)
class Choice:
    """One of the buttons.

    Attributes:
        key: what it stands for.
        text: its full label.
        short: its label where room is scarce.
        tip: its tool tip.
    """

    key: str
    text: str
    short: str
    tip: str


class Segments(QFrame):
    """Choices side by side.

    Signals:
        chosen (str): the key of the choice that a person made.
    """

    chosen = Signal(str)

    def __init__(
        self, name: str, title: str, choices: tuple[Choice, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._choices, self._group, self._short = choices, QButtonGroup(self), False
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for place, choice in enumerate(choices):
            button = _button(choice, title)
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._clicked)
        theme().changed.connect(self.recolor)
        self.recolor()

    @property
    def key(self) -> str:
        """The key of the choice that is down."""
        return self._choices[self._group.checkedId()].key

    @property
    def buttons(self) -> tuple[QAbstractButton, ...]:
        """The buttons, from left to right."""
        return tuple(self._group.buttons())

    def choose(self, key: str) -> None:
        """Press a button without telling anyone."""
        place = next(i for i, choice in enumerate(self._choices) if choice.key == key)
        self._group.button(place).setChecked(True)

    def set_reason(self, reason: str) -> None:
        """Disable the choice for a reason that the tooltips tell; empty to allow it."""
        self.setEnabled(not reason)
        for place, choice in enumerate(self._choices):
            self._group.button(place).setToolTip(reason or choice.tip)

    def set_short(self, short: bool) -> None:
        """Use the short labels, set closer, or the full ones."""
        if short == self._short:
            return
        self._short = short
        for place, choice in enumerate(self._choices):
            self._group.button(place).setText(choice.short if short else choice.text)
        self.recolor()

    def width_of(self, short: bool) -> int:
        """Return the pixels the row needs with short or full labels."""
        metrics = self.fontMetrics()
        texts = [choice.short if short else choice.text for choice in self._choices]
        around = 2 * (_CLOSE_PADDING if short else _PADDING) + 2
        return sum(metrics.horizontalAdvance(text) + around for text in texts) + 4

    def recolor(self) -> None:
        """Take the theme's colours."""
        padding = _CLOSE_PADDING if self._short else _PADDING
        self.setStyleSheet(_style(f"QFrame#{self.objectName()}", "QToolButton", padding))

    def _clicked(self, place: int) -> None:
        self.chosen.emit(self._choices[place].key)


def _button(choice: Choice, title: str) -> QToolButton:
    button = QToolButton()
    button.setText(choice.text)
    button.setCheckable(True)
    button.setToolTip(choice.tip)
    button.setAccessibleName(f"{title}: {choice.text}")
    button.setObjectName(f"choice_{choice.key}")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


class Toggle(QToolButton):
    """One button that stays down, in the same dress."""

    def __init__(self, name: str, text: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setCheckable(True)
        theme().changed.connect(self.recolor)
        self.recolor()

    def recolor(self) -> None:
        """Take the theme's colours."""
        own = f"QToolButton#{self.objectName()}"
        self.setStyleSheet(
            _style(own, own, _CLOSE_PADDING) + f"{own} {{ border-color: {theme().colors.line}; }}"
        )


def faint(color: str) -> str:
    """Return a colour as a style sheet writes it, half as strong."""
    red, green, blue = QColor(color).getRgb()[:3]  # pyright: ignore[reportIndexIssue]
    return f"rgba({red}, {green}, {blue}, 50%)"


def _style(frame: str, button: str, padding: int) -> str:
    """Return the style sheet of a frame with buttons in it, in the theme's colours."""
    colors = theme().colors
    return (
        f"{frame} {{ border: 1px solid {colors.line}; border-radius: 6px; }}"
        f"{button} {{ color: {colors.muted}; border: 1px solid transparent; border-radius: 5px; "
        f"padding: 2px {padding}px; }}"
        f"{button}:hover {{ background: {colors.hover}; }}"
        f"{button}:checked {{ background: {colors.selection}; color: {colors.text}; }}"
        f"{button}:focus {{ border-color: {colors.accent}; }}"
        f"{button}:disabled {{ background: transparent; color: {faint(colors.muted)}; }}"
    )
