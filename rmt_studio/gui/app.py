"""Starts the program: the window at once, then the heavy imports, then its rooms."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from rmt_studio.assets import resource
from rmt_studio.gui.crash import CrashHandler
from rmt_studio.gui.imports import Importing, leave_a_core
from rmt_studio.gui.leaving import leave
from rmt_studio.gui.log_file import start_logging
from rmt_studio.gui.main_window import MainWindow
from rmt_studio.gui.opening import Opening
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from pathlib import Path

_TITLE_BAR = 40  # px, of a system whose windows have tall ones


def run(model: str | None, checkpoint: Path | None, data: Path | None) -> NoReturn:
    """Open the window, start loading what was named, and end the process when it is closed."""
    application = make_application(sys.argv)
    start_logging()
    window = MainWindow(early=True)
    sys.excepthook = CrashHandler(window).report
    fit_to_screen(window)
    importing = Importing(window)
    Opening(window, importing)
    window.show()
    if model is not None:
        window.waiting.open_model(model, checkpoint, images=data)
    elif data is not None:
        window.waiting.open_images(data)
    code = application.exec()
    leave(code, jobs_ended=window.jobs_ended and not importing.running)


def make_application(arguments: list[str]) -> QApplication:
    """Return the application with its names, style and theme set."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(arguments)
    QCoreApplication.setOrganizationName("rmt-studio")
    QCoreApplication.setApplicationName("rmt-studio")
    application.setWindowIcon(QIcon(str(resource("icons", "rmt-studio.svg"))))
    application.setStyle("Fusion")
    theme().choose("system")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return application


def make_window() -> MainWindow:
    """Import torch, timm and the plots, and build the whole window at once."""
    leave_a_core()
    window = MainWindow()
    collect_in_this_thread(window)
    return window


def collect_in_this_thread(window: MainWindow) -> None:
    """Collect garbage from a timer of the window's thread, and only there.

    A collection in a worker's thread could destroy a widget there. What torch and timm brought is
    left out for good: to look through it takes a fifth of a second.
    """
    import pyqtgraph
    from pyqtgraph.util.garbage_collector import GarbageCollector

    pyqtgraph.setConfigOptions(enableExperimental=False, antialias=False)
    gc.freeze()
    atexit.register(gc.unfreeze)
    window.garbage_collector = GarbageCollector(interval=1.0)  # pyright: ignore[reportAttributeAccessIssue]


def fit_to_screen(window: QWidget) -> None:
    """Make a window no larger than its screen, with room for the title bar that is to come."""
    room = window.screen().availableGeometry().size() - QSize(0, _TITLE_BAR)
    window.resize(window.size().boundedTo(room))
