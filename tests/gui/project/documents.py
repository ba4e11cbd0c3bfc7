"""What the tests of a document and its file do with a workbench."""

from __future__ import annotations

import sqlite3

from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from tests.studio.projects import rule

PATIENCE = 120_000


def settled(qtbot, bench):
    qtbot.waitUntil(lambda: not bench.project._behind and not bench.running_jobs, timeout=PATIENCE)


def name_of(bench, place):
    return bench.document.model.layers[place].name


def edit(bench, place, multiple, text="edit", gesture=-1):
    bench.edit_rules({name_of(bench, place): rule(multiple)}, text, gesture)


def in_file(path):
    """Return the project in a file that no window has open."""
    file = ProjectFile.open(path)
    try:
        return project_of(file.read(), path.name)
    finally:
        file.close()


def opened(qtbot, bench, path, **how):
    bench.project_opening.start(path, **how)
    qtbot.waitUntil(
        lambda: bench.document.analyzed and not bench.running_jobs, timeout=PATIENCE
    )  # fmt: skip
    return bench


def refusing_disk(monkeypatch):
    """Let every write of a project fail as on a full disk."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def write(*_arguments):
        raise full

    monkeypatch.setattr("rmt_studio.studio.project_file._write", write)
