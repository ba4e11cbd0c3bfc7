"""Starts jobs, and brings what they return to the window's thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from rmt_studio.gui.job_bridge import JobBridge
from rmt_studio.studio.jobs import Job, JobCancelled, JobFailed, JobFinished, JobRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.progress import Progress

_LOGGER = logging.getLogger(__name__)  # without a handler of its own it writes to the terminal


@dataclass(frozen=True)
class _Started:
    title: str
    when_done: Callable[[Any], None]
    quiet: bool


class JobDesk(QObject):
    """Jobs with a callback for their result, in the window's thread.

    Signals:
        job_changed (object): a `JobEvent`.
        arrived (object): anything else that a job posted.
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.
    """

    job_changed = Signal(object)
    arrived = Signal(object)
    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = JobBridge(self)
        self._bridge.arrived.connect(self._arrive)
        self._runner = JobRunner(self._bridge.post)
        self._started: dict[int, _Started] = {}
        self.post = self._bridge.post

    @property
    def running(self) -> list[Job]:
        """The jobs that have not ended."""
        return self._runner.running

    @property
    def busy(self) -> bool:
        """Whether work is under way that a person asked for."""
        waiting = (self._started.get(job.id) for job in self._runner.running)
        return any(started is not None and not started.quiet for started in waiting)

    def start(
        self,
        title: str,
        work: Callable[[Progress], Any],
        when_done: Callable[[Any], None],
        *,
        lane: str,
        quiet: bool = False,
    ) -> Job:
        """Queue work; ``when_done`` gets its result in this object's thread."""
        job = self._runner.submit(title, work, lane=lane, quiet=quiet)
        self._started[job.id] = _Started(title, when_done, quiet)
        return job

    def cancel(self, job_id: int) -> None:
        """Ask one job to end."""
        self._runner.cancel(job_id)

    def cancel_all(self) -> None:
        """Ask every job to end."""
        for job in self._runner.running:
            job.cancel()

    def close(self) -> None:
        """End all jobs and drop what they still had to say."""
        self._bridge.close()
        self._runner.close()

    def _arrive(self, event: object) -> None:
        if not isinstance(event, JobFinished | JobFailed | JobCancelled):
            known = type(event).__module__ == JobFinished.__module__
            (self.job_changed if known else self.arrived).emit(event)
            return
        started = self._started.pop(event.job_id)
        self.job_changed.emit(event)
        if isinstance(event, JobFinished):
            started.when_done(event.result)
        elif isinstance(event, JobFailed):
            if not event.expected:
                _LOGGER.error("%s did not work\n%s", started.title, event.details)
            self.failed.emit(f"{started.title} did not work", event.message)
        elif not started.quiet:
            self.told.emit(f"{started.title}: cancelled")
