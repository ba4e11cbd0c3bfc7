"""Every hostile file of the gallery, in a process of its own that may not grow.

Named errors and nothing else; no code runs, whatever the environment says; memory stays bounded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.gallery import hostile_files


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    marker = tmp_path_factory.mktemp("ran") / "it_ran"
    files = hostile_files(folder, marker)
    environment = {**os.environ, "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("watched.py")), *map(str, files)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in found] == [file.name for file in files]
    return found, marker


def test_that_each_is_refused_with_one_named_error(outcomes):
    found, _ = outcomes
    others = [one for one in found if one["error"] != "InputError"]
    assert others == []


def test_that_each_message_names_the_file_in_one_printable_line(outcomes):
    for one in outcomes[0]:
        assert one["file"] in one["message"]
        assert one["message"].isprintable()
        assert len(one["message"]) < 700


def test_that_no_code_ran_and_nothing_was_unpickled(outcomes):
    found, marker = outcomes
    assert not marker.exists()
    assert found[-1]["seen"] == []


def test_that_memory_stays_bounded(outcomes):
    assert {one["file"]: one["grown_kb"] for one in outcomes[0] if one["grown_kb"] > 200_000} == {}
