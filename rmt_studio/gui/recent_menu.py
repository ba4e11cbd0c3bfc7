"""File > Open recent: the models opened last, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from rmt_studio.gui.workbench import Workbench


class RecentMenu(QMenu):
    """Lists `Workbench.recent` each time it is shown."""

    def __init__(self, workbench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setTitle(self.tr("Open re&cent"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.refresh)
        self.triggered.connect(self._open)
        self.refresh()

    def refresh(self) -> None:
        """Take the list anew; without one the menu says so."""
        self.clear()
        for name, checkpoint in self._workbench.recent:
            text = f"{name} · {Path(checkpoint).name}" if checkpoint else name
            action = self.addAction(text.replace("&", "&&"))
            action.setToolTip(checkpoint or name)
            action.setData((name, checkpoint))
        if self.isEmpty():
            self.addAction(self.tr("No model was opened yet")).setEnabled(False)

    def _open(self, action: QAction) -> None:
        name, checkpoint = action.data()
        self._workbench.open_model(name, checkpoint or None)
