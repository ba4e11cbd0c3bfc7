"""What a newcomer sees first: open a model, open the demo, or go on with a recent one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

_RECENT_SHOWN = 4
_LINE = 460  # px, the widest a line of text gets


class WelcomePage(QFrame):
    """The centre of the window while no model is open.

    Its buttons are wired by the window: ``open_button`` and ``demo_button``.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setProperty("card", True)
        self.setObjectName("welcome")
        self.open_button = QPushButton(self.tr("Open a model…"))
        self.open_button.setProperty("primary", True)
        self.open_button.setToolTip(self.tr("A timm name, a checkpoint or a folder"))
        self.demo_button = QPushButton(self.tr("Open the demo"))
        self.demo_button.setToolTip(self.tr("A small ViT trained on handwritten digits"))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Show the recent models of the workbench."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if not self._workbench.recent:
            return
        caption = QLabel(self.tr("Recent"))
        caption.setProperty("muted", True)
        self._recent.addWidget(caption, alignment=Qt.AlignmentFlag.AlignHCenter)
        for name, checkpoint in self._workbench.recent[:_RECENT_SHOWN]:
            self._recent.addWidget(
                _RecentButton(self._workbench, name, checkpoint),
                alignment=Qt.AlignmentFlag.AlignHCenter,
            )

    def _build(self) -> None:
        title = QLabel(self.tr("See what a Vision Transformer has learned"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        title.setFont(font)
        text = QLabel(
            self.tr(
                "Each weight matrix has a spectrum. Where it follows the Marchenko-Pastur law it "
                "looks like noise; what stands out of the law is structure. Open a model, look at "
                "its layers, cut the noise away and measure what that does."
            )
        )
        text.setWordWrap(True)
        text.setProperty("muted", True)
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        hint = QLabel(self.tr("or drop a checkpoint, a model folder or an image folder here"))
        hint.setProperty("muted", True)
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title.setWordWrap(True)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(14)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(title)
        column.addLayout(_limited(text))
        column.addSpacing(6)
        column.addWidget(self.open_button, alignment=centre)
        column.addWidget(self.demo_button, alignment=centre)
        column.addWidget(hint)
        column.addLayout(self._recent)
        column.addStretch(3)


def _limited(text: QLabel) -> QHBoxLayout:
    """Centre a wrapped text; an alignment in its layout would make it narrow and cut it off."""
    text.setMaximumWidth(_LINE)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(text, 1000)
    row.addStretch(1)
    return row


class _RecentButton(QPushButton):
    """Opens one recent model."""

    def __init__(self, workbench: Workbench, name: str, checkpoint: str) -> None:
        text = name if not checkpoint else f"{name}  ·  {checkpoint.rsplit('/', 1)[-1]}"
        super().__init__(text)
        self._workbench, self._name, self._checkpoint = workbench, name, checkpoint
        self.setProperty("flat", True)
        self.setToolTip(checkpoint or name)
        self.clicked.connect(self._open)

    def _open(self) -> None:
        self._workbench.open_model(self._name, self._checkpoint or None)
