from __future__ import annotations

import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from rmt_studio.data.decoding import convert, decode
from rmt_studio.errors import InputError


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    """Return a file of a few bytes whose header promises width x height pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_that_sixteen_bit_grey_is_scaled_and_not_clipped(tmp_path):
    file = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 32768, 65535]], dtype=np.uint16)).save(file)
    assert list(decode(file, 1).tobytes()) == [0, 128, 255]


def test_that_floating_point_grey_is_scaled(tmp_path):
    file = tmp_path / "float.tif"
    Image.fromarray(np.array([[0.0, 0.5, 1.0]], dtype=np.float32)).save(file)
    assert list(decode(file, 1).tobytes()) == [0, 128, 255]


def test_that_floating_point_pixels_must_be_finite(tmp_path):
    file = tmp_path / "float.tif"
    Image.fromarray(np.array([[0.0, np.nan, 1.0]], dtype=np.float32)).save(file)
    with pytest.raises(InputError, match=r"float\.tif.*not all finite"):
        decode(file, 1)


def test_that_cmyk_becomes_rgb(tmp_path):
    file = tmp_path / "print.jpg"
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, quality=95)
    red, green, blue = decode(file, 3).getpixel((4, 4))
    assert red > 240
    assert max(green, blue) < 15


def test_that_a_palette_with_transparency_becomes_rgb(tmp_path):
    file = tmp_path / "palette.png"
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 10, 200, 30])
    palette.save(file, transparency=bytes([0, 128]))
    assert decode(file, 3).getpixel((0, 0)) == (10, 200, 30)


def test_that_an_animation_gives_its_first_frame(tmp_path):
    file = tmp_path / "moving.gif"
    frames = [Image.new("L", (8, 8), value) for value in (0, 255)]
    frames[0].save(file, save_all=True, append_images=frames[1:])
    assert set(decode(file, 1).tobytes()) == {0}


def test_that_a_single_bit_picture_becomes_grey(tmp_path):
    file = tmp_path / "bit.png"
    Image.new("1", (8, 8), 1).save(file)
    assert set(decode(file, 1).tobytes()) == {255}


@pytest.mark.parametrize("content", [b"", b"plain words", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM"])
def test_that_what_is_no_image_is_refused_by_name(tmp_path, content):
    file = tmp_path / "broken.png"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.png: .*; replace or remove the file"):
        decode(file, 3)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp"])
def test_that_a_truncated_image_is_refused_by_name(tmp_path, suffix):
    file = tmp_path / f"cut.{suffix}"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError, match=rf"cut\.{suffix}: "):
        decode(file, 3)


@pytest.mark.parametrize("side", [10_000, 20_000, 2_000_000_000])
@pytest.mark.parametrize("action", ["ignore", "error"])
def test_that_a_decompression_bomb_is_refused_by_its_header(tmp_path, side, action):
    file = tmp_path / "bomb.png"
    file.write_bytes(png_that_claims(side, side))
    with warnings.catch_warnings():
        warnings.simplefilter(action, Image.DecompressionBombWarning)
        with pytest.raises(InputError, match=r"bomb\.png: "):
            decode(file, 3)


def test_that_a_strip_that_would_fill_the_memory_when_enlarged_is_refused(tmp_path):
    file = tmp_path / "strip.png"
    Image.new("L", (50_000, 1)).save(file)
    with pytest.raises(InputError, match="strip of 50000 x 1 pixels"):
        decode(file, 3)


def test_that_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "gone.png")
    for name in ("pipe.png", "dangling.png", "absent.png"):
        with pytest.raises(InputError, match="missing or no regular file"):
            decode(tmp_path / name, 3)


def test_that_a_model_of_other_channels_is_refused():
    with pytest.raises(InputError, match="takes 4 input channels"):
        convert(Image.new("L", (2, 2)), 4)
