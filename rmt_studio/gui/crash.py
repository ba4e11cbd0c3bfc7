"""What happens when a slot, an event or anything else in the window raises: save, log, say so."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.log_file import last_of_the_log, log_path

if TYPE_CHECKING:
    from types import TracebackType

    from rmt_studio.gui.main_window import MainWindow

_LOGGER = logging.getLogger(__name__)


class CrashHandler(QObject):
    """An exception hook for a window: an emergency save, then one dialog, however much goes wrong.

    Args:
        window: whose document is saved; it may be without its rooms yet.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._at_work = False

    def report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Save, log and show an exception; a further one while that is on show is only logged."""
        _LOGGER.critical("unexpected error", exc_info=(kind, error, trace))
        if self._at_work or not self._in_the_windows_thread():
            return
        self._at_work = True
        try:
            self._show(error)
        except Exception:
            _LOGGER.exception("the error could not be shown")
            self._at_work = False

    def _show(self, error: BaseException) -> None:
        from rmt_studio.gui.dialogs.crash import CrashBox  # these bring much; the hook comes first

        what = "".join(traceback.format_exception_only(error)).strip()
        parent = QApplication.activeModalWidget() or self._window
        box = CrashBox(what, self._save(), self._details(error), parent)
        box.finished.connect(self._shown)
        box.quit_wanted.connect(self._quit)
        if not self._window.ready:
            box.only_quit()
        box.open()

    def _save(self) -> str:
        """Save what is not in a file, and say so."""
        bench = getattr(self._window, "workbench", None)
        if bench is None or bench.document.model is None:
            return ""
        try:
            saved = bench.project.save_in_emergency()
        except Exception:
            _LOGGER.exception("the emergency save did not work")
            saved = False
        if saved:
            return self.tr("Your work was saved; after a restart it is offered again.")
        return self.tr("Your work could not be saved. Save the recipe before you go on.")

    def _details(self, error: BaseException) -> str:
        from rmt_studio.gui.dialogs.about import versions

        told = "\n".join(f"{name}: {value}" for name, value in versions().items())
        trace = "".join(traceback.format_exception(error))
        return f"{trace}\n{told}\n\nLog: {log_path()}\n{last_of_the_log()}"

    def _shown(self) -> None:
        self._at_work = False

    def _quit(self) -> None:
        """End without the question what becomes of unsaved work: it is in the recovery file."""
        room = getattr(self._window, "project", None)
        (self._window.close if room is None else room.end)()
        QApplication.exit(1)

    def _in_the_windows_thread(self) -> bool:
        return QThread.currentThread() is self.thread()
