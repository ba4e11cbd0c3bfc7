"""The watch on the window's thread: what it catches, and what it takes off."""

from __future__ import annotations

import os
import time

import pytest
from PySide6.QtCore import QTimer

from .conftest import STALL, Load, StallWatchdog, starved

PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def compute():
    end = time.thread_time() + 2 * STALL
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("stand", [lambda: time.sleep(2 * STALL), compute])
def test_that_a_thread_that_sleeps_or_computes_is_caught(qtbot, stand):
    watchdog, done = StallWatchdog(), []
    watchdog.start()
    QTimer.singleShot(20, stand)
    QTimer.singleShot(30, lambda: done.append(1))
    qtbot.waitUntil(lambda: bool(done))
    watchdog.stop()
    assert watchdog.stalls
    assert any("stand" in stack or "compute" in stack or "sleep" in stack
               for _, stack in watchdog.stalls)  # fmt: skip


@pytest.mark.parametrize(
    ("used", "queued", "expected"),
    [
        (0.0, {1: 0.0, 2: 0.0}, 0.0),  # it slept
        (0.1, {1: 0.3, 2: 0.0}, 0.3),  # others had the processors
        (0.1, {1: 0.1, 2: 0.2}, 0.3),  # it waited for the lock of one that had none
        (0.4 * PROCESSORS, {1: 0.3, 2: 0.0}, 0.0),  # our own threads had them all
        (0.1, {}, 0.0),  # nobody counts
    ],
)
def test_that_only_what_others_took_is_taken_off(used, queued, expected):
    before = Load(10.0, 5.0, 1.0, dict.fromkeys(queued, 1.0))
    after = Load(10.4, 5.0 + used, 1.0, {task: 1.0 + waited for task, waited in queued.items()})
    room = max(0.0, 0.4 * PROCESSORS - used)
    assert starved(before, after, 1) == pytest.approx(min(expected, room))
