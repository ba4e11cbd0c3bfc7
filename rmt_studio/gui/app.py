"""Starts the program: a splash at once, the heavy imports behind it, then the window."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QSplashScreen, QWidget

from rmt_studio.assets import resource
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rmt_studio.gui.main_window import MainWindow

_TITLE_BAR = 40  # px, of a system whose windows have tall ones


def run(model: str | None, checkpoint: Path | None, data: Path | None) -> int:
    """Open the window, start loading what was named, and return the exit code."""
    application = make_application(sys.argv)
    splash = _splash()
    _paint_now(application, splash)
    window = make_window()
    fit_to_screen(window)
    splash.finish(window)
    window.show()
    if model is not None:
        window.workbench.open_model(model, checkpoint, images=data)
    elif data is not None:
        window.workbench.open_images(data)
    return application.exec()


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
    sys.excepthook = _report
    return application


def make_window() -> MainWindow:
    """Import torch, timm and the plots, leave one core to the window, and build it."""
    import pyqtgraph
    import torch
    from pyqtgraph.util.garbage_collector import GarbageCollector

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    pyqtgraph.setConfigOptions(enableExperimental=False, antialias=False)
    from rmt_studio.gui.main_window import MainWindow

    window = MainWindow()
    # a collection in a worker's thread could destroy a widget there; this one runs in ours, and
    # without what torch and timm brought, which takes a fifth of a second to look through
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    window.garbage_collector = GarbageCollector(interval=1.0)  # pyright: ignore[reportAttributeAccessIssue]
    return window


def fit_to_screen(window: QWidget) -> None:
    """Make a window no larger than its screen, with room for the title bar that is to come."""
    room = window.screen().availableGeometry().size() - QSize(0, _TITLE_BAR)
    window.resize(window.size().boundedTo(room))


def _paint_now(application: QApplication, splash: QSplashScreen) -> None:
    """Show the splash and wait, for half a second at most, until the screen has it."""
    splash.show()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        application.processEvents()
        handle = splash.windowHandle()
        if handle is not None and handle.isExposed():
            splash.repaint()
            application.processEvents()
            return
        time.sleep(0.005)


def _splash() -> QSplashScreen:
    colors = theme().colors
    pixmap = QPixmap(420, 160)
    pixmap.fill(QColor(colors.panel))
    painter = QPainter(pixmap)
    painter.setPen(QColor(colors.text))
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * 2)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(
        pixmap.rect().adjusted(0, -20, 0, -20), Qt.AlignmentFlag.AlignCenter, "rmt studio"
    )
    painter.setFont(QApplication.font())
    painter.setPen(QColor(colors.muted))
    painter.drawText(
        pixmap.rect().adjusted(0, 45, 0, 45),
        Qt.AlignmentFlag.AlignCenter,
        QCoreApplication.translate("splash", "loading torch and timm…"),
    )
    painter.end()
    return QSplashScreen(pixmap)


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    traceback.print_exception(kind, error, trace)
    from rmt_studio.gui.dialogs import show_error
    from rmt_studio.studio.jobs import message_for

    window = QApplication.activeWindow()
    show_error(
        window, QCoreApplication.translate("app", "Something went wrong"), message_for(error)
    )
