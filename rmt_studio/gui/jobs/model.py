"""The jobs as rows: what runs, then the queue in its order, then what has ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from rmt_studio.gui.jobs.texts import spoken_text, status_text
from rmt_studio.studio.job_book import State
from rmt_studio.studio.job_events import JobEvent, JobProgressed, JobQueued

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.studio.job_book import JobEntry

AnyIndex = QModelIndex | QPersistentModelIndex
_TICK = 1000  # ms between two looks at the time left


class JobsModel(QAbstractListModel):
    """Rows for the entries of a desk's book; the book holds all there is to know.

    Signals:
        rearranged (): a row needs more or less room than before, or rows came or went.
    """

    rearranged = Signal()

    def __init__(self, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ids: list[int] = []
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)
        desk.job_changed.connect(self._job_changed)
        desk.dropped.connect(self._dropped)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        entry = self.entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_text(entry, self._desk.book, time.monotonic())
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.title}\n{self.status(entry)}"
        return None

    def entry(self, index: AnyIndex) -> JobEntry | None:
        """Return the job of a row."""
        return self._desk.book.entry(self._ids[index.row()])

    def status(self, entry: JobEntry) -> str:
        """Return where a job is, in a few words."""
        return status_text(entry, self._desk.book, time.monotonic())

    def can_retry(self, entry: JobEntry) -> bool:
        """Whether a job can be started anew."""
        return self._desk.can_retry(entry.id)

    def row_of(self, job_id: int) -> QModelIndex:
        """Return the index of a job; an invalid one for a job without a row."""
        return self.index(self._ids.index(job_id)) if job_id in self._ids else QModelIndex()

    def first(self, *states: State) -> JobEntry | None:
        """Return the newest job in one of the states."""
        found = (self._desk.book.entry(key) for key in self._ids)
        return next((e for e in found if e is not None and e.state in states), None)

    def _job_changed(self, event: JobEvent) -> None:
        if event.job_id not in self._desk.book:
            return
        if isinstance(event, JobQueued) and event.job_id not in self._ids:
            row = sum(not entry.state.ended for entry in self._desk.book.entries) - 1
            self.beginInsertRows(QModelIndex(), row, row)
            self._ids.insert(row, event.job_id)
            self.endInsertRows()
            self._timer.start()
        elif isinstance(event, JobProgressed):
            self._changed(self.row_of(event.job_id))
            return
        else:
            self._changed(self.row_of(event.job_id))
            self._changed_all(State.WAITING)  # a place ahead of them may have become free
            self._sort()
        self.rearranged.emit()

    def _dropped(self, ids: list[int]) -> None:
        for row in sorted((self._ids.index(i) for i in ids if i in self._ids), reverse=True):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._ids[row]
            self.endRemoveRows()
        self.rearranged.emit()

    def _tick(self) -> None:
        self._desk.freshen()
        self._changed_all(State.RUNNING)
        if self.first(State.WAITING, State.RUNNING) is None:
            self._timer.stop()

    def _sort(self) -> None:
        """Put a job that began or ended in its place; what is selected stays selected."""
        book = self._desk.book
        place = {entry.id: _place(entry) for entry in book.entries}
        ordered = sorted(self._ids, key=place.__getitem__)
        if ordered == self._ids:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        new = [self.index(ordered.index(self._ids[index.row()])) for index in old]
        self._ids = ordered
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _changed_all(self, state: State) -> None:
        for row, key in enumerate(self._ids):
            entry = self._desk.book.entry(key)
            if entry is not None and entry.state is state:
                self._changed(self.index(row))

    def _changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.dataChanged.emit(index, index)


def _place(entry: JobEntry) -> tuple[int, int]:
    if entry.state.ended:
        return 2, -entry.id
    return (0 if entry.state is State.RUNNING else 1), entry.id
