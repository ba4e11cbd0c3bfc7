"""The entries of jobs: states, queue, logs that stay short."""

from __future__ import annotations

import pytest

from rmt_studio.studio.job_book import KEPT, JobBook, State
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)


@pytest.fixture
def book():
    return JobBook()


def tell(book, *events, now=0.0):
    for event in events:
        book.follow(event, now)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (JobFinished(1, None, 2.0), State.FINISHED),
        (JobFailed(1, "gone", "trace", True), State.FAILED),
        (JobCancelled(1), State.CANCELLED),
    ],
)
def test_that_a_job_goes_from_waiting_to_its_end(book, end, state):
    tell(book, JobQueued(1, "Prune", "cpu"))
    assert book.entry(1).state is State.WAITING
    tell(book, JobStarted(1))
    assert book.entry(1).state is State.RUNNING
    tell(book, end, now=2.0)
    assert book.entry(1).state is state
    assert book.entry(1).seconds == 2.0


def test_that_what_a_job_gave_is_not_kept(book):
    tell(book, JobQueued(1, "Prune", "cpu"), JobStarted(1), JobFinished(1, object(), 1.0))
    assert book.entry(1).end.result is None
    assert all(getattr(event, "result", None) is None for _, event in book.entry(1).log)


def test_that_work_for_a_view_has_no_entry(book):
    assert book.follow(JobQueued(1, "Profile", "preview", True)) is None
    assert book.entries == []


def test_that_the_place_in_the_queue_counts_its_lane_alone(book):
    tell(book, JobQueued(1, "a", "cpu"), JobStarted(1), JobQueued(2, "b", "cuda:0"))
    tell(book, JobQueued(3, "c", "cpu"), JobQueued(4, "d", "cpu"))
    assert [book.ahead_of(book.entry(key)) for key in (2, 3, 4)] == [0, 1, 2]
    tell(book, JobCancelled(3))
    assert book.ahead_of(book.entry(4)) == 1


def test_that_the_time_left_runs_down_between_reports_and_ends_as_unknown(book):
    tell(book, JobQueued(1, "a", "cpu"), JobStarted(1), JobProgressed(1, 1, 4, "", 30.0), now=100)
    entry = book.entry(1)
    assert entry.seconds_left(110) == 20
    assert entry.seconds_left(131) is None


def test_that_a_log_takes_every_new_thing_and_few_of_the_same_kind(book):
    tell(book, JobQueued(1, "Evaluate", "cpu"), JobStarted(1))
    for step in range(1, 101):  # ten seconds of ten reports each
        note = "first images" if step == 1 else f"top-1 {step / 2:.1f}%"
        tell(book, JobProgressed(1, step, 100, note, None), now=step / 10)
    notes = [event.note for _, event in book.entry(1).log if isinstance(event, JobProgressed)]
    assert notes == ["first images", "top-1 1.0%", "top-1 26.0%"]


def test_that_the_oldest_ended_jobs_are_surplus(book):
    tell(book, JobQueued(0, "runs on", "cpu"), JobStarted(0))
    for job in range(1, KEPT + 4):
        tell(book, JobQueued(job, "Prune", "cpu"), JobFinished(job, None, 1.0))
    assert book.surplus == [1, 2, 3]
    book.drop(book.surplus)
    assert 0 in book
    assert book.surplus == []
