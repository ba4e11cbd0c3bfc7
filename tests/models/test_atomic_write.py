"""A reader sees the old file or the new one."""

from __future__ import annotations

import os

import pytest

from rmt_studio.errors import InputError
from rmt_studio.models import atomic_write


def test_that_the_old_file_stands_while_the_new_one_is_half_written(tmp_path):
    """What is on the disk inside the block is what a kill would leave."""
    target = tmp_path / "recipe.json"
    target.write_text("old")
    with atomic_write(target) as beside:
        beside.write_text("ne")
        assert target.read_text() == "old"
        assert beside.parent == target.parent
        beside.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_that_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "recipe.json"
    target.write_text("old")

    def write_half():
        with atomic_write(target) as beside:
            beside.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_that_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    with atomic_write(tmp_path / "link.json") as beside:
        beside.write_text("new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_that_the_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    with atomic_write(tmp_path / "ours"):
        pass
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_that_a_folder_a_pipe_and_a_device_are_no_places_to_write(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/null"):
        with pytest.raises(InputError, match="not a file"), atomic_write(path):
            pytest.fail("must not get here")
    assert not os.path.isfile("/dev/null")


def test_that_a_place_under_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="cannot be written"),
        atomic_write(tmp_path / "file" / "x"),
    ):
        pytest.fail("must not get here")


def test_that_a_very_long_name_gets_one_clear_line(tmp_path):
    with (
        pytest.raises(InputError, match="cannot be written"),
        atomic_write(tmp_path / ("x" * 300)) as beside,
    ):
        beside.write_text("new")
