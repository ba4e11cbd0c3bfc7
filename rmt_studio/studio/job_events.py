"""What is told of a job: frozen events, in the order in which they happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
        seconds_left: by the measured rate, see `rmt_studio.studio.time_left`; None for unknown.
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
        details: the traceback.
        expected: whether the input was at fault (True) or the program (False).
        device_lost: whether the device is gone or its memory is full, so that another could do it.
    """

    message: str
    details: str
    expected: bool
    device_lost: bool = False


@dataclass(frozen=True)
class JobCancelled(JobEvent):
    """The job ended because it was told to.

    Attributes:
        reason: why, where it was not the person who said so.
        reached: its last progress; None when it never began.
    """

    reason: str = ""
    reached: JobProgressed | None = None
