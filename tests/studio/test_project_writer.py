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
