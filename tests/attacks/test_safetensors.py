"""Safetensors files whose header lies: each gives one named error, and nothing is allocated."""

from __future__ import annotations

import json
import resource

import numpy as np
import pytest
import torch
from safetensors.torch import save, save_file

from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.checkpoint import read_checkpoint


def file_of(path, header, data=b"", length=None):
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(head) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + head + data)
    return path


def entry(shape, start, stop, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def refused(path, reason):
    with pytest.raises(InputError, match=reason) as raised:
        read_checkpoint(path)
    message = str(raised.value)
    assert path.name in message
    assert message.isprintable()
    assert len(message) < 600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.safetensors"


@pytest.mark.parametrize(
    ("header", "held", "reason"),
    [
        ({"a": entry([10**12], 0, 4)}, 4, "claims 1000000000000 elements in 4 bytes"),
        ({"a": entry([10**12], 0, 4 * 10**12)}, 4, "cut short: its tensors need 4000000000000"),
        ({"a": entry([2**62, 2**62], 0, 4)}, 4, "elements in 4 bytes"),
        ({"a": entry([2**64], 0, 0)}, 0, "makes no sense"),
        ({"a": entry([-1], 0, 4)}, 4, "makes no sense"),
        ({"a": entry([True], 0, 4)}, 4, "makes no sense"),
        ({"a": entry([1.0], 0, 4)}, 4, "makes no sense"),
        ({"a": entry([1] * 1000, 0, 4)}, 4, "1000 dimensions"),
        ({"a": entry([1], 4, 0)}, 4, "claims 1 elements in -4 bytes"),
        ({"a": entry([1], 0, 4), "b": entry([1], 0, 4)}, 8, "overlaps the one before it"),
        ({"a": entry([2], 0, 8), "b": entry([1], 4, 8)}, 8, "overlaps the one before it"),
        ({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, 12, "leaves a gap before it"),
        ({"a": entry([1], 0, 4)}, 8, "4 bytes that belong to no tensor"),
        ({"a": entry([1], 0, 4)}, 3, "cut short"),
        ({"a": entry([1], 0, 1, "Q1")}, 1, "has the type Q1"),
        ({"a": entry([1], 0, 1, {"x": 1})}, 1, "has the type"),
        ({"a": {"dtype": "F32"}}, 0, "makes no sense"),
        ({"a": 5}, 0, "makes no sense"),
        ({"a\x1b[2J": entry([1], 0, 4)}, 4, r"control characters"),
        ({"x" * 10_000: entry([1], 0, 3)}, 3, "x{80}\\.\\.\\."),
        ({"__metadata__": {"a": 1}}, 0, "metadata that are not text"),
        ({"__metadata__": "text"}, 0, "metadata that are not text"),
        ({}, 0, "holds no tensors"),
        (b'{"a": 1, "a": 2}', 0, "a name stands twice"),
        (b'{"a": [', 0, "header that cannot be read"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 0, "header that cannot be read"),
        (b'{"\xff": 1}', 0, "header that cannot be read"),
        (b'{"a": 1' + b"0" * 5000 + b"}", 0, "header that cannot be read"),
    ],
)
def test_that_a_lying_header_is_named(path, header, held, reason):
    refused(file_of(path, header, bytes(held)), reason)


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 10**9, 0, 1])
def test_that_an_impossible_header_length_is_named(path, length):
    refused(file_of(path, b"{}" + bytes(50), length=length), "claims a header of")


def test_that_a_hundred_megabyte_header_is_not_read(path):
    with path.open("wb") as stream:
        stream.write((100 * 2**20).to_bytes(8, "little") + b"{")
        stream.truncate(101 * 2**20)
    refused(path, "claims a header of 104857600 bytes")


def test_that_every_truncation_is_noticed(path, state):
    whole = save(state)
    for size in np.linspace(1, len(whole) - 1, 40, dtype=int):
        path.write_bytes(whole[:size])
        refused(path, "cut short|claims a header|neither a safetensors")


def test_that_a_hundred_thousand_tiny_tensors_are_refused_as_a_whole(path):
    header = {f"t{i}": entry([1], 4 * i, 4 * i + 4) for i in range(100_000)}
    refused(file_of(path, header, bytes(400_000)), "names 100000 tensors")


def test_that_ten_thousand_strangers_are_counted_and_not_listed(folder):
    header = {f"t{i}": entry([1], 4 * i, 4 * i + 4) for i in range(10_000)}
    path = file_of(folder / "model.safetensors", header, bytes(40_000))
    with pytest.raises(InputError, match="10000 unexpected") as raised:
        load_model(folder, checkpoint=path)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b", "head.weight/.."])
def test_that_a_path_for_a_name_is_just_a_name_that_does_not_fit(folder, state, name):
    save_file({**state, name: torch.zeros(1)}, folder / "model.safetensors")
    with pytest.raises(InputError, match="1 unexpected"):
        load_model(folder)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([torch.nan] * 12, "holds 12 NaN values"),
        ([torch.inf], "holds 1 Inf value;"),
        ([-torch.inf, torch.nan], "holds 1 NaN and 1 Inf values"),
    ],
)
def test_that_values_that_are_not_finite_are_counted_by_tensor(folder, state, values, found):
    spoiled = {name: tensor.clone() for name, tensor in state.items()}
    spoiled["blocks.0.mlp.fc1.weight"].view(-1)[: len(values)] = torch.tensor(values)
    save_file(spoiled, folder / "model.safetensors")
    with pytest.raises(InputError, match=f"tensor blocks.0.mlp.fc1.weight {found}"):
        load_model(folder)


def test_that_a_double_too_large_for_float32_counts_as_infinite(path):
    save_file({"a": torch.tensor([1e300], dtype=torch.float64)}, path)
    refused(path, "holds 1 Inf value")


def test_that_eight_bit_floats_are_read_and_checked(path):
    values = torch.tensor([1.0, -2.0]).to(torch.float8_e4m3fn)
    save_file({"a": values}, path)
    assert read_checkpoint(path).tensors["a"].tolist() == [1.0, -2.0]
    save_file({"a": torch.tensor([torch.nan]).to(torch.float8_e5m2)}, path)
    refused(path, "holds 1 NaN value")


@pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.bool, torch.uint8])
def test_that_integer_weights_are_named(folder, state, dtype):
    save_file({n: t.to(dtype) for n, t in state.items()}, folder / "model.safetensors")
    with pytest.raises(InputError, match=f"is {dtype} and not torch.float32"):
        load_model(folder)


def test_that_a_file_of_a_terabyte_is_refused_by_its_size(path):
    header = json.dumps({"a": entry([2**38], 0, 2**40)}).encode()
    with path.open("wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
        stream.truncate(2**40 + 8 + len(header))  # a hole: it takes no room on the disk
    refused(path, "1.1 TB, more than the")


def test_that_a_refusal_allocates_next_to_nothing(path):
    file_of(path, {"a": entry([10**9], 0, 4 * 10**9)}, bytes(64))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, "cut short")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_that_a_file_that_changes_while_it_is_read_is_not_believed(path, state):
    def change(keep):
        def interfere(done, total, note=""):
            with path.open("r+b") as stream:
                stream.truncate(keep)

        return interfere

    for keep in (20_000, 100, 0):
        save_file(state, path)
        with pytest.raises(InputError, match=r"changed before it was read|while it was read"):
            read_checkpoint(path, change(keep))
