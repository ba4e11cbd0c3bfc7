"""The list of jobs, by mouse and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from rmt_studio.gui.jobs.delegate import JobDelegate, over_verb, verb_of
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from rmt_studio.gui.jobs.model import JobsModel
    from rmt_studio.studio.job_book import JobEntry


class JobsView(QListView):
    """Shows a `JobsModel`; Delete cancels, R starts anew, Enter opens the log.

    Signals:
        verb_asked (int): the sign of this job was clicked, or its key was pressed.
        log_asked (int): the log of this job is wanted.
    """

    verb_asked = Signal(int)
    log_asked = Signal(int)

    def __init__(self, jobs: JobsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setObjectName("jobs_list")
        self.setAccessibleName(self.tr("Jobs"))
        self.setAccessibleDescription(
            self.tr("Delete cancels a job, R starts one anew that failed, Enter opens its log")
        )
        self.setModel(jobs)
        self.setItemDelegate(JobDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        jobs.rearranged.connect(self.scheduleDelayedItemsLayout)
        theme().changed.connect(self.viewport().update)
        self.doubleClicked.connect(self._open)

    @property
    def chosen(self) -> JobEntry | None:
        """The selected job."""
        rows = self.selectedIndexes()
        return self._jobs.entry(rows[0]) if rows else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        entry = self._jobs.entry(index)
        if entry is not None and over_verb(self.visualRect(index), at):
            self.verb_asked.emit(entry.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry, key = self.chosen, event.key()
        verbs = {Qt.Key.Key_Delete: "cancel", Qt.Key.Key_Backspace: "cancel", Qt.Key.Key_R: "retry"}
        if key in verbs:
            if entry is not None and verb_of(entry, self._jobs) == verbs[Qt.Key(key)]:
                self.verb_asked.emit(entry.id)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if entry is not None:
                self.log_asked.emit(entry.id)
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        if self.chosen is not None:
            self.log_asked.emit(self.chosen.id)
