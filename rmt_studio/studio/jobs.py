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
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT_INTERVAL = 0.1  # seconds between two progress events of one job


@dataclass(frozen=True)
class JobEvent:
    """Something happened to a job."""

    job_id: int


@dataclass(frozen=True)
class JobQueued(JobEvent):
    """The job waits for its lane.

    Attributes:
        quiet: small work that belongs to a view and needs no row in the jobs panel.
    """

    title: str
    lane: str
    quiet: bool = False


@dataclass(frozen=True)
class JobStarted(JobEvent):
    """The job runs."""


@dataclass(frozen=True)
class JobProgressed(JobEvent):
    """The job did ``done`` of ``total`` steps.

    Attributes:
        seconds_left: estimate from the speed so far; None before the first step.
    """

    done: int
    total: int
    note: str
    seconds_left: float | None


@dataclass(frozen=True)
class JobFinished(JobEvent):
    """The job is done and gave ``result``."""

    result: Any
    seconds: float


@dataclass(frozen=True)
class JobFailed(JobEvent):
    """The job raised.

    Attributes:
        message: one line for a person: what, why and what to do.
        details: the traceback, for the terminal.
        expected: whether the input was at fault (True) or the program (False).
    """

    message: str
    details: str
    expected: bool


@dataclass(frozen=True)
class JobCancelled(JobEvent):
    """The job ended because it was told to."""


@dataclass
class Job:
    """A handle on submitted work."""

    id: int
    title: str
    lane: str
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _future: Future[None] | None = field(default=None, repr=False)

    def cancel(self) -> None:
        """Ask the job to end; a queued job ends when its turn comes."""
        self._stop.set()

    @property
    def cancelling(self) -> bool:
        """Whether `cancel` was called."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether the job has ended in any way."""
        return self._future is not None and self._future.done()

    def wait(self, seconds: float | None = None) -> None:
        """Block until the job has ended; for tests."""
        if self._future is not None:
            self._future.result(timeout=seconds)


class _Reporter:
    """The progress callback of one job: raises when cancelled, emits at most ten times a second."""

    def __init__(self, job: Job, emit: Callable[[JobEvent], None]) -> None:
        self._job, self._emit = job, emit
        self._started = time.monotonic()
        self._last = 0.0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        if self._job.cancelling:
            raise Cancelled
        now = time.monotonic()
        if now - self._last < REPORT_INTERVAL and done < total:
            return
        self._last = now
        left = (now - self._started) / done * (total - done) if done else None
        self._emit(JobProgressed(self._job.id, done, total, note, left))


class JobRunner:
    """Runs jobs and tells its listener about them.

    Args:
        listener: called with every `JobEvent`, in the thread of the lane (`JobQueued` in the
            caller's). It must be quick and must not raise.
    """

    def __init__(self, listener: Callable[[JobEvent], None]) -> None:
        self._emit = listener
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._ids = itertools.count(1)
        self._jobs: dict[int, Job] = {}

    def submit(
        self, title: str, work: Callable[[Progress], Any], *, lane: str = "cpu", quiet: bool = False
    ) -> Job:
        """Queue ``work(progress)`` on a lane and return its handle at once."""
        job = Job(next(self._ids), title, lane)
        self._jobs = {key: old for key, old in self._jobs.items() if not old.done}
        self._jobs[job.id] = job
        self._emit(JobQueued(job.id, title, lane, quiet))
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{lane}")
        job._future = self._lanes[lane].submit(self._run, job, work)
        return job

    @property
    def running(self) -> list[Job]:
        """The jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.done]

    def cancel(self, job_id: int) -> None:
        """Ask one job to end; nothing happens when it has ended already."""
        if job_id in self._jobs:
            self._jobs[job_id].cancel()

    def close(self) -> None:
        """Cancel everything and wait for the lanes to end."""
        for job in self.running:
            job.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
        self._lanes.clear()

    def _run(self, job: Job, work: Callable[[Progress], Any]) -> None:
        began = time.monotonic()
        try:
            if job.cancelling:
                raise Cancelled
            self._emit(JobStarted(job.id))
            result = work(_Reporter(job, self._emit))
            self._emit(JobFinished(job.id, result, time.monotonic() - began))
        except Cancelled:
            self._emit(JobCancelled(job.id))
        except BaseException as error:  # whatever it was, the person must hear of it
            self._emit(JobFailed(job.id, message_for(error), traceback.format_exc(),
                                 isinstance(error, InputError)))  # fmt: skip


def message_for(error: BaseException) -> str:
    """Return one line that says what failed and what to do about it."""
    if isinstance(error, InputError):
        return str(error)
    text = str(error).strip().splitlines()
    first = text[0] if text else type(error).__name__
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return f"Out of memory: {first}; close other programs or choose a smaller model"
    return (
        f"Unexpected {type(error).__name__}: {first}; please report it with what the terminal says"
    )
