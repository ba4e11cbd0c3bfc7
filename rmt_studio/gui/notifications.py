"""Says that a long job has ended while the window is in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from rmt_studio.gui.durations import duration_text
from rmt_studio.studio.job_events import JobEvent, JobFailed, JobFinished

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk

SETTING = "preferences/notify"
"""QSettings key: whether to notify, a bool; True where nobody chose."""

LONG = 5.0
"""Seconds that a job takes at least to be worth a notification."""


def wanted() -> bool:
    """Whether a person wants notifications."""
    return bool(QSettings().value(SETTING, defaultValue=True, type=bool))


class Notifier(QObject):
    """Marks the window in the task bar, and shows a message where the system has a tray for it.

    Jobs that a person cancelled are not news. The icon is in the tray only while a message is on
    show and the window has not been looked at since.
    """

    def __init__(self, desk: JobDesk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._icon: QSystemTrayIcon | None = None
        desk.job_changed.connect(self._job_changed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # noqa: S101
        application.applicationStateChanged.connect(self._state_changed)

    def notify(self, title: str, text: str, *, failed: bool = False) -> None:
        """Say something to a person who looks elsewhere."""
        QApplication.alert(self._window)
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(QApplication.windowIcon(), self)
            self._icon.setToolTip("rmt studio")
            self._icon.messageClicked.connect(self._come_forward)
            self._icon.activated.connect(self._come_forward)
        self._icon.show()
        kinds = QSystemTrayIcon.MessageIcon
        self._icon.showMessage(title, text, kinds.Warning if failed else kinds.Information)

    def _job_changed(self, event: JobEvent) -> None:
        if not isinstance(event, JobFinished | JobFailed):
            return
        entry = self._desk.book.entry(event.job_id)
        if entry is None or entry.seconds < LONG or in_front() or not wanted():
            return
        if isinstance(event, JobFailed):
            title = self.tr("{0} did not work").format(entry.title)
            self.notify(title, event.message, failed=True)
        else:
            text = self.tr("done in {0}").format(duration_text(entry.seconds))
            self.notify(entry.title, text)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._icon is not None:
            self._icon.hide()

    def _come_forward(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()


def in_front() -> bool:
    """Whether a person has one of the program's windows before them."""
    return QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
