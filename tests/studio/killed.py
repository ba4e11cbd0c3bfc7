"""Run by itself: edits a project again and again, is killed at random, and looks what is left.

Prints one line for each seed: ``seed acknowledged found``, the edits that the killed process had
been told are saved, and those that the file holds. The imports are paid for once: each seed is a
fork of this process, which has no other thread.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from rmt_studio.pruning import Recipe
from rmt_studio.studio.project import History, ModelReference, Project, Step
from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.project_writer import NotSaved, ProjectWriter
from tests.studio.projects import run_on

NAMES = [f"{place}.png" for place in range(2000)]


def project(edits: int) -> Project:
    steps = tuple(Step(f"edit {n}", Recipe(name=f"edit {n}")) for n in range(1, edits + 1))
    runs = tuple(run_on(NAMES, seed=n) for n in range(edits // 10))
    model = ModelReference("demo", "", "a", "demo", "layout")
    return Project(model, History(Recipe(), steps, edits), runs=runs)


def edit_for_ever(path: Path, told: int) -> None:
    def acknowledge(event: object) -> None:
        if isinstance(event, NotSaved):
            os._exit(3)
        os.write(told, f"{event.project.history.index}\n".encode())

    writer = ProjectWriter(acknowledge)
    for edits in range(1, 10_000):
        writer.save(path, project(edits))
        writer.wait(10)


def killed_after(path: Path, seconds: float) -> int:
    """Let a process edit so long, kill it, and return the edits that it knew were saved."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        edit_for_ever(path, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        first = told.readline()  # the random moment counts from here, however busy the machine
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        lines = told.read().split("\n")
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    return max([int(first), *(int(line) for line in lines if line)])


def main(folder: Path, seeds: int) -> None:
    for seed in range(seeds):
        path = folder / f"{seed}.rmts"
        known = killed_after(path, random.Random(seed).uniform(0, 0.05))
        file = ProjectFile.open(path)
        found = project_of(file.read(), path.name)
        file.close()
        assert [step.text for step in found.history.steps] == [
            f"edit {n}" for n in range(1, found.history.index + 1)
        ]
        print(seed, known, found.history.index, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
