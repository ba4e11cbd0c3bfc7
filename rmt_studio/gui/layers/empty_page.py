"""What stands in place of the layers while no model is open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class EmptyPage(QWidget):
    """Says how to get layers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_empty_page")
        heading = QLabel(self.tr("No model is open"))
        heading.setProperty("heading", True)
        text = QLabel(
            self.tr(
                "Open a model, drop a checkpoint or a model folder on the window, "
                "or start with the demo. Each of its weight matrices gets a row here."
            )
        )
        text.setProperty("muted", True)
        text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 34, 0)
        column.addStretch(2)
        for label in (heading, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(3)
