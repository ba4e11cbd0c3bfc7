"""File > Open recent: the projects and the models opened last, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from rmt_studio.gui.project_room import ProjectRoom
    from rmt_studio.gui.workbench import Workbench


class RecentMenu(QMenu):
    """Lists `ProjectRoom.recent` and `Workbench.recent` each time it is shown."""

    def __init__(self, workbench: Workbench, room: ProjectRoom, parent: QWidget) -> None:
        super().__init__(parent)
        self._workbench, self._room = workbench, room
        self.setTitle(self.tr("Open re&cent"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.refresh)
        self.triggered.connect(self._open)
        self.refresh()

    def refresh(self) -> None:
        """Take the lists anew; without one the menu says so."""
        self.clear()
        for path in self._room.recent:
            self._add(Path(path).name, path, (path,))
        if not self.isEmpty() and self._workbench.recent:
            self.addSeparator()
        for name, checkpoint in self._workbench.recent:
            text = f"{name} · {Path(checkpoint).name}" if checkpoint else name
            self._add(text, checkpoint or name, (name, checkpoint))
        if self.isEmpty():
            self.addAction(self.tr("Nothing was opened yet")).setEnabled(False)

    def _add(self, text: str, tip: str, what: tuple[str, ...]) -> None:
        action = self.addAction(text.replace("&", "&&"))
        action.setToolTip(tip)
        action.setData(what)

    def _open(self, action: QAction) -> None:
        what = tuple(action.data())
        if len(what) == 1:
            self._room.open_path(what[0])
        else:
            self._room.open_model(*what)
