"""Closing the window while a job runs: what is asked, and that the process really ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.dialogs import AskBox
from rmt_studio.gui.leaving import PATIENCE, may_close, question

CONTRACT = 2.0  # seconds from the close to the end of the process
LIMIT = 20.0  # what a machine may take that is busy with other things

# a real window with a job inside one call that nobody can interrupt, closed as soon as it is there
PROGRAM = """
import sys, threading, time
from pathlib import Path
from PySide6.QtCore import QTimer
from rmt_studio.gui import app

application, folder, began = app.make_application(sys.argv[:1]), Path(sys.argv[1]), []

def one_long_call(progress):
    import torch
    from rmt_studio.models.atomic_write import atomic_write
    with atomic_write(folder / "model.safetensors") as beside:
        beside.write_text("half")
        matrix = torch.rand(6000, 6000, dtype=torch.float64)
        began.append(beside)
        torch.linalg.svdvals(matrix)

def look():
    window = next((w for w in application.topLevelWidgets() if hasattr(w, "workbench")), None)
    if window is None or not window.ready:
        return
    if not window.workbench.running_jobs:
        window.workbench.jobs.start("One long call", one_long_call, print, lane="cpu")
    if began:
        timer.stop()
        window._really_close = lambda: True
        print(time.monotonic(), began[0].exists(), flush=True)
        window.close()

timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
sys.exit(app.run(None, None, None))
"""


def test_that_the_process_ends_though_a_job_is_inside_a_long_call(tmp_path):
    folder, home = tmp_path / "files", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    places = dict.fromkeys(
        ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(home)
    )
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        env=os.environ | places | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        closed, was_writing = process.stdout.readline().split()
        _, errors = process.communicate(timeout=LIMIT)
        took = time.monotonic() - float(closed)
    print(f"the process ended {took:.2f} s after the window was closed")
    assert process.returncode == 0, errors
    assert was_writing == "True"
    assert took < LIMIT
    for sign in ("Fatal", "Traceback", "terminate called", "Segmentation"):
        assert sign not in errors
    assert list(folder.iterdir()) == []


def test_that_the_wait_for_jobs_leaves_time_to_end():
    assert CONTRACT - 0.5 > PATIENCE


def answered(press):
    """Press a button of the question as soon as it is asked, and return what it said."""
    said = []

    def look():
        box = next((w for w in QApplication.topLevelWidgets() if isinstance(w, AskBox)), None)
        if box is not None and box.isVisible():
            timer.stop()
            said.append(box.message.text())
            press(box).click()

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    return said


@pytest.mark.parametrize(
    ("press", "closes"),
    [(lambda box: box.do_button, True), (lambda box: box.leave_button, False)],
)
def test_that_closing_says_which_jobs_have_not_ended(workbench, qtbot, press, closes):
    gate, began = threading.Event(), threading.Event()
    desk = workbench.jobs
    desk.start("Evaluate · dense", lambda _: began.set() or gate.wait(30), print, lane="cpu")
    desk.start("Export", lambda _: None, lambda _: None, lane="cpu")
    desk.start("Profile", lambda _: gate.wait(30), print, lane="preview", quiet=True)
    said = answered(press)
    assert may_close(workbench, None) is closes
    assert "Evaluate · dense" in said[0]
    assert "Export" in said[0]
    assert "Profile" not in said[0]
    gate.set()


def test_that_nothing_is_asked_where_only_views_are_served(workbench):
    gate = threading.Event()
    workbench.jobs.start("Profile", lambda _: gate.wait(30), print, lane="preview", quiet=True)
    assert may_close(workbench, None)
    gate.set()


def test_that_many_jobs_are_counted():
    text = question([f"Prune {n}" for n in range(1, 8)])
    assert "Prune 4" in text
    assert "Prune 5" not in text
    assert "and 3 more" in text


@pytest.mark.parametrize(("ended", "told"), [(True, "tidied"), (False, "")])
def test_that_the_process_ends_at_once_with_the_exit_code(ended, told):
    program = f"""
import atexit
from rmt_studio.gui.leaving import leave
atexit.register(print, "tidied")
leave(3, jobs_ended={ended})
print("taken apart")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (3, told)
