"""The question before a document without a name is left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, heading

_WIDTH = 420


class UnsavedBox(Dialog):
    """Save, Discard or Cancel; Enter saves, Escape cancels.

    Args:
        name: of the document.
        about: what would be lost.
        trouble: why its own file did not take that; empty for a document without a name.
        parent: the window.

    Signals:
        save_wanted (): the document shall get a name.
        discard_wanted (): it is not wanted.
    """

    save_wanted = Signal()
    discard_wanted = Signal()

    def __init__(
        self, name: str, about: str, trouble: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Save the document?"))
        self.setObjectName("unsaved_box")
        self.setMinimumWidth(_WIDTH)
        text = self.tr(
            "The work on {name} has no file of its own yet ({about}). Saved as a project, it is "
            "kept up to date from then on."
        )
        if trouble:
            text = self.tr("The last edits are not in the file: {trouble}. Save them elsewhere.")
        self.message = QLabel(text.format(name=name, about=about, trouble=trouble))
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.discard_button = button(self.tr("Discard"), tooltip=self.tr("Forget what was done"))
        self.cancel_button = button(self.tr("Cancel"), tooltip=self.tr("Go on working"))
        self.save_button = button(
            self.tr("Save…"), primary=True, tooltip=self.tr("Choose a file and save")
        )
        self.column.addWidget(heading(self.tr("Save the work on {name}?").format(name=name)))
        self.column.addWidget(self.message)
        self.discard_button.clicked.connect(self._discard)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
        self.add_buttons(self.discard_button, self.cancel_button, self.save_button)

    def _discard(self) -> None:
        self.accept()
        self.discard_wanted.emit()

    def _save(self) -> None:
        self.accept()
        self.save_wanted.emit()
