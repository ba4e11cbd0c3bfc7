"""A small message about what did not work; the window stays usable beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, heading
from rmt_studio.gui.theme import theme

_WIDTH = 440


class ErrorBox(Dialog):
    """A title, one line with the thing, the reason and the next step, and a way to copy it."""

    def __init__(self, title: str, message: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setObjectName("error_box")
        self.setModal(False)
        self.setMinimumWidth(_WIDTH)
        self.message = QLabel(message)
        self.message.setObjectName("error_message")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.message.setAccessibleName(title)
        self._mark = QLabel("!")
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark.setFixedSize(24, 24)
        self._lay_out(title)
        theme().changed.connect(self._apply_colors)
        self._apply_colors()

    @property
    def text(self) -> str:
        """Title and message, as Copy hands them on."""
        return f"{self.windowTitle()}\n{self.message.text()}"

    def _lay_out(self, title: str) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(heading(title))
        texts.addWidget(self.message)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.column.addLayout(row)
        copy = button(self.tr("Copy"), tooltip=self.tr("Copy the message"))
        close = button(self.tr("Close"), primary=True)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)
        self.add_buttons(copy, close)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)

    def _apply_colors(self) -> None:
        colors = theme().colors
        self._mark.setStyleSheet(
            f"background: {colors.problem}; color: {colors.panel}; border-radius: 12px;"
            "font-weight: 700;"
        )


def show_error(parent: QWidget | None, title: str, message: str) -> ErrorBox:
    """Show a message; one that is on show already with the same text comes to the front.

    While a dialog blocks the window the message belongs to that dialog, or it could not be closed.
    """
    parent = QApplication.activeModalWidget() or parent
    for box in parent.findChildren(ErrorBox) if parent is not None else []:
        if box.isVisible() and box.text == f"{title}\n{message}":
            box.raise_()
            return box
    box = ErrorBox(title, message, parent)
    box.show()
    return box
