"""What stands there stays: full disks, closed folders, sources, and a kill in the middle."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys

import pytest

from rmt_studio.errors import InputError
from rmt_studio.models.export import export
from rmt_studio.models.exports import FORMATS
from rmt_studio.progress import Cancelled


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path):
    """A folder with an older export, its card and its picture."""
    folder = tmp_path / "place"
    folder.mkdir()
    for name in ("out.safetensors", "out.README.md", "out.spectra.png"):
        (folder / name).write_text(f"older {name}")
    return folder


def assert_untouched(place):
    assert files_in(place) == ["out.README.md", "out.safetensors", "out.spectra.png"]
    for path in place.iterdir():
        assert path.read_text() == f"older {path.name}"


@pytest.mark.parametrize("limit", [1_000, 200_000])
def test_that_a_full_disk_leaves_all_three_files(halved, place, limit):
    """A file may not grow over a limit: the weights end in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(InputError, match=r"File too large.*free some space"):
            export(halved, place / "out.safetensors", verify=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert_untouched(place)


@pytest.mark.parametrize("key", ["onnx", "torch-export", "compressed", "hf"])
def test_that_no_space_left_is_told_for_every_kind_of_file(halved, tmp_path, key):
    place = tmp_path / "place"
    place.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(InputError, match="cannot be written"):
            export(halved, place / f"out{FORMATS[key].suffix}", format=key, verify=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(place.iterdir()) == []


def test_that_a_card_that_does_not_fit_leaves_the_old_weights(halved, place, monkeypatch):
    import errno

    door = sys.modules[export.__module__]

    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(door, "_write_card", full)
    with pytest.raises(InputError, match="No space left on device"):
        export(halved, place / "out.safetensors", verify=False)
    assert_untouched(place)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_without_permission_is_named(halved, place):
    place.chmod(0o555)
    try:
        with pytest.raises(InputError, match=r"Permission denied.*may write to"):
            export(halved, place / "out.safetensors", verify=False)
    finally:
        place.chmod(0o755)
    assert_untouched(place)


def test_that_no_permission_is_told(halved, place, monkeypatch):
    import errno
    from pathlib import Path

    def refuse(self, *_arguments, **_options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(InputError, match=r"Permission denied.*may write to"):
        export(halved, place / "out.safetensors", verify=False)
    assert_untouched(place)


@pytest.mark.parametrize("key", ["dense", "hf"])
def test_that_a_kill_in_the_middle_leaves_what_was_there(open_tiny, place, tmp_path, key):
    """The process is killed when the new weights are written and not yet in their place."""
    target = place / f"{'out' if key == 'dense' else 'new'}{FORMATS[key].suffix}"
    script = f"""
import os, signal
from rmt_studio.models import load_model
from rmt_studio.models.export import export

def die(done, total, note=""):
    if done == 1:
        os.kill(os.getpid(), signal.SIGKILL)

export(load_model({str(tmp_path / "tiny")!r}), {str(target)!r}, format={key!r}, progress=die)
"""
    died = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    left = [path for path in place.iterdir() if not path.name.endswith(".part")]
    assert sorted(path.name for path in left) == [
        "out.README.md", "out.safetensors", "out.spectra.png",
    ]  # fmt: skip
    assert all(path.read_text() == f"older {path.name}" for path in left)


def test_that_a_folder_with_something_in_it_is_never_replaced(halved, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="a folder is never replaced; choose another name"):
        export(halved, folder, format="hf", verify=False)
    assert files_in(folder) == ["notes.txt"]
    with pytest.raises(InputError, match="never replaced"):
        export(halved, tmp_path / "tiny", format="hf", verify=False)  # the source itself


def test_that_an_empty_folder_is_filled(halved, tmp_path):
    (tmp_path / "model").mkdir()
    export(halved, tmp_path / "model", format="hf", verify=False)
    assert files_in(tmp_path / "model") == [
        "README.md", "config.json", "model.safetensors", "spectra.png",
    ]  # fmt: skip


def test_that_a_cancelled_folder_is_gone(halved, tmp_path):
    def stop(done, total, note=""):
        if done == 1:
            raise Cancelled

    before = files_in(tmp_path)
    with pytest.raises(Cancelled):
        export(halved, tmp_path / "model", format="hf", progress=stop)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "key", "told"),
    [
        ("out.onnx", "dense", "write out.safetensors, or choose the format onnx"),
        ("out.safetensors", "onnx", "write out.onnx, or choose the format dense"),
        ("out.pt2", "dense", "or choose the format torch-export"),
        ("out.safetensors", "hf", "name of a folder"),
        ("out", "dense", "write out.safetensors"),
    ],
)
def test_that_a_name_of_another_format_is_refused(halved, tmp_path, name, key, told):
    with pytest.raises(InputError, match=told):
        export(halved, tmp_path / name, format=key, verify=False)
