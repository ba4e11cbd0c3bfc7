"""A process that is killed in the middle of saving loses nothing that was settled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = 60


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills by signal")
def test_that_what_was_saved_survives_a_kill_at_any_moment(tmp_path):
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.studio.killed", str(tmp_path), str(SEEDS)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [seed for seed, _, _ in outcomes] == list(range(SEEDS))
    lost = [outcome for outcome in outcomes if outcome[2] < outcome[1]]
    assert not lost
    assert len({found for _, _, found in outcomes}) > 1  # the moments did differ
