"""Things that are not files, and files that are not weights."""

from __future__ import annotations

import os
import random
from functools import partial

import pytest
import torch
from safetensors.torch import save

from rmt_studio import Recipe
from rmt_studio.data.decoding import decode
from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.checkpoint import open_checkpoint, read_checkpoint


def refused(path, reason):
    with pytest.raises(InputError, match=reason) as raised:
        read_checkpoint(path)
    assert str(raised.value).isprintable()


def test_that_a_pipe_does_not_hold_the_program_up(tmp_path):
    os.mkfifo(tmp_path / "pipe.safetensors")
    refused(tmp_path / "pipe.safetensors", "is a pipe or a device")


def test_that_a_device_is_not_read(tmp_path):
    (tmp_path / "zero.pth").symlink_to("/dev/zero")
    refused(tmp_path / "zero.pth", "is a pipe or a device")


def test_that_a_folder_is_no_checkpoint(tmp_path):
    refused(tmp_path, "is a folder, not a file")


def test_that_a_dangling_link_and_a_loop_are_no_files(tmp_path):
    (tmp_path / "dangling.pth").symlink_to(tmp_path / "none")
    refused(tmp_path / "dangling.pth", "no such file")
    (tmp_path / "loop.pth").symlink_to(tmp_path / "loop.pth")
    refused(tmp_path / "loop.pth", "cannot be opened")


def test_that_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "a.pth").touch()
    refused(tmp_path / "a.pth", "is empty")


def test_that_impossible_names_are_refused(tmp_path):
    refused(tmp_path / ("x" * 300), "cannot be opened")
    refused(tmp_path / "a\0b", "cannot be opened")


@pytest.mark.parametrize("content", [b"GIF89a" * 99, b"\x7fELF" * 99, b"{}", b"a" * 5000, b"\n"])
def test_that_other_files_are_not_taken_for_weights(tmp_path, content):
    (tmp_path / "a.bin").write_bytes(content)
    refused(tmp_path / "a.bin", "is neither a safetensors file nor a PyTorch checkpoint")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt"])
def test_that_damaged_bytes_give_a_model_or_a_named_error_and_nothing_else(
    tmp_path, folder, state, suffix
):
    """A seeded, bounded fuzz run: flipped, cut, repeated and swapped pieces."""
    path = tmp_path / f"fuzzed{suffix}"
    if suffix == ".safetensors":
        whole = save(state)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=suffix == ".pth")
        whole = path.read_bytes()
    chance = random.Random(2)
    outcomes = set()
    for _ in range(250):
        path.write_bytes(damaged(whole, chance))
        outcomes.add(outcome(folder, path))
    assert None in outcomes
    assert len(outcomes) > 5
    assert all(message is None or message.isprintable() for message in outcomes)


def outcome(folder, path):
    try:
        load_model(folder, checkpoint=path)
    except InputError as error:
        return str(error)


def damaged(whole, chance):
    content = bytearray(whole)
    head = min(len(content), 4000)  # where the structure is
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(chance.choice([head, len(content)]))
        match chance.randrange(4):
            case 0:
                content[place] ^= 1 << chance.randrange(8)
            case 1:
                content[place : place + chance.randrange(1, 9)] = chance.randbytes(4)
            case 2:
                del content[place : place + chance.randrange(1, 200)]
            case _:
                content[place:place] = content[place : place + chance.randrange(1, 200)]
        content = content or bytearray(b"\0")
    return bytes(content)


def test_that_a_file_name_moves_no_cursor(tmp_path):
    path = tmp_path / "a\x1b[2J\nb.pth"
    path.write_bytes(b"nothing of the kind")
    for read in (open_checkpoint, Recipe.open, partial(decode, channels=3)):
        with pytest.raises(InputError) as raised:
            read(path)
        assert str(raised.value).isprintable()
        assert "a\\x1b[2J\\x0ab.pth" in str(raised.value)
