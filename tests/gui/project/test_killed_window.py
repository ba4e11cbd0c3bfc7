"""The real window, killed while a person edits: everything settled is offered at the next start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.recovery import recoverable

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_that_a_killed_window_loses_no_settled_edit(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    told = tmp_path / "told"
    with told.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.gui.project.killed_window"],
            cwd=ROOT, stdout=out, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        while child.poll() is None and told.read_text().count("settled") < 12:
            time.sleep(0.02)
        child.kill()
        child.wait()
    settled = max(int(line.split()[1]) for line in told.read_text().splitlines())
    (found,) = recoverable()
    file = ProjectFile.open(found.path)
    history = project_of(file.read(), found.path.name).history
    file.close()
    assert history.index >= settled >= 12
    assert history.steps[settled - 1].text == f"edit {settled}"
