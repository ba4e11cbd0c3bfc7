"""What stands in the places of the rooms while torch and timm are being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QAction

_LEAST = {
    "layers": QSize(330, 160),
    "inspector": QSize(260, 160),
    "jobs": QSize(200, 120),
    "results": QSize(300, 120),
}


class EarlyBar(QWidget):
    """The bar at the top: the program's name, and that the rest is on its way."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("early_bar")
        brand = QLabel("rmt studio")
        font = brand.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        brand.setFont(font)
        self.message = QLabel(self.tr("loading PyTorch and timm…"))
        self.message.setObjectName("early_message")
        self.message.setProperty("muted", True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Loading"))
        self.progress.setToolTip(self.tr("PyTorch and timm are being loaded"))
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        open_button = QPushButton(self.tr("Open…"))
        open_button.setToolTip(actions["open_model"].toolTip())
        open_button.clicked.connect(actions["open_model"].trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 8)
        row.setSpacing(8)
        row.addWidget(brand)
        row.addSpacing(10)
        row.addWidget(self.message)
        row.addWidget(self.progress)
        row.addStretch(1)
        row.addWidget(open_button)


def early_panels() -> Iterator[tuple[str, str, QWidget]]:
    """Yield name, title and stand-in of each panel."""
    for name, title in (("layers", _tr("Layers")), ("inspector", _tr("Rules")),
                        ("jobs", _tr("Jobs")), ("results", _tr("Results"))):  # fmt: skip
        yield name, title, _panel(title, _LEAST[name])


def _panel(title: str, least: QSize) -> QFrame:
    panel = QFrame()
    panel.setProperty("card", True)
    panel.setMinimumSize(least)
    heading = QLabel(title)
    heading.setProperty("heading", True)
    column = QVBoxLayout(panel)
    column.setContentsMargins(16, 14, 16, 14)
    column.addWidget(heading, alignment=Qt.AlignmentFlag.AlignTop)
    return panel


def _tr(text: str) -> str:
    return QCoreApplication.translate("MainWindow", text)
