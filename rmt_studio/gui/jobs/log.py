"""The log of a job in a dialog of its own; it follows the job while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from rmt_studio.gui.dialogs.base import Dialog, button, heading
from rmt_studio.gui.jobs.texts import log_text

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.studio.job_book import JobEntry
    from rmt_studio.studio.job_events import JobEvent

_SIZE = (640, 380)


class JobLog(Dialog):
    """What happened to a job, line by line with times; of a failure the whole traceback."""

    def __init__(self, entry: JobEntry, desk: JobDesk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Log of {0}").format(entry.title))
        self.setObjectName("job_log")
        self.resize(*_SIZE)
        self._entry = entry
        self._shown = entry.log[-1]
        self.text = QPlainTextEdit(log_text(entry))
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.windowTitle())
        copy = button(self.tr("Copy"), tooltip=self.tr("Copy the whole log"))
        close = button(self.tr("Close"), primary=True)
        self.column.addWidget(heading(entry.title))
        self.column.addWidget(self.text, 1)
        self.add_buttons(copy, close)
        copy.clicked.connect(self.copy)
        close.clicked.connect(self.accept)
        desk.job_changed.connect(self._job_changed)

    def copy(self) -> None:
        """Put the whole log into the clipboard."""
        QGuiApplication.clipboard().setText(log_text(self._entry))

    def _job_changed(self, event: JobEvent) -> None:
        newest = self._entry.log[-1]
        if event.job_id != self._entry.id or newest is self._shown:
            return
        self._shown = newest
        bar = self.text.verticalScrollBar()
        at, follows = bar.value(), bar.value() == bar.maximum()
        self.text.setPlainText(log_text(self._entry))
        bar.setValue(bar.maximum() if follows else at)
