"""The one SQLite file: who may open it, what it holds, and what is refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest

from rmt_studio.errors import InputError
from rmt_studio.studio.project_file import MARK, VERSION, ProjectFile, Row

ROWS = {("model", ""): Row("{}"), ("layer", "a"): Row("{}", b"\x00\x01")}


@pytest.fixture
def place(tmp_path):
    return tmp_path / "a project.rmts"


def changed(place, *statements):
    connection = sqlite3.connect(place, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_that_what_was_written_is_read_again(place):
    file = ProjectFile.create(place, ROWS)
    assert file.read() == ROWS
    file.write({("layer", "b"): Row("[]", b"x")}, [("layer", "a")])
    file.close()
    again = ProjectFile.open(place)
    assert again.read() == {("model", ""): Row("{}"), ("layer", "b"): Row("[]", b"x")}
    again.close()


def test_that_a_closed_project_is_one_file(place):
    file = ProjectFile.create(place, ROWS)
    file.write({("layer", "b"): Row("[]")})
    file.close()
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_that_a_copy_of_the_open_file_alone_is_whole(place, tmp_path):
    file = ProjectFile.create(place, ROWS)
    file.write({("layer", "b"): Row("[]")})
    copy = tmp_path / "copy.rmts"
    # read by another process: closing a descriptor of the file would give up this one's lock
    assert os.spawnlp(os.P_WAIT, "cp", "cp", str(place), str(copy)) == 0
    file.close()
    copied = ProjectFile.open(copy)
    assert ("layer", "b") in copied.read()
    copied.close()


def test_that_a_second_opening_is_refused_with_the_reason(place):
    file = ProjectFile.create(place, ROWS)
    with pytest.raises(InputError, match="is open in another window"):
        ProjectFile.open(place)
    with pytest.raises(InputError, match="is open in another window"):
        ProjectFile.create(place, {})
    assert file.read() == ROWS
    file.close()
    ProjectFile.open(place).close()


def test_that_the_lock_holds_against_other_processes_and_ends_with_the_file(place):
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1], 0).execute('SELECT 1 FROM entry')"

    def looked():
        command = [sys.executable, "-c", look, str(place)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    file = ProjectFile.create(place, ROWS)
    assert "database is locked" in looked().stderr
    file.close()
    assert looked().returncode == 0


def test_that_a_write_that_fails_changes_nothing(place):
    file = ProjectFile.create(place, ROWS)
    with pytest.raises(InputError):
        file.write({("layer", "c"): Row("{}"), ("layer", "d"): Row(None)}, [("model", "")])
    assert file.read() == ROWS
    file.close()


def test_that_a_file_of_a_newer_version_says_so(place):
    ProjectFile.create(place, ROWS).close()
    changed(place, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(InputError, match="newer rmt studio"):
        ProjectFile.open(place)


def test_that_a_file_of_the_first_version_opens_and_the_next_write_makes_it_the_present_one(place):
    ProjectFile.create(place, ROWS).close()
    changed(place, "PRAGMA user_version = 1")
    file = ProjectFile.open(place)
    assert file.read() == ROWS
    file.write({("layer", "c"): Row("{}")})
    file.close()
    with sqlite3.connect(place) as connection:
        found = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    assert found == (VERSION,)
    assert VERSION > 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER DELETE ON entry BEGIN SELECT 1; END",
        "CREATE TABLE other (x)",
        "CREATE INDEX i ON entry (about)",
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
    ],
)
def test_that_another_schema_is_refused(place, statement):
    ProjectFile.create(place, ROWS).close()
    changed(place, statement)
    with pytest.raises(InputError):
        ProjectFile.open(place)


def test_that_a_view_in_the_place_of_the_table_is_refused(place):
    changed(
        place,
        f"PRAGMA application_id = {MARK}",
        f"PRAGMA user_version = {VERSION}",
        "CREATE VIEW entry AS SELECT 'model' AS kind, '' AS name, '{}' AS about, x'' AS body",
    )
    with pytest.raises(InputError, match="other tables"):
        ProjectFile.open(place)


def test_that_values_of_another_type_are_refused(place):
    ProjectFile.create(place, ROWS).close()
    changed(place, "INSERT INTO entry VALUES ('layer', 'z', x'00', 'text')")
    file = ProjectFile.open(place)
    with pytest.raises(InputError, match="damaged"):
        file.read()
    file.close()


def test_that_more_entries_than_a_project_has_are_refused(place, monkeypatch):
    monkeypatch.setattr("rmt_studio.studio.project_file.MOST_ENTRIES", 1)
    file = ProjectFile.create(place, ROWS)
    with pytest.raises(InputError, match="more than a project may"):
        file.read()
    file.close()


def test_that_places_that_are_no_files_are_refused(tmp_path):
    pipe = tmp_path / "pipe.rmts"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "nothing.rmts"):
        with pytest.raises(InputError):
            ProjectFile.open(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"SQLite format 3\x00" + bytes(200)])
def test_that_other_content_is_refused(place, content):
    place.write_bytes(content)
    with pytest.raises(InputError):
        ProjectFile.open(place)
    assert place.read_bytes() == content


def test_that_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        ProjectFile.create(tmp_path / "no" / "x.rmts", ROWS)
