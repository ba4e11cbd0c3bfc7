"""Background work: plain functions on lanes, one lane per device, told of by events.

A job is ``function(progress) -> result``. Its lane is a thread of its own, so work on one device
queues up and never runs twice at a time. Listeners get frozen events in the lane's thread;
`rmt_studio.gui.job_bridge` brings them to the window. The command line runs the same functions in
its one thread, without lanes.
"""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled, Progress
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)
from rmt_studio.studio.job_failures import is_device_lost, message_for
from rmt_studio.studio.lanes import Lane
from rmt_studio.studio.time_left import TimeLeft

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT_INTERVAL = 0.1  # seconds between two progress events of one job


@dataclass(eq=False)
class Job:
    """A handle on submitted work.

    Attributes:
        reached: the last report of the work; None before the first.
    """

    id: int
    title: str
    lane: str
    _emit: Callable[[JobEvent], None] = field(repr=False)
    reached: tuple[int, int, str] | None = None
    _reason: str = ""
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def cancel(self, reason: str = "") -> None:
        """End a queued job at once, and a running one at its next step.

        Args:
            reason: why, where it was not the person who said so.
        """
        if not self._stop.is_set():
            self._reason = reason
            self._stop.set()
        if self._take_turn():
            self._end(JobCancelled(self.id, self._reason))

    @property
    def cancelling(self) -> bool:
        """Whether `cancel` was called."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether the job has ended in any way."""
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> None:
        """Block until the job has ended; for tests.

        Raises:
            TimeoutError: it has not.
        """
        if not self._ended.wait(seconds):
            raise TimeoutError(self.title)

    def _take_turn(self) -> bool:
        """Return whether the caller, lane or canceller, is the first to decide on the job."""
        return self._turn.acquire(blocking=False)

    def _run(self, work: Callable[[Progress], Any]) -> None:
        if not self._take_turn():
            return
        began = time.monotonic()
        try:
            self._emit(JobStarted(self.id))
            result = work(_Reporter(self, self._emit))
            end: JobEvent = JobFinished(self.id, result, time.monotonic() - began)
        except Cancelled:
            last = JobProgressed(self.id, *self.reached, None) if self.reached else None
            end = JobCancelled(self.id, self._reason, last)
        except BaseException as error:  # whatever it was, the person must hear of it
            end = JobFailed(self.id, message_for(error), traceback.format_exc(),
                            isinstance(error, InputError), is_device_lost(error))  # fmt: skip
        self._end(end)

    def _end(self, event: JobEvent) -> None:
        self._ended.set()
        self._emit(event)


class _Reporter:
    """The progress callback of one job: raises when cancelled, emits at most ten times a second."""

    def __init__(self, job: Job, emit: Callable[[JobEvent], None]) -> None:
        self._job, self._emit = job, emit
        self._left = TimeLeft()
        self._last = 0.0
        self._whole = False

    def __call__(self, done: int, total: int, note: str = "") -> None:
        job = self._job
        if job.cancelling:
            raise Cancelled
        job.reached = (done, total, note)
        now = time.monotonic()
        completes = done >= total and not self._whole
        if now - self._last < REPORT_INTERVAL and not completes:
            return
        self._last, self._whole = now, done >= total
        self._emit(JobProgressed(job.id, done, total, note, self._left.after(done, total, now)))


class JobRunner:
    """Runs jobs and tells its listener about them.

    Args:
        listener: called with every `JobEvent`, in the thread of the lane (`JobQueued`, and
            `JobCancelled` of a job that waits, in the caller's). It must be quick and must not
            raise.
    """

    def __init__(self, listener: Callable[[JobEvent], None]) -> None:
        self._emit = listener
        self._lanes: dict[str, Lane] = {}
        self._ids = itertools.count(1)
        self._jobs: dict[int, Job] = {}

    def submit(
        self, title: str, work: Callable[[Progress], Any], *, lane: str = "cpu", quiet: bool = False
    ) -> Job:
        """Queue ``work(progress)`` on a lane and return its handle at once."""
        job = Job(next(self._ids), title, lane, self._emit)
        self._jobs = {key: old for key, old in self._jobs.items() if not old.done}
        self._jobs[job.id] = job
        self._emit(JobQueued(job.id, title, lane, quiet))
        if lane not in self._lanes:
            self._lanes[lane] = Lane(lane)
        self._lanes[lane].put(partial(job._run, work))
        return job

    @property
    def running(self) -> list[Job]:
        """The jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.done]

    def job(self, job_id: int) -> Job | None:
        """Return a job that has not ended."""
        job = self._jobs.get(job_id)
        return None if job is None or job.done else job

    def close(self, seconds: float | None = None) -> bool:
        """Cancel everything, wait for the lanes, and return whether all have ended.

        Args:
            seconds: to wait at most, all in all; for ever by default.
        """
        for job in self.running:
            job.cancel("the window was closed")
        for lane in self._lanes.values():
            lane.close()
        end = None if seconds is None else time.monotonic() + seconds
        self._lanes = {
            name: lane
            for name, lane in self._lanes.items()
            if not lane.join(None if end is None else max(0.0, end - time.monotonic()))
        }
        return not self._lanes
