"""What this program is, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import PySide6.QtCore
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, caption, card, heading
from rmt_studio.gui.theme import number_font

_PACKAGES = ("torch", "timm", "safetensors", "numpy", "scipy", "pyqtgraph")


def versions() -> dict[str, str]:
    """Return the versions of the program and of what it stands on."""
    found = {
        "rmt studio": _version("rmt-studio"),
        "Python": platform.python_version(),
        "Qt": f"{qVersion()} (PySide6 {PySide6.__version__})",
    }
    found |= {name: _version(name) for name in _PACKAGES}
    return found | {"System": platform.platform(terse=True)}


class AboutDialog(Dialog):
    """Name, purpose, method and versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("About rmt studio"))
        self.setObjectName("about_dialog")
        self.setMinimumWidth(420)
        title = heading("rmt studio")
        title.setFont(number_font(15, bold=True))
        self.column.addWidget(title)
        self.column.addWidget(
            caption(
                self.tr(
                    "See which part of a Vision Transformer's weights is noise, cut it, measure "
                    "the effect, export the result. The noise follows the Marchenko-Pastur law; "
                    "what rises above its edge is signal."
                )
            )
        )
        self._versions = versions()
        self.column.addWidget(self._table())
        self.column.addWidget(caption(self.tr("Free software under the Apache License 2.0.")))
        copy = button(self.tr("Copy versions"), tooltip=self.tr("For a bug report"))
        close = button(self.tr("Close"), primary=True)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)
        self.add_buttons(copy, close)

    def _table(self) -> QWidget:
        frame, column = card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._versions.items()):
            shown = QLabel(value)
            shown.setFont(number_font())
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(caption(name), row, 0)
            grid.addWidget(shown, row, 1)
        column.addLayout(grid)
        return frame

    def _copy(self) -> None:
        lines = (f"{name}: {value}" for name, value in self._versions.items())
        QGuiApplication.clipboard().setText("\n".join(lines))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"
