"""A panel of the inspector: white, rounded, with a heading."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class Card(QFrame):
    """A frame with a heading and a column for what belongs under it."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.heading = QLabel(heading)
        self.heading.setProperty("heading", True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 12, 14, 14)
        self.column.setSpacing(10)
        self.column.addWidget(self.heading)


def muted(text: str = "", *, small: bool = False) -> QLabel:
    """Return a caption: one that wraps, or a small one of a single line."""
    label = QLabel(text)
    label.setProperty("muted", True)
    label.setWordWrap(not small)
    if small:
        font = label.font()
        font.setPointSizeF(font.pointSizeF() - 1)
        label.setFont(font)
    return label


def rule_line() -> QFrame:
    """Return a thin horizontal line in the colour of borders."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.NoFrame)
    line.setFixedHeight(1)
    line.setProperty("separator", True)
    return line
