"""A question before something is lost."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLabel, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, heading

_WIDTH = 380


class AskBox(Dialog):
    """Says what would be lost, and offers to do it or to leave it; Enter and Escape leave it.

    Args:
        title: what is asked about.
        text: what would be lost.
        do_it: the button that goes on.
        leave_it: the button that changes nothing.
        parent: the window.
    """

    def __init__(
        self, title: str, text: str, *, do_it: str, leave_it: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self.setObjectName("ask_box")
        self.setMinimumWidth(_WIDTH)
        self.message = QLabel(text)
        self.message.setWordWrap(True)
        self.do_button, self.leave_button = button(do_it), button(leave_it, primary=True)
        self.column.addWidget(heading(title))
        self.column.addWidget(self.message)
        self.do_button.clicked.connect(self.accept)
        self.leave_button.clicked.connect(self.reject)
        self.add_buttons(self.do_button, self.leave_button)

    def ask(self) -> bool:
        """Wait for the answer and return whether to go on."""
        return self.exec() == QDialog.DialogCode.Accepted
