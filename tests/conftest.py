"""Fixtures for all tests, and the check that no test leaves anything behind."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_addoption(parser):
    parser.addoption("--headed", action="store_true", help="show the windows of the GUI tests")


def pytest_configure(config):
    if hasattr(config, "workerinput"):  # one of several: each computes with a core of its own
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {name}, which is not part of the repository (see CONTRIBUTING.md)")
    return path


@pytest.fixture(scope="session", autouse=True)
def spectra_of_the_tests_alone(tmp_path_factory):
    """Keep spectra in a folder of this run: what a person has cached is not ours to use."""
    os.environ["RMT_STUDIO_CACHE"] = str(tmp_path_factory.mktemp("spectra"))
    os.environ["RMT_STUDIO_STATE"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def shared_data():
    return _shared("")


@pytest.fixture(scope="session")
def deit_tiny_checkpoint():
    return _shared("deit_tiny_patch16_224.safetensors")


@pytest.fixture(scope="session")
def photographs():
    return _shared("imagenet-nips2017") / "evaluation"


@pytest.fixture(scope="session")
def demo_model():
    from rmt_studio import load_model

    return load_model("demo")


@pytest.fixture(scope="session")
def demo_analysis(demo_model):
    from rmt_studio import analyze

    return analyze(demo_model)


@pytest.fixture(scope="session")
def deit_tiny(deit_tiny_checkpoint):
    from rmt_studio import load_model

    return load_model("deit_tiny_patch16_224", checkpoint=deit_tiny_checkpoint)


@pytest.fixture(autouse=True)
def nothing_left_behind(request):
    """Fail a test that leaves a thread, a timer or a window behind, and say which."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("lane-"):  # a window waits a moment for its jobs, no longer
            thread.join(60)
    left = [t.name for t in set(threading.enumerate()) - before if t.is_alive() and not _kept(t)]
    assert not left, f"threads left behind: {left}"
    if "qtbot" in request.fixturenames:
        _assert_no_widgets_left()


def _kept(thread: threading.Thread) -> bool:
    # joblib, tqdm and torch keep a monitor of their own for the life of the process
    return thread.daemon and thread.name.startswith(("tqdm", "Thread-tqdm", "QueueFeeder"))


def _assert_no_widgets_left():
    from PySide6.QtCore import QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    gc.collect()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    windows = [w for w in application.topLevelWidgets() if w.isVisible()]
    assert not windows, f"windows left open: {windows}"
    timers = [t for t in application.findChildren(QTimer) if t.isActive()]
    assert not timers, f"timers left running: {timers}"
