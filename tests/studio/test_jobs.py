"""Jobs: their order on a lane, their events, how they end."""

from __future__ import annotations

import threading

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)
from rmt_studio.studio.jobs import JobRunner


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


def test_that_a_job_cancelled_in_the_queue_ends_at_once_and_never_starts(runner, events):
    gate, ran = threading.Event(), []
    first = runner.submit("first", lambda progress: gate.wait(10))
    second = runner.submit("second", lambda progress: ran.append(1))
    second.cancel("another model was opened")
    assert second.done
    assert not first.done
    assert events[-1] == JobCancelled(second.id, "another model was opened")
    gate.set()
    runner.submit("third", lambda progress: None).wait(10)
    assert ran == []
    assert [e.job_id for e in events if isinstance(e, JobCancelled)] == [second.id]


def test_that_a_cancelled_job_tells_how_far_it_came(runner, events):
    def work(progress):
        progress(250, 700, "top-1 79.9%")
        progress(251, 700, "top-1 80.0%")  # too soon after the other to be reported
        job.cancel()
        progress(252, 700)

    ready = threading.Event()
    job = runner.submit("evaluate", lambda progress: ready.wait(10) and work(progress))
    ready.set()
    job.wait(10)
    runner.close()
    assert events[-1].reached == JobProgressed(job.id, 251, 700, "top-1 80.0%", None)


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (InputError("a.pth", "is empty", "choose another"), True, "a.pth: is empty; choose"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), False, "Out of memory"),
        (MemoryError(), False, "Out of memory: MemoryError; close other programs"),
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


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("MPS backend out of memory"), True),
        (DeviceError("device cuda:3", "cannot be used"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), False),
        (InputError("a.pth", "is empty"), False),
    ],
)
def test_that_a_device_that_is_full_or_gone_is_told_apart(runner, events, error, lost):
    def work(progress):
        raise error

    runner.submit("bad", work).wait(10)
    assert events[-1].device_lost is lost


def test_that_a_lane_goes_on_after_a_job_that_failed(runner):
    def work(progress):
        raise SystemExit

    runner.submit("bad", work)
    ran = []
    runner.submit("good", lambda progress: ran.append(1)).wait(10)
    assert ran == [1]


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
    assert runner.close()
    assert isinstance(events[-1], JobCancelled)


def test_that_closing_gives_up_on_a_job_that_cannot_be_reached(events):
    runner, gate, began = JobRunner(events.append), threading.Event(), threading.Event()
    job = runner.submit("one long call", lambda progress: began.set() or gate.wait(30))
    began.wait(10)
    assert not runner.close(0.05)
    assert not job.done
    gate.set()
    assert runner.close()
