"""A project whose model is not where it was: say so, and ask where it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, caption, heading

_WIDTH = 460


class MissingModelBox(Dialog):
    """Locate the model, or go on with the recipe and the results alone.

    Signals:
        locate_wanted (): a person wants to say where it is.
    """

    locate_wanted = Signal()

    def __init__(self, title: str, reason: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("The model is missing"))
        self.setObjectName("missing_model_box")
        self.setMinimumWidth(_WIDTH)
        self.message = QLabel(reason)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        text = self.tr(
            "Its recipe and its results are here, and nothing of the project is lost. Spectra, "
            "edits and their history come back with the model."
        )
        skip = button(self.tr("Later"), tooltip=self.tr("File > Locate model… asks again"))
        self.locate_button = button(
            self.tr("Locate…"), primary=True, tooltip=self.tr("Say where the weights are now")
        )
        self.column.addWidget(heading(self.tr("{name} is missing").format(name=title)))
        self.column.addWidget(self.message)
        self.column.addWidget(caption(text))
        skip.clicked.connect(self.reject)
        self.locate_button.clicked.connect(self._locate)
        self.add_buttons(skip, self.locate_button)

    def _locate(self) -> None:
        self.accept()
        self.locate_wanted.emit()
