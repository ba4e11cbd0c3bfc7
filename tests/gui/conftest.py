"""Fixtures of the window's tests: a workbench, a whole window, and a watch on the GUI thread."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_WATCH = "stall-watchdog"
STALL = 0.1  # seconds; the wall for the window's thread


@pytest.fixture(autouse=True)
def settings_of_its_own(tmp_path, monkeypatch):
    """Keep the person's own settings out of the tests, and the tests out of them."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture(autouse=True)
def nothing_held():
    """Let go of the mouse and the keys that a test leaves held: Qt keeps them for the next one.

    QTest holds the button after a double click, and the modifiers of the last key.
    """
    yield
    if QApplication.instance() is not None:
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)


@pytest.fixture(autouse=True)
def nothing_modal():
    """Fail a test that leaves a dialog open which blocks the windows of the next."""
    yield
    left = QApplication.activeModalWidget()
    if left is not None:
        left.close()
        pytest.fail(f"{left} was left open")


@pytest.fixture
def workbench(qapp):
    from rmt_studio.gui.workbench import Workbench

    bench = Workbench()
    yield bench
    bench.close()
    bench.deleteLater()


@pytest.fixture
def window(qtbot):
    """The real window, shown at 1440 x 900."""
    import torch

    from rmt_studio.gui.app import make_application
    from rmt_studio.gui.main_window import MainWindow

    make_application([])
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # one core is left to the window, as in rmt_studio.gui.app
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=_discard)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    yield window
    torch.set_num_threads(before)


def _discard(window):
    """Let the document go: a window that is closed asks what becomes of one with edits."""
    window.workbench.project.discard()


@pytest.fixture
def demo(window, qtbot):
    """The window with the demo open and every spectrum drawn."""
    window.welcome.demo_button.click()
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.document.analyzed and not bench.running_jobs, timeout=120_000)
    return window


class StallWatchdog:
    """Listens to a heartbeat of the GUI thread and keeps its stack whenever a beat is late.

    Time that other programs took is not the window's fault and is taken off, see `starved`. Where
    a processor is free, or where our own threads take them all, nothing is taken off.
    """

    def __init__(self) -> None:
        self.stalls: list[tuple[float, str]] = []
        self._beat = time.monotonic()
        self._gui, self._task = threading.get_ident(), threading.get_native_id()
        self._load = Load.now()
        self._late: tuple[float, str] | None = None  # the beat that was late, and the stack then
        self._stop = threading.Event()
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._tick)
        self._thread = threading.Thread(target=self._watch, name=_WATCH, daemon=True)

    def start(self) -> None:
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._timer.stop()
        self._thread.join()
        self._tick()

    def _tick(self) -> None:
        load, late = Load.now(), self._late
        stood = load.at - self._beat
        ours = max(stood - starved(self._load, load, self._task), load.own - self._load.own)
        if ours > STALL:
            self.stalls.append((stood, late[1] if late else "nobody was scheduled to look"))
        self._beat, self._load, self._late = load.at, load, None

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            beat = self._beat
            if time.monotonic() - beat > STALL and (self._late is None or self._late[0] != beat):
                frame = sys._current_frames().get(self._gui)
                self._late = (beat, "".join(traceback.format_stack(frame)))


@dataclass(frozen=True)
class Load:
    """What our threads have had of the processors, in seconds.

    Attributes:
        at: on the monotonic clock.
        used: by all of our threads together.
        own: by the thread that asks.
        queued: by native id of our Python threads, for how long they were ready to run and had no
            processor. Linux counts that; elsewhere it is empty.
    """

    at: float
    used: float
    own: float
    queued: dict[int, float]

    @classmethod
    def now(cls) -> Load:
        threads = [thread for thread in threading.enumerate() if thread.name != _WATCH]
        tasks = [thread.native_id for thread in threads if thread.native_id]
        counts = {task: queue for task in tasks if (queue := _queued(task)) is not None}
        return cls(time.monotonic(), time.process_time(), time.thread_time(), counts)


def starved(before: Load, after: Load, task: int) -> float:
    """Return the seconds between two loads that other programs took from a thread of ours.

    It had to wait for a processor itself, or for the interpreter's lock while who had that waited
    for one. Not more is counted than others can have taken: what is left of all processors when
    our own threads have had their part.
    """
    waits = {key: after.queued[key] - before.queued.get(key, 0.0) for key in after.queued}
    own = waits.pop(task, 0.0)
    everything = (after.at - before.at) * len(os.sched_getaffinity(0)) if waits else 0.0
    taken = max(0.0, everything - (after.used - before.used))
    return min(own + max(waits.values(), default=0.0), taken)


def _queued(task: int) -> float | None:
    try:
        text = Path(f"/proc/self/task/{task}/schedstat").read_text(encoding="ascii")
    except OSError:
        return None
    return int(text.split()[1]) / 1e9


@pytest.fixture
def stall_watchdog(qapp):
    """Fail the test when the GUI thread stood still for more than 100 ms, and show where."""
    watchdog = StallWatchdog()
    watchdog.start()
    yield watchdog
    watchdog.stop()
    told = "\n".join(f"{seconds * 1000:.0f} ms:\n{stack}" for seconds, stack in watchdog.stalls)
    assert not watchdog.stalls, f"the GUI thread stood still\n{told}"
