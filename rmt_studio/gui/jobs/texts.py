"""What the jobs panel, the logs and the notifications say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.durations import clock_text, duration_text
from rmt_studio.studies.course import STEPS
from rmt_studio.studio.job_book import State
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
    from rmt_studio.studio.job_book import JobBook, JobEntry


def _tr(text: str) -> str:
    return QCoreApplication.translate("jobs", text)


def done_text(progress: JobProgressed) -> str:
    """Return how much is done, as ``412 of 700`` or ``38 %``; empty for a single step."""
    done, total = progress.done, progress.total
    if total in (STEPS, 100):  # shares of a whole, nothing that could be counted
        return f"{100 * done / total:.0f} %"
    return _tr("{0} of {1}").format(f"{done:,}", f"{total:,}") if total > 1 else ""


def status_text(entry: JobEntry, book: JobBook, now: float) -> str:
    """Return where a job is: its count and the time left, its place in the queue, or its end."""
    if entry.state is State.WAITING:
        ahead = book.ahead_of(entry)
        if ahead:
            return _tr("{0} ahead").format(ahead)
        return _tr("waits for {0}").format(entry.lane)
    if entry.state is State.RUNNING:
        return running_text(entry, now)
    if entry.state is State.FINISHED:
        return _tr("done in {0}").format(duration_text(entry.seconds))
    if isinstance(entry.end, JobFailed):
        return _tr("failed: {0}").format(entry.end.message)
    return _tr("cancelled")


def running_text(entry: JobEntry, now: float) -> str:
    """Return count and time left of a running job."""
    if entry.cancelling:
        return _tr("cancelling…")
    if entry.progress is None:
        return _tr("starting…")
    left = entry.seconds_left(now)
    time = _tr("time left unknown") if left is None else _tr("{0} left").format(clock_text(left))
    return " · ".join(part for part in (done_text(entry.progress), time) if part)


def spoken_text(entry: JobEntry, book: JobBook, now: float) -> str:
    """Return all that a row shows, for a screen reader."""
    note = entry.progress.note if entry.progress and entry.state is State.RUNNING else ""
    parts = (entry.title, _tr(entry.state.value), status_text(entry, book, now), note)
    return ", ".join(part for part in parts if part)


def line_text(event: JobEvent) -> str:
    """Return what a line of a log says about an event."""
    if isinstance(event, JobQueued):
        return _tr("waits for {0}").format(event.lane)
    if isinstance(event, JobStarted):
        return _tr("started")
    if isinstance(event, JobProgressed):
        return _with_note(event)
    if isinstance(event, JobFinished):
        return _tr("done in {0}").format(duration_text(event.seconds))
    if isinstance(event, JobFailed):
        return "\n".join((_tr("failed: {0}").format(event.message), "", event.details.rstrip()))
    return _cancelled_text(event) if isinstance(event, JobCancelled) else ""


def log_text(entry: JobEntry) -> str:
    """Return the whole log of a job."""
    lines = (f"{at:%H:%M:%S}  {line_text(event)}" for at, event in entry.log)
    return "\n".join((f"{entry.title} ({entry.lane})", *lines))


def _with_note(progress: JobProgressed) -> str:
    return " · ".join(part for part in (done_text(progress), progress.note) if part)


def _cancelled_text(event: JobCancelled) -> str:
    text = _tr("cancelled")
    if event.reason:
        text = f"{text}: {event.reason}"
    if event.reached is None:
        return f"{text}; {_tr('it had not begun')}" if not event.reason else text
    came = _tr("it came to {0}").format(_with_note(event.reached))
    return f"{text}; {came}"
