"""Images from strangers: what can be shown is shown, the rest is one error that names the file."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from rmt_studio import evaluate
from rmt_studio.data.images import open_images
from rmt_studio.errors import InputError

PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
PICTURE = Image.fromarray(PIXELS)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, *chunks, depth=8, colours=2):
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *chunks, chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def as_bytes(picture, kind, **options):
    import io

    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def hostile_images(folder: Path) -> list[Path]:
    """Write pictures that are none, are cut, or promise more than they should."""
    whole = {
        kind: as_bytes(PICTURE, kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
    }
    blank = zlib.compress(bytes(10**7), 9)
    files = {
        "empty.png": b"",
        "words.jpg": b"these are words and no picture",
        "only_magic.png": b"\x89PNG\r\n\x1a\n",
        "cut.png": whole["PNG"][:-200],
        "cut.jpg": whole["JPEG"][: len(whole["JPEG"]) // 2],
        "cut.gif": whole["GIF"][: len(whole["GIF"]) // 2],
        "cut.tif": whole["TIFF"][: len(whole["TIFF"]) // 2],
        "cut.webp": whole["WEBP"][: len(whole["WEBP"]) // 2],
        "noise.png": png(64, 64, chunk(b"IDAT", os.urandom(1000))),
        "bad_sum.png": whole["PNG"][:60] + b"\0\0\0\0" + whole["PNG"][64:],
        "bomb.png": png(60_000, 60_000, chunk(b"IDAT", blank)),
        "bomb_of_bombs.png": png(2**31 - 1, 2**31 - 1, chunk(b"IDAT", blank)),
        "strip.png": png(10**6, 1, chunk(b"IDAT", blank)),
        "text_bomb.png": png(
            8, 8, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8), 9)), chunk(b"IDAT", blank)
        ),
        "bomb.gif": b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02",
        "bomb.bmp": b"BM" + struct.pack("<IHHI", 64, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 10**9, 10**9, 1, 24, 0, 0, 0, 0, 0, 0),
        "bomb.ppm": b"P6 100000 100000 255\n" + bytes(100),
        "script.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n"
        b"(x) print\nshowpage\n",
        "vector.png": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "program.png": b"\x7fELF" + bytes(500),
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    (folder / "zero.jpg").symlink_to("/dev/zero")
    return sorted(folder.iterdir())


def test_that_each_is_refused_by_name_in_bounded_memory_and_starts_nothing(tmp_path):
    files = hostile_images(tmp_path)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("watched.py")), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in found if one["error"] != "InputError"] == []
    assert [one for one in found if one["file"] not in one["message"]] == []
    assert [one for one in found if not one["message"].isprintable()] == []
    assert {one["file"]: one["grown_kb"] for one in found if one["grown_kb"] > 200_000} == {}
    assert found[-1]["seen"] == []


@pytest.fixture
def ten_classes(tmp_path):
    for digit in range(10):
        (tmp_path / str(digit)).mkdir()
        Image.new("L", (16, 16), 20 * digit).save(tmp_path / str(digit) / "a.png")
    return tmp_path


def test_that_a_broken_image_among_good_ones_ends_an_evaluation_with_its_name(
    demo_model, ten_classes
):
    (ten_classes / "7" / "b.png").write_bytes(as_bytes(PICTURE, "PNG")[:-200])
    with pytest.raises(InputError, match=r"7/b.png: cannot be decoded"):
        evaluate(demo_model, open_images(ten_classes, num_classes=10))


def odd_pictures():
    """Pictures of unusual kinds that are none the worse for it."""
    deep = Image.fromarray(np.arange(1024, dtype=np.uint16).reshape(32, 32) * 64)
    frames = [Image.new("P", (32, 32), value) for value in (0, 255)]
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 10_000)
    return {
        "print.jpg": as_bytes(PICTURE.convert("CMYK"), "JPEG"),
        "print.tif": as_bytes(PICTURE.convert("CMYK"), "TIFF"),
        "deep.png": as_bytes(deep, "PNG"),
        "deep.tif": as_bytes(deep, "TIFF"),
        "moving.gif": as_bytes(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "moving.png": as_bytes(PICTURE, "PNG", save_all=True, append_images=[PICTURE]),
        "moving.webp": as_bytes(PICTURE, "WEBP", save_all=True, append_images=[PICTURE]),
        "clear.png": as_bytes(PICTURE.convert("RGBA"), "PNG"),
        "bit.png": as_bytes(PICTURE.convert("1"), "PNG"),
        "float.tif": as_bytes(Image.fromarray(np.full((32, 32), 0.5, np.float32)), "TIFF"),
        "lab.tif": as_bytes(PICTURE.convert("RGB").convert("YCbCr"), "TIFF"),
        "told.png": as_bytes(PICTURE, "PNG", pnginfo=text),
        "wrong_suffix.jpg": as_bytes(PICTURE, "PNG"),
    }


def test_that_pictures_of_unusual_kinds_are_evaluated(demo_model, ten_classes):
    for number, (name, content) in enumerate(odd_pictures().items()):
        (ten_classes / str(number % 10) / name).write_bytes(content)
    result = evaluate(demo_model, open_images(ten_classes, num_classes=10))
    assert result.n == 10 + len(odd_pictures())
