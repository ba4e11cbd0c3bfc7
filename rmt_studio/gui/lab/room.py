"""The lab beside the main window: its state, and the window that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from rmt_studio.gui.lab.lab import Lab
from rmt_studio.gui.lab.window import LabWindow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.workbench import Workbench


class LabRoom(QObject):
    """Shows the lab at most once; an experiment goes on while its window is closed.

    Attributes:
        lab: what was asked and measured.
    """

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self.lab = workbench, Lab(workbench)

    def show(self) -> LabWindow:
        """Show the window in front of the others."""
        main = cast("QWidget", self.parent())
        found = main.findChild(LabWindow)
        window = found if found is not None else LabWindow(self._workbench, self.lab, main)
        window.show()
        window.raise_()
        window.activateWindow()
        return window
