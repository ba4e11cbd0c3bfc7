"""What is known of every job that a person started: how far it is, how it ended, what it said."""

from __future__ import annotations

import re
import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = 200
"""Jobs that have ended; the oldest go."""

_LINES_KEPT = 500
_SAME_KIND = 5.0  # seconds between two notes in a log that differ in their figures alone
_FIGURES = re.compile(r"[\d.,%]+")


class State(Enum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self not in (State.WAITING, State.RUNNING)


class LogLine(NamedTuple):
    """An event of a job, and the local time at which it was heard of."""

    at: datetime
    event: JobEvent


@dataclass(eq=False)
class JobEntry:
    """One job.

    Attributes:
        state: where it is.
        progress: its last report.
        end: how it ended, without what it gave.
        log: what happened, the oldest first.
        began: when it started, in seconds on the monotonic clock.
        seconds: that it ran, when it has ended.
    """

    id: int
    title: str
    lane: str
    state: State = State.WAITING
    progress: JobProgressed | None = None
    end: JobFinished | JobFailed | JobCancelled | None = None
    log: deque[LogLine] = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))
    began: float | None = None
    seconds: float = 0.0
    cancelling: bool = False
    _heard: float = 0.0
    _noted: tuple[str, float] = ("", 0.0)

    def seconds_left(self, now: float) -> float | None:
        """Return the estimate of the last report, less the time since; None for unknown."""
        if self.progress is None or self.progress.seconds_left is None:
            return None
        left = self.progress.seconds_left - (now - self._heard)
        return left if left >= 0 else None

    def follow(self, event: JobEvent, now: float) -> None:
        """Take in an event, ``now`` on the monotonic clock."""
        if isinstance(event, JobProgressed):
            self.progress, self._heard = event, now
            if self._is_news(event.note, now):
                self._write(event)
            return
        if isinstance(event, JobStarted):
            self.state, self.began = State.RUNNING, now
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            event = replace(event, result=None) if isinstance(event, JobFinished) else event
            self.state, self.end = _STATES[type(event)], event
            self.seconds = now - self.began if self.began is not None else 0.0
            if isinstance(event, JobFinished):
                self.seconds = event.seconds
        self._write(event)

    def _write(self, event: JobEvent) -> None:
        self.log.append(LogLine(datetime.now(), event))

    def _is_news(self, note: str, now: float) -> bool:
        kind = _FIGURES.sub("#", note)
        if not note or (kind == self._noted[0] and now - self._noted[1] < _SAME_KIND):
            return False
        self._noted = (kind, now)
        return True


_STATES = {
    JobFinished: State.FINISHED,
    JobFailed: State.FAILED,
    JobCancelled: State.CANCELLED,
}


class JobBook:
    """The jobs in the order in which they were asked for; work for a view alone is left out."""

    def __init__(self) -> None:
        self._entries: dict[int, JobEntry] = {}

    def __contains__(self, job_id: int) -> bool:
        return job_id in self._entries

    @property
    def entries(self) -> list[JobEntry]:
        """All jobs, the oldest first."""
        return list(self._entries.values())

    def entry(self, job_id: int) -> JobEntry | None:
        """Return one job."""
        return self._entries.get(job_id)

    def follow(self, event: JobEvent, now: float | None = None) -> JobEntry | None:
        """Take in an event and return the job it is of; None for a job that has no entry."""
        if isinstance(event, JobQueued) and not event.quiet:
            self._entries[event.job_id] = JobEntry(event.job_id, event.title, event.lane)
        entry = self._entries.get(event.job_id)
        if entry is not None:
            entry.follow(event, time.monotonic() if now is None else now)
        return entry

    def ahead_of(self, entry: JobEntry) -> int:
        """Return how many jobs of its lane come before a waiting job."""
        rivals = [e for e in self._entries.values() if e.lane == entry.lane and not e.state.ended]
        return rivals.index(entry) if entry in rivals else 0

    @property
    def surplus(self) -> list[int]:
        """The jobs that ended so long ago that they need not be kept."""
        ended = [key for key, entry in self._entries.items() if entry.state.ended]
        return ended[: max(0, len(ended) - KEPT)]

    @property
    def ended(self) -> list[int]:
        """The jobs that have ended."""
        return [key for key, entry in self._entries.items() if entry.state.ended]

    def drop(self, ids: Iterable[int]) -> None:
        """Forget jobs."""
        for job_id in ids:
            del self._entries[job_id]
