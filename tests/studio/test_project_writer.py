"""The thread that keeps a project file up to date."""

from __future__ import annotations

import os

from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.project_writer import ProjectWriter, Saved
from tests.studio.killed import project


def test_that_a_project_is_saved_as_the_file_it_is_in_already(tmp_path):
    path, other = tmp_path / "one.rmts", tmp_path / "link.rmts"
    os.symlink(path, other)
    told = []
    writer = ProjectWriter(told.append)
    for place, edits in ((path, 1), (path, 2), (other, 3)):
        writer.save_as(place, project(edits))
    writer.close()
    assert [type(event) for event in told] == [Saved] * 3
    file = ProjectFile.open(path)
    assert project_of(file.read(), path.name).history.index == 3
    file.close()


def test_that_a_file_that_was_just_named_is_not_removed_with_the_recovery_file(tmp_path):
    recovery, named = tmp_path / "recovery.rmts", tmp_path / "named.rmts"
    writer = ProjectWriter(list)
    writer.save(recovery, project(1))
    writer.save_as(named, project(2))
    writer.leave(unwanted=recovery)  # asked for before the writer could tell that it has a name
    writer.close()
    assert named.is_file()
    assert not recovery.exists()
