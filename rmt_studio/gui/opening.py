"""From the first paint to the rooms: imports begin when the window is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

if TYPE_CHECKING:
    from rmt_studio.gui.imports import Importing
    from rmt_studio.gui.main_window import MainWindow

_AT_THE_LATEST = 1000  # ms, for a window that opens where nobody sees it


class Opening(QObject):
    """Starts the imports after the window's first paint, and builds its rooms after them."""

    def __init__(self, window: MainWindow, importing: Importing) -> None:
        super().__init__(window)
        self._window, self._importing, self._begun = window, importing, False
        importing.done.connect(self._imported)
        window.furnished.connect(self._furnished)
        window.installEventFilter(self)
        QTimer.singleShot(_AT_THE_LATEST, self.begin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self.begin)  # when this paint is done
        return super().eventFilter(watched, event)

    def begin(self) -> None:
        """Start the imports, once."""
        if not self._begun:
            self._begun = True
            self._importing.start()

    def _imported(self, error: Exception | None) -> None:
        if error is not None:
            raise error
        from rmt_studio.gui.app import collect_in_this_thread

        collect_in_this_thread(self._window)
        self._window.furnish()

    def _furnished(self) -> None:
        """Offer what a killed program left behind."""
        self._window.workbench.project_opening.look_for_lost()
