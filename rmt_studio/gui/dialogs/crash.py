"""Something went wrong that nobody foresaw: what was saved, and what to send to whom mends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, caption, heading

_WIDTH, _HEIGHT = 640, 260


class CrashBox(Dialog):
    """Versions, the error and the log, with a way to copy them; then go on, or quit.

    Signals:
        quit_wanted (): the program shall end.
    """

    quit_wanted = Signal()

    def __init__(self, what: str, saved: str, details: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setObjectName("crash_box")
        self.setMinimumWidth(_WIDTH)
        self.column.addWidget(heading(self.tr("Something went wrong")))
        for text in (what, saved):
            label = QLabel(text)
            label.setWordWrap(True)
            label.setVisible(bool(text))
            self.column.addWidget(label)
        self.details = QPlainTextEdit(details)
        self.details.setObjectName("crash_details")
        self.details.setReadOnly(True)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setMinimumHeight(_HEIGHT)
        self.details.setAccessibleName(self.tr("Error, versions and log"))
        self.details.setToolTip(self.tr("What Copy puts on the clipboard"))
        self.column.addWidget(self.details)
        self.column.addWidget(
            caption(
                self.tr(
                    "A report needs this text. It names files of yours: look before sending it."
                )
            )
        )
        self.copy_button = button(self.tr("Copy"), tooltip=self.tr("Copy error, versions and log"))
        self.quit_button = button(self.tr("Quit"), tooltip=self.tr("End the program"))
        self.continue_button = button(
            self.tr("Continue"), primary=True, tooltip=self.tr("Go on; what was shown may be stale")
        )
        self.copy_button.clicked.connect(self._copy)
        self.quit_button.clicked.connect(self._quit)
        self.continue_button.clicked.connect(self.accept)
        self.add_buttons(self.copy_button, self.quit_button, self.continue_button)

    def only_quit(self) -> None:
        """Offer no way to go on: the window was not put together."""
        self.continue_button.hide()
        self.rejected.connect(self.quit_wanted)
        self.quit_button.setDefault(True)
        self.quit_button.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())

    def _quit(self) -> None:
        self.accept()
        self.quit_wanted.emit()
