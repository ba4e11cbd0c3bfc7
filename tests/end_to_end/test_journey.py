"""The main job in a process of its own, offscreen and in a real X server with a window manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("Xvfb", "openbox", "xdotool")
LOADS = """
import sys, torch
from rmt_studio import load_pruned
model = load_pruned(sys.argv[1])
print(sum(p.numel() for p in model.module.parameters()) if hasattr(model, "module") else 1)
"""


def journey(target: Path, place: Path, **environment) -> None:
    """Run the main job in a fresh process and look at what it left in another."""
    settings = {
        "XDG_CONFIG_HOME": str(place / "config"),
        "RMT_STUDIO_STATE": str(place / "state"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "tests.end_to_end.journey", str(target)]
    own = {**os.environ, **settings, **environment}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    command = [sys.executable, "-c", LOADS, str(target)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    assert int(loaded.stdout) > 0


@pytest.mark.timeout(1800)
def test_that_the_main_job_works_from_the_start_of_the_program_to_its_end(tmp_path):
    journey(tmp_path / "pruned.safetensors", tmp_path, QT_QPA_PLATFORM="offscreen")


@pytest.fixture
def screen(tmp_path):
    """A real X server of 1440 x 900 with a window manager; returns its DISPLAY."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (Debian: xvfb openbox xdotool)")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    own = {**os.environ, "DISPLAY": display, "XDG_CONFIG_HOME": str(tmp_path)}
    manager = subprocess.Popen(["openbox"], env=own, stderr=subprocess.DEVNULL)
    yield display
    for process in (manager, server):
        process.terminate()
        process.wait()


def xdotool(display: str, *words: str) -> str:
    own = {**os.environ, "DISPLAY": display}
    done = subprocess.run(["xdotool", *words], env=own, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@pytest.mark.timeout(1800)
def test_that_the_main_job_works_in_a_real_x_server(screen, tmp_path):
    journey(tmp_path / "pruned.safetensors", tmp_path, QT_QPA_PLATFORM="xcb", DISPLAY=screen)


@pytest.mark.timeout(900)
def test_that_real_keys_open_the_demo_and_the_window_manager_closes_it(screen, tmp_path):
    """The window manager gives the window a frame, the keyboard and its closing."""
    own = {
        **os.environ,
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "RMT_STUDIO_STATE": str(tmp_path / "state"),
    }
    command = [sys.executable, "-m", "rmt_studio"]
    program = subprocess.Popen(command, cwd=ROOT, env=own, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: xdotool(screen, "search", "--onlyvisible", "--name", "^rmt studio$"))
        window = xdotool(screen, "search", "--onlyvisible", "--name", "^rmt studio$").split()[-1]
        xdotool(screen, "windowactivate", "--sync", window)
        xdotool(screen, "key", "--clearmodifiers", "ctrl+shift+d")
        until(lambda: xdotool(screen, "search", "--onlyvisible", "--name", "^demo.*- rmt studio"))
        until(lambda: program.poll() is not None or leave(screen), pause=1)
        errors = program.communicate(timeout=300)[1]
    finally:
        program.kill()
    assert program.returncode == 0, errors
    assert "Traceback" not in errors, errors


def leave(display: str) -> None:
    """Close the program; where it asks about jobs that still run, say so again."""
    asked = xdotool(display, "search", "--onlyvisible", "--name", "^Close rmt studio")
    xdotool(display, "key", *(("Tab", "Return") if asked else ("ctrl+q",)))


def until(condition, limit: float = 300, pause: float = 0.05) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(pause)
