"""2,000 random things in the window with jobs running leave no exception, no leak, no thread.

``RMT_STUDIO_SEED`` chooses another course than the usual one, ``RMT_STUDIO_STEPS`` another length.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from rmt_studio.studio.job_events import JobFailed
from tests.end_to_end.monkey import Monkey

SEED = int(os.environ.get("RMT_STUDIO_SEED", "6"))
STEPS = int(os.environ.get("RMT_STUDIO_STEPS", "2000"))
WARM = 400  # steps after which every panel and dialog has been made once
WIDGETS = 150  # more or fewer in a dialog that closes later, a row of jobs, a menu
MEMORY = 200e6  # bytes; torch and the allocator keep some of what jobs took
PATIENCE = 240_000
HARMLESS = ("This plugin does not support",)  # of the offscreen platform


class Faults:
    """Keeps whatever goes wrong: exceptions anywhere, what Qt warns of, jobs that broke."""

    def __init__(self, monkeypatch, bench) -> None:
        self.found: list[str] = []
        monkeypatch.setattr(sys, "excepthook", self._raised)
        monkeypatch.setattr(sys, "unraisablehook", self._unraisable)
        monkeypatch.setattr(threading, "excepthook", self._in_thread)
        self._before = qInstallMessageHandler(self._told)
        bench.job_changed.connect(self._job_changed)

    def close(self) -> None:
        qInstallMessageHandler(self._before)

    def _raised(self, kind, error, trace) -> None:
        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def _unraisable(self, told) -> None:
        self._raised(told.exc_type, told.exc_value, told.exc_traceback)

    def _in_thread(self, told) -> None:
        self._raised(told.exc_type, told.exc_value, told.exc_traceback)

    def _told(self, kind: QtMsgType, _context: object, text: str) -> None:
        serious = kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if serious and not any(part in text for part in HARMLESS):
            self.found.append(f"Qt: {text}")

    def _job_changed(self, event: object) -> None:
        if isinstance(event, JobFailed) and not event.expected:
            self.found.append(f"job: {event.details}")


@pytest.mark.timeout(3600)
def test_that_a_monkey_breaks_nothing(demo, qtbot, answers, monkeypatch, tmp_path):
    bench = demo.workbench
    faults = Faults(monkeypatch, bench)
    answers.to_save = tmp_path
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
        for model in demo.findChildren(QAbstractItemModel)
        if type(model).__module__.startswith("rmt_studio.")
    ]
    assert testers
    monkey = Monkey(demo, answers, SEED)
    warm = None
    try:
        for number in range(STEPS):
            monkey.step()
            assert not faults.found, report(monkey, number, faults)
            if number == WARM:
                settle(demo, qtbot)
                warm = len(QApplication.allWidgets()), resident()
    finally:
        monkey.leave()
        answers.agree = lambda: True
    settle(demo, qtbot)
    assert not faults.found, report(monkey, STEPS, faults)
    assert len(monkey.counts) >= 10, monkey.counts
    if warm is not None:
        widgets, memory = len(QApplication.allWidgets()), resident()
        assert widgets <= warm[0] + WIDGETS, f"seed {SEED}: {warm[0]} widgets became {widgets}"
        assert memory <= warm[1] + MEMORY, f"seed {SEED}: {warm[1]} bytes became {memory}"
    bench.project.discard()
    demo.close()
    QApplication.processEvents()
    faults.close()
    assert not faults.found, report(monkey, STEPS, faults)
    qtbot.waitUntil(lambda: not lanes(), timeout=30_000)


def settle(window, qtbot) -> None:
    """Let every job end and every closed widget go."""
    bench = window.workbench
    for job in list(bench.running_jobs):
        bench.cancel_job(job.id)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
    QApplication.processEvents()
    gc.collect()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def report(monkey: Monkey, number: int, faults: Faults) -> str:
    course = "\n  ".join(monkey.did)
    again = f"RMT_STUDIO_SEED={SEED} RMT_STUDIO_STEPS={number + 1}"
    return f"step {number} of {again}:\n{faults.found[0]}\nafter\n  {course}"


def lanes() -> list[threading.Thread]:
    main = threading.main_thread()
    return [t for t in threading.enumerate() if t is not main and not t.daemon]


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
