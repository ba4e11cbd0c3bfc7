"""One image file to one PIL picture of the model's channels, whatever the file holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

MAX_PIXELS = 89_478_485
"""Pillow's own limit for a picture that is not yet suspected to be a decompression bomb."""

MAX_ASPECT = 200
"""Longest side over shortest; scaling a thinner strip up to a model's size fills the memory."""

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000")
"""What may be decoded, whatever a file is called: other kinds start programs, as EPS does."""

ROWS_AT_ONCE = 256

MODE_OF_CHANNELS = {1: "L", 3: "RGB"}
NEXT_STEP = "replace or remove the file"


def decode(path: Path, channels: int) -> Image.Image:
    """Return the first frame of the image file as a picture of 1 (grey) or 3 (RGB) channels.

    Palettes, CMYK and alpha are converted as Pillow does; 16-bit and floating-point grey are
    scaled to 8 bits first, which Pillow would clip. The orientation tag is ignored, as in timm.

    Raises:
        InputError: naming the file, when it is missing, no regular file, no image, damaged,
            larger than `MAX_PIXELS` or thinner than `MAX_ASPECT`.
    """
    if not os.path.isfile(path):
        raise InputError(path, "is missing or no regular file", NEXT_STEP)
    try:
        with Image.open(path, formats=FORMATS) as image:
            _refuse_extent(path, *image.size)
            return convert(image, channels)
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise InputError(path, f"is too large to decode ({bomb})", NEXT_STEP) from bomb
    except Image.UnidentifiedImageError as unknown:
        raise InputError(path, "is no image that Pillow can read", NEXT_STEP) from unknown
    except Exception as broken:  # decoders raise nearly anything on a damaged file
        raise InputError(path, f"cannot be decoded ({broken})", NEXT_STEP) from broken


def convert(image: Image.Image, channels: int) -> Image.Image:
    """Return the picture in the mode that a model of 1 or 3 input channels reads.

    Raises:
        InputError: for any other number of channels.
    """
    mode = MODE_OF_CHANNELS.get(channels)
    if mode is None:
        reason = f"takes {channels} input channels; pictures have 1 or 3"
        raise InputError("the model", reason, "open a model that reads grey or RGB pictures")
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey values to 8 bits, some rows at a time: in float64 a large picture fills memory."""
    values = np.asarray(image)
    grey = np.empty(values.shape, np.uint8)
    white = 1.0 if image.mode == "F" else 65535.0
    for first in range(0, len(values), ROWS_AT_ONCE):
        rows = values[first : first + ROWS_AT_ONCE].astype(np.float64)
        if not np.isfinite(rows).all():
            raise ValueError("its pixels are not all finite")
        grey[first : first + ROWS_AT_ONCE] = np.rint(np.clip(rows / white, 0.0, 1.0) * 255.0)
    return Image.fromarray(grey)


def _refuse_extent(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        reason = f"has {width} x {height} pixels, more than {MAX_PIXELS:,}"
        raise InputError(path, reason, "scale it down or remove it")
    if max(width, height) > MAX_ASPECT * min(width, height):
        reason = f"is a strip of {width} x {height} pixels, thinner than 1 : {MAX_ASPECT}"
        raise InputError(path, reason, NEXT_STEP)
