"""Damaged and made-up project files: one named error each, and the open document as it was."""

from __future__ import annotations

import random
import sqlite3

import pytest

from rmt_studio.errors import InputError
from rmt_studio.studio.project_codec import entries_of, project_of
from rmt_studio.studio.project_file import MARK, VERSION, ProjectFile
from tests.studio.projects import project_on, run_on

SEEDS = 150


@pytest.fixture(scope="module")
def content(demo_model, demo_analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("projects") / "whole.rmts"
    project = project_on(demo_model, demo_analysis, runs=[run_on(["a.png", "b.png"])])
    rows = {key: entry.row() for key, entry in entries_of(project).items()}
    ProjectFile.create(path, rows).close()
    return path.read_bytes()


def damaged(content, seed):
    """Return the content with bytes changed, cut off, repeated or exchanged."""
    chance, data = random.Random(seed), bytearray(content)
    way = seed % 4
    if way == 0:
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif way == 1:
        del data[chance.randrange(len(data)) :]
    elif way == 2:
        first, size = chance.randrange(100), chance.randint(1, 40)
        data[first : first + size] = chance.randbytes(size)
    else:
        page = 4096 * chance.randrange(len(data) // 4096)
        other = 4096 * chance.randrange(len(data) // 4096)
        data[page : page + 4096] = data[other : other + 4096]
    return bytes(data)


def test_that_a_damaged_project_is_refused_by_one_error_or_read(content, tmp_path):
    told = []
    for seed in range(SEEDS):
        path = tmp_path / f"{seed}.rmts"
        path.write_bytes(damaged(content, seed))
        try:
            file = ProjectFile.open(path)
            try:
                project_of(file.read(), path.name)
            finally:
                file.close()
        except InputError as error:
            told.append((path.name, str(error)))
    assert len(told) > SEEDS // 2
    assert all(name in text and text.isprintable() for name, text in told)


def test_that_a_size_that_is_only_claimed_takes_no_memory(tmp_path):
    path = tmp_path / "claims.rmts"
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        f"PRAGMA application_id = {MARK}",
        f"PRAGMA user_version = {VERSION}",
        "PRAGMA writable_schema = ON",
        "CREATE TABLE entry (kind, name, about, body)",
    ):
        connection.execute(statement)
    connection.execute("INSERT INTO entry VALUES ('model', '', zeroblob(1000000), x'')")
    connection.close()
    with pytest.raises(InputError, match="other tables"):
        ProjectFile.open(path)


def test_that_a_refused_project_leaves_the_document_alone(qtbot, demo_model, tmp_path, content):
    from rmt_studio.gui.workbench import Workbench

    bench = Workbench()
    bench.document.open_model(demo_model)
    path = tmp_path / "half.rmts"
    path.write_bytes(content[: len(content) // 2])
    with qtbot.waitSignal(bench.failed, timeout=60_000) as failed:
        bench.project_opening.start(path)
    assert "half.rmts" in failed.args[1]
    assert bench.document.model is demo_model
    assert bench.project.path is None
    bench.close()
    bench.deleteLater()
