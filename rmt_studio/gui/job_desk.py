"""Starts jobs, and brings what they return to the window's thread."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.job_bridge import JobBridge
from rmt_studio.studio.job_book import JobBook
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)
from rmt_studio.studio.jobs import Job, JobRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.progress import Progress

DISK = "disk"  # the lane of what reads and writes files and computes next to nothing
_LOGGER = logging.getLogger(__name__)  # without a handler of its own it writes to the terminal


@dataclass(frozen=True)
class _Started:
    title: str
    lane: str
    when_done: Callable[[Any], None]
    quiet: bool
    outlives: bool
    again: Callable[[], object]
    elsewhere: Callable[[], object] | None


class JobDesk(QObject):
    """Jobs with a callback for their result, in the window's thread.

    Signals:
        job_changed (object): a `JobEvent`; `book` knows it already.
        dropped (object): the ids of jobs that are no longer in `book`, a list of int.
        arrived (object): anything else that a job posted.
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.
        device_lost (str, str): the lane whose device is gone or full, and what the job said.

    Attributes:
        book: what is known of the jobs that a person started.
    """

    job_changed = Signal(object)
    dropped = Signal(object)
    arrived = Signal(object)
    failed = Signal(str, str)
    told = Signal(str)
    device_lost = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = JobBridge(self)
        self._bridge.arrived.connect(self._arrive)
        self._runner = JobRunner(self._bridge.post)
        self._started: dict[int, _Started] = {}
        self._again: dict[int, Callable[[], object]] = {}
        self.book = JobBook()
        self.post = self._bridge.post

    @property
    def running(self) -> list[Job]:
        """The jobs that have not ended."""
        return self._runner.running

    @property
    def asked_for(self) -> list[Job]:
        """The jobs that have not ended and that a person started."""
        return [job for job in self.running if self._is_asked_for(job)]

    @property
    def busy(self) -> bool:
        """Whether work is under way that a person asked for."""
        return bool(self.asked_for)

    def start(
        self,
        title: str,
        work: Callable[[Progress], Any],
        when_done: Callable[[Any], None],
        *,
        lane: str,
        quiet: bool = False,
        outlives: bool = False,
        again: Callable[[], object] | None = None,
        elsewhere: Callable[[], object] | None = None,
    ) -> Job:
        """Queue work; ``when_done`` gets its result in this object's thread.

        Args:
            title: for the jobs panel.
            work: ``work(progress)``, called in the thread of the lane.
            when_done: called with the result, in this object's thread.
            lane: the name of the device, or of what else can do one thing at a time.
            quiet: it serves a view alone and has no entry in `book`.
            outlives: it stands on its own when another model is opened, as a file being written.
            again: starts it anew after it failed or was cancelled; by default with the same work.
            elsewhere: starts it on the CPU when its device is lost.
        """
        job = self._runner.submit(title, work, lane=lane, quiet=quiet)
        if again is None:
            again = partial(
                self.start, title, work, when_done, lane=lane, quiet=quiet, outlives=outlives
            )
        self._started[job.id] = _Started(title, lane, when_done, quiet, outlives, again, elsewhere)
        return job

    def cancel(self, job_id: int) -> None:
        """Ask one job to end; one that waits ends at once."""
        job, entry = self._runner.job(job_id), self.book.entry(job_id)
        if job is not None:
            if entry is not None:
                entry.cancelling = True
            job.cancel()

    def cancel_those_of_the_model(self, reason: str) -> None:
        """End every job whose subject is gone, and forget how to start those that failed."""
        for job in self._runner.running:
            started = self._started.get(job.id)
            if started is None or not started.outlives:
                job.cancel(reason)
        self._again.clear()

    def can_retry(self, job_id: int) -> bool:
        """Whether a job failed or was cancelled, and what it worked on is still open."""
        return job_id in self._again

    def retry(self, job_id: int) -> None:
        """Start a job anew that failed or was cancelled."""
        again = self._again.pop(job_id, None)
        if again is not None:
            again()

    def freshen(self) -> None:
        """Bring what running jobs said last into the book, where the rate of reports hid it."""
        for job in self.asked_for:
            entry = self.book.entry(job.id)
            known = entry.progress if entry is not None else None
            if entry is None or known is None or job.reached is None:
                continue
            if job.reached != (known.done, known.total, known.note):
                left = entry.seconds_left(time.monotonic())
                self._arrive(JobProgressed(job.id, *job.reached, left))

    def drop_ended(self) -> None:
        """Take every job that has ended out of the book."""
        self._drop(self.book.ended)

    def close(self, seconds: float | None = None) -> bool:
        """End all jobs, drop what they still had to say, and return whether they have ended.

        Args:
            seconds: to wait at most; for ever by default.
        """
        self._bridge.close()
        return self._runner.close(seconds)

    def _is_asked_for(self, job: Job) -> bool:
        started = self._started.get(job.id)
        return started is not None and not started.quiet

    def _drop(self, ids: Iterable[int]) -> None:
        gone = list(ids)
        if gone:
            self.book.drop(gone)
            self._again = {key: call for key, call in self._again.items() if key not in gone}
            self.dropped.emit(gone)

    def _arrive(self, event: object) -> None:
        if not isinstance(event, JobEvent):
            self.arrived.emit(event)
            return
        self.book.follow(event)
        if not isinstance(event, JobFinished | JobFailed | JobCancelled):
            self.job_changed.emit(event)
            return
        started = self._started.pop(event.job_id)
        if not isinstance(event, JobFinished) and not started.quiet and not _is_gone(event):
            self._again[event.job_id] = started.again
        self.job_changed.emit(event)
        self._drop(self.book.surplus)
        if isinstance(event, JobFinished):
            started.when_done(event.result)
        elif isinstance(event, JobFailed):
            self._fail(event, started)
        elif not started.quiet:
            self.told.emit(self.tr("{job}: cancelled").format(job=started.title))

    def _fail(self, event: JobFailed, started: _Started) -> None:
        if not event.expected:
            _LOGGER.error("%s did not work\n%s", started.title, event.details)
        if event.device_lost:
            self.device_lost.emit(started.lane, event.message)
        if event.device_lost and started.elsewhere is not None:
            self._again.pop(event.job_id, None)
            started.elsewhere()
        else:
            self.failed.emit(self.tr("{job} did not work").format(job=started.title), event.message)


def _is_gone(event: JobFailed | JobCancelled) -> bool:
    """Tell whether a job was cancelled because of something that a retry would not undo."""
    return isinstance(event, JobCancelled) and bool(event.reason)
