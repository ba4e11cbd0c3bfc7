"""Jobs: their order on a lane, their events, how they end."""

from __future__ import annotations

import threading

import pytest

from rmt_studio.errors import InputError
from rmt_studio.studio.jobs import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobRunner,
    JobStarted,
)


@pytest.fixture
def events():
    return []


@pytest.fixture
def runner(events):
    runner = JobRunner(events.append)
    yield runner
    runner.close()


def test_that_a_job_tells_its_whole_life(runner, events):
    job = runner.submit("add", lambda progress: 1 + 1)
    job.wait(10)
    assert [type(e) for e in events] == [JobQueued, JobStarted, JobFinished]
    assert events[-1].result == 2


def test_that_jobs_of_one_lane_run_one_after_the_other(runner):
    order, gate = [], threading.Event()

    def first(progress):
        gate.wait(10)
        order.append(1)

    runner.submit("first", first)
    second = runner.submit("second", lambda progress: order.append(2))
    assert order == []
    gate.set()
    second.wait(10)
    assert order == [1, 2]


def test_that_lanes_run_beside_each_other(runner):
    gate = threading.Event()
    blocked = runner.submit("blocked", lambda progress: gate.wait(10), lane="cuda:0")
    runner.submit("free", lambda progress: gate.set(), lane="cpu").wait(10)
    blocked.wait(10)


def test_that_a_cancelled_job_ends_at_its_next_step(runner, events):
    started, go_on = threading.Event(), threading.Event()

    def work(progress):
        started.set()
        go_on.wait(10)
        progress(1, 2)
        raise AssertionError("went on after it was cancelled")

    job = runner.submit("long", work)
    started.wait(10)
    job.cancel()
    go_on.set()
    job.wait(10)
    assert isinstance(events[-1], JobCancelled)


def test_that_a_job_cancelled_in_the_queue_never_starts(runner, events):
    gate, ran = threading.Event(), []
    runner.submit("first", lambda progress: gate.wait(10))
    second = runner.submit("second", lambda progress: ran.append(1))
    second.cancel()
    gate.set()
    second.wait(10)
    assert ran == []
    assert isinstance(events[-1], JobCancelled)


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (InputError("a.pth", "is empty", "choose another"), True, "a.pth: is empty; choose"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), False, "Out of memory"),
        (ZeroDivisionError("division by zero"), False, "Unexpected ZeroDivisionError"),
    ],
)
def test_that_a_failure_arrives_as_one_line(runner, events, error, expected, said):
    def work(progress):
        raise error

    runner.submit("bad", work).wait(10)
    failed = events[-1]
    assert isinstance(failed, JobFailed)
    assert failed.expected is expected
    assert failed.message.startswith(said)
    assert type(error).__name__ in failed.details


def test_that_progress_is_reported_at_most_ten_times_a_second(runner, events):
    def work(progress):
        for step in range(5000):
            progress(step, 5000)
        progress(5000, 5000)

    runner.submit("steps", work).wait(30)
    seen = [e for e in events if isinstance(e, JobProgressed)]
    seconds = events[-1].seconds
    assert len(seen) <= 2 + seconds / 0.1
    assert (seen[-1].done, seen[-1].total) == (5000, 5000)


def test_that_closing_cancels_what_runs(events):
    runner = JobRunner(events.append)
    started = threading.Event()

    def forever(progress):
        started.set()
        while True:
            progress(0, 1)

    runner.submit("forever", forever)
    started.wait(10)
    runner.close()
    assert isinstance(events[-1], JobCancelled)
