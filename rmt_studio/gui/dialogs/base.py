"""What all dialogs share: they go when they are closed, and look like the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.theme import theme


class Dialog(QDialog):
    """A dialog that is destroyed on close; ``column`` holds what it shows."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        if parent is None:
            theme().dress(self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 16, 18, 16)
        self.column.setSpacing(12)

    def sizeHint(self) -> QSize:
        """As high as wrapped text is at the width it will get; narrower, it would be higher."""
        return super().sizeHint().expandedTo(self.minimumSize())

    def add_buttons(self, *buttons: QPushButton) -> QHBoxLayout:
        """Append a row of buttons; the last one, at the right end, has the focus."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)
        buttons[-1].setFocus()
        return row


class StatusLine(QLabel):
    """One or two lines under a form: a hint, muted, or what is wrong, in the colour for that."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)  # it quotes names out of strangers' files
        self.setProperty("muted", True)
        self._problem = False
        theme().changed.connect(self._apply_colors)

    @property
    def problem(self) -> bool:
        """Whether the line says that something is wrong."""
        return self._problem

    def tell(self, text: str, *, problem: bool = False) -> None:
        """Show ``text``; an empty one takes no room."""
        self._problem = problem
        self.setText(text)
        self.setVisible(bool(text))
        self._apply_colors()

    def _apply_colors(self) -> None:
        self.setStyleSheet(f"color: {theme().colors.problem};" if self._problem else "")


def button(text: str, *, primary: bool = False, tooltip: str = "") -> QPushButton:
    """Return a push button; the primary one answers to Enter."""
    made = QPushButton(text)
    made.setProperty("primary", primary)
    made.setDefault(primary)
    made.setAutoDefault(primary)
    made.setAccessibleName(text)
    made.setToolTip(tooltip)
    return made


def card(margin: int = 14) -> tuple[QFrame, QVBoxLayout]:
    """Return a panel and the column inside it."""
    frame = QFrame()
    frame.setProperty("card", True)
    column = QVBoxLayout(frame)
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(8)
    return frame, column


def caption(text: str, buddy: QWidget | None = None) -> QLabel:
    """Return a muted label that wraps."""
    label = QLabel(text)
    label.setProperty("muted", True)
    label.setWordWrap(True)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def heading(text: str) -> QLabel:
    """Return a label in bold."""
    label = QLabel(text)
    label.setProperty("heading", True)
    return label
