"""The window of the series, beside the main one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from rmt_studio.gui.series.desk import SeriesDesk
from rmt_studio.gui.series.window import SeriesWindow, choose_series

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.workbench import Workbench


class SeriesWindows(QObject):
    """Shows it at most once; what is analysed goes on while it is closed."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self.desk = SeriesDesk(workbench, self)
        self.desk.failed.connect(workbench.failed)
        self.desk.told.connect(workbench.told)

    def choose(self) -> None:
        """Ask for a folder and open it."""
        folder = choose_series(cast("QWidget", self.parent()))
        if folder is not None:
            self.open(folder)

    def open(self, folder: Path) -> SeriesWindow:
        """Look into a folder and show the window."""
        window = self.show()
        self.desk.look(folder)
        return window

    def show(self) -> SeriesWindow:
        """Show the window."""
        main = cast("QWidget", self.parent())
        found = main.findChild(SeriesWindow)
        window = found if found is not None else SeriesWindow(self.desk, main)
        window.show()
        window.raise_()
        window.activateWindow()
        return window
