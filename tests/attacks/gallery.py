"""Hostile and broken files of every kind, each made anew; all of them are to be refused."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save

if TYPE_CHECKING:
    from pathlib import Path


class RunsCode:
    """Creates a file when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def header_of(entries, data=b""):
    head = json.dumps(entries).encode()
    return len(head).to_bytes(8, "little") + head + data


def entry(shape, start, stop, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def saved(content, **options):
    stream = io.BytesIO()
    torch.save(content, stream, **options)
    return stream.getvalue()


def with_pickle(program, content=None):
    """Return a PyTorch zip whose description is the given pickle."""
    stream = io.BytesIO()
    whole = saved(content or {"a": torch.zeros(4, 4)})
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stream, "w") as new:
        for member in old.infolist():
            own = member.filename.endswith("data.pkl")
            new.writestr(member.filename, program if own else old.read(member))
    return stream.getvalue()


def key_that_takes_for_ever(depth=60):
    """Return a pickle of a dictionary whose key takes 2**depth steps to hash."""
    nest = b"K\x01" + b"".join(
        b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(depth)
    )
    return b"\x80\x02}(" + nest + b"K\x02u."


def keys_of_one_hash(count=60_000):
    """Return a pickle of a dictionary whose keys, multiples of 2**61 - 1, have the same hash."""
    keys = (k * (2**61 - 1) for k in range(1, count))
    return (
        b"\x80\x02}("
        + b"".join(b"\x8a\x0a" + k.to_bytes(10, "little") + b"N" for k in keys)
        + b"u."
    )


def places_of_one_hash(count=60_000):
    """Return a pickle that remembers one value under as many such numbers."""
    return b"\x80\x02}" + b"".join(b"p%d\n" % (k * (2**61 - 1)) for k in range(1, count)) + b"."


def zip_directory(count=400_000):
    """Return a zip that is nearly all directory, of members without a name of their own."""
    whole = saved({"a": torch.zeros(4, 4)})
    member = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 8, 1, *[0] * 6) + b"x"
    size = count * len(member)
    large = (b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, len(whole))
    ends = struct.pack("<4sQ2H2L4Q", *large)
    ends += struct.pack("<4sLQL", b"PK\6\7", 0, len(whole) + size, 1)
    ends += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)
    return whole + member * count + ends


def two_descriptions(long):
    """Return a zip with two pickles, of which the first is the one that is read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x/data.pkl", bytes(long))
        archive.writestr("a/data.pkl", b"\x80\x02}.")
    return stream.getvalue()


def with_member(name, content):
    stream = io.BytesIO(saved({"a": torch.zeros(4, 4)}))
    with zipfile.ZipFile(stream) as archive:
        members = {n: archive.read(n) for n in archive.namelist() if not n.endswith(name)}
    with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
        for old, data in {**members, f"archive/{name}": content}.items():
            archive.writestr(old, data)
    return stream.getvalue()


def deflated(content):
    stream = io.BytesIO()
    packed = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(content)) as old, packed as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    return stream.getvalue()


def holes(path, start, size):
    """Write a file of a given size that takes next to no room."""
    with path.open("wb") as stream:
        stream.write(start)
        stream.truncate(size)


def field(number, value):
    """Return one field of a Protocol Buffers message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def onnx_of(*graph):
    return field(1, 8) + field(7, b"".join(graph))


def initialiser(name, shape, data, kind=1):
    dims = b"".join(field(1, side) for side in shape)
    return field(5, dims + field(2, kind) + field(8, name.encode()) + field(9, data))


def hostile_files(folder: Path, marker: Path) -> list[Path]:
    """Write the gallery; returns the files."""
    good = {"a.weight": torch.zeros(4, 4)}
    tiny = {f"t{i}": entry([1], 4 * i, 4 * i + 4) for i in range(100_000)}
    many = save({f"t{i}": torch.zeros(1) for i in range(3)})
    shared = torch.zeros(10_000, dtype=torch.float16)
    files = {
        "code.pth": saved({"model": good, "x": RunsCode(marker)}),
        "code_older.pth": saved({"a": RunsCode(marker)}, _use_new_zipfile_serialization=False),
        "code_bare.bin": pickle.dumps(RunsCode(marker)),
        "code_as_first_protocol.pth": with_pickle(b"cos\nsystem\n(S'touch x'\ntR."),
        "code_by_inst.pth": with_pickle(b"\x80\x02(S'touch x'\nios\nsystem\n."),
        "code_by_name.pth": with_pickle(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R."),
        "code_by_getattr.pth": with_pickle(b"\x80\x02cbuiltins\ngetattr\nctorch\nload\n\x86R."),
        "key_for_ever.pth": with_pickle(key_that_takes_for_ever()),
        "keys_of_one_hash.pth": with_pickle(keys_of_one_hash()),
        "places_of_one_hash.pth": with_pickle(places_of_one_hash()),
        "directory.pth": zip_directory(),
        "two_descriptions.pth": two_descriptions(20 * 2**20),
        "long_byteorder.pth": with_member("byteorder", bytes(20 * 2**20)),
        "negated.pth": saved({"a": torch.zeros(4, 4, dtype=torch.complex64).conj().imag}),
        "half_bytes.pth": saved(
            {"a": torch.zeros(4, 4, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)}
        ),
        "deep_lists.pth": with_pickle(b"\x80\x02" + b"]" * 500_000 + b"a" * 499_999 + b"."),
        "long_number.pth": with_pickle(
            b"\x80\x02\x8b" + (2**22).to_bytes(4, "little") + b"\xff" * 2**22 + b"."
        ),
        "no_end.pth": with_pickle(b"\x80\x02" + b"]0" * 600_000 + b"N."),
        "long_claim.pth": with_pickle(b"\x80\x04\x8e" + (10**15).to_bytes(8, "little") + b"a."),
        "bomb.pth": deflated(saved({"a": torch.zeros(2**24)})),
        "little_bomb.pth": deflated(saved({"a": torch.randn(100, 100)})),
        "expanded.pth": saved({"a": torch.zeros(1).expand(10**12)}),
        "repeated.pth": saved({f"a{i}": shared for i in range(1000)}),
        "meta.pth": saved({"a": torch.empty(10**12, device="meta")}),
        "complex.pth": saved({"a": torch.zeros(4, 4, dtype=torch.complex64)}),
        "escape_name.pth": saved({"a\x1b[2J": torch.zeros(4, 4)}),
        "none.pth": saved({"epoch": 1}),
        "cut.pth": saved(good)[:-50],
        "not_finite.pth": saved({"a.weight": torch.full((4, 4), torch.nan)}),
        "trillion.safetensors": header_of({"a": entry([10**12], 0, 4 * 10**12)}, bytes(64)),
        "overlap.safetensors": header_of({"a": entry([2], 0, 8), "b": entry([1], 4, 8)}, bytes(8)),
        "tiny_tensors.safetensors": header_of(tiny, bytes(400_000)),
        "escape_name.safetensors": header_of({"a\x1b[2J": entry([1], 0, 4)}, bytes(4)),
        "deep.safetensors": (8 + 2 * 10**6).to_bytes(8, "little") + b'{"a":' + b"[" * 2 * 10**6,
        "long_name.safetensors": header_of({"1" * 10**5: entry([4, 4], 0, 64)}, bytes(64)),
        "deep_name.safetensors": header_of({"a" + ".a" * 400: entry([4, 4], 0, 64)}, bytes(64)),
        "many_modules.safetensors": header_of(
            {f"m{i}" + ".a" * 60: entry([2, 2], 16 * i, 16 * i + 16) for i in range(10_000)},
            bytes(160_000),
        ),
        "empty_and_huge.safetensors": header_of(
            {"a": entry([0, 2**62, 2**62], 0, 0), "b": entry([4, 4], 0, 64)}, bytes(64)
        ),
        "empty_and_huge.onnx": onnx_of(initialiser("a", [0, 2**65], b"")),
        "cut.safetensors": many[:-1],
        "infinite.safetensors": save({"a.weight": torch.full((4, 4), torch.inf)}),
        "integers.safetensors": save({"a.weight": torch.ones((4, 4), dtype=torch.int32)}),
        "nan_fp8.safetensors": save({"a": torch.full((4, 4), torch.nan).to(torch.float8_e5m2)}),
        "pickle.safetensors": saved(good),
        "outside.index.json": json.dumps({"weight_map": {"a": "../../etc/passwd"}}).encode(),
        "outside_too.index.json": json.dumps({"weight_map": {"a": "/etc/x.bin"}}).encode(),
        "missing.index.json": json.dumps({"weight_map": {"a": "none.bin"}}).encode(),
        "deep.index.json": b"[" * 10**6,
        "itself.index.json": json.dumps({"weight_map": {"a": "itself.index.json"}}).encode(),
        "claims.onnx": onnx_of(initialiser("a", [10**6, 10**6], bytes(16))),
        "cut.onnx": onnx_of(initialiser("a", [2, 2], bytes(16)))[:-1],
        "many_nodes.onnx": onnx_of(field(1, b"") * 10**6),
        "many_tensors.onnx": onnx_of(field(5, b"") * 10**5),
        "elsewhere.onnx": onnx_of(field(5, field(2, 1) + field(8, b"a") + field(14, 1))),
        "escape_name.onnx": onnx_of(initialiser("a\x1b[2J", [2, 2], bytes(16))),
        "no_number.onnx": b"\x08" + b"\xff" * 100,
        "empty.onnx": b"\x08\x01",
        "image.bin": b"GIF89a" * 100,
        "empty.pth": b"",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    holes(folder / "long_header.safetensors", (100 * 2**20).to_bytes(8, "little") + b"{", 101 << 20)
    head = json.dumps({"a": entry([2**38], 0, 2**40)}).encode()
    start = len(head).to_bytes(8, "little") + head
    holes(folder / "terabyte.safetensors", start, 2**40 + len(start))
    holes(folder / "endless.index.json", b"{", 2**30)
    os.mkfifo(folder / "pipe.pth")
    (folder / "zero.bin").symlink_to("/dev/zero")
    (folder / "loop.pth").symlink_to(folder / "loop.pth")
    (folder / "folder.safetensors").mkdir()
    return sorted(folder.iterdir())
