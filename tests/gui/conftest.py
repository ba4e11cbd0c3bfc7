"""Fixtures of the window's tests: a workbench, a whole window, and a watch on the GUI thread."""

from __future__ import annotations

import sys
import threading
import time
import traceback

import pytest
from PySide6.QtCore import QSettings, QTimer

STALL = 0.1  # seconds; the wall for the window's thread


@pytest.fixture(autouse=True)
def settings_of_its_own(tmp_path, monkeypatch):
    """Keep the person's own settings out of the tests, and the tests out of them."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))


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
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    torch.set_num_threads(before)


@pytest.fixture
def demo(window, qtbot):
    """The window with the demo open and every spectrum drawn."""
    window.welcome.demo_button.click()
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.document.analyzed and not bench.running_jobs, timeout=120_000)
    return window


class StallWatchdog:
    """Listens to a heartbeat of the GUI thread and keeps its stack whenever a beat is late."""

    def __init__(self) -> None:
        self.stalls: list[tuple[float, str]] = []
        self._beat = time.monotonic()
        self._gui = threading.get_ident()
        self._stop = threading.Event()
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._tick)
        self._thread = threading.Thread(target=self._watch, name="stall-watchdog", daemon=True)

    def start(self) -> None:
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._timer.stop()
        self._thread.join()

    def _tick(self) -> None:
        self._beat = time.monotonic()

    def _watch(self) -> None:
        late_since = None
        while not self._stop.wait(0.02):
            late = time.monotonic() - self._beat
            if late > STALL and late_since != self._beat:
                late_since = self._beat
                frame = sys._current_frames().get(self._gui)
                self.stalls.append((late, "".join(traceback.format_stack(frame))))


@pytest.fixture
def stall_watchdog(qapp):
    """Fail the test when the GUI thread stood still for more than 100 ms, and show where."""
    watchdog = StallWatchdog()
    watchdog.start()
    yield watchdog
    watchdog.stop()
    told = "\n".join(f"{seconds * 1000:.0f} ms:\n{stack}" for seconds, stack in watchdog.stalls)
    assert not watchdog.stalls, f"the GUI thread stood still\n{told}"
