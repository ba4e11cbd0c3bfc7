"""Spectra kept on disk under what they are the spectra of, so that reopening a model is quick.

One small file per matrix: a line of JSON, then the singular values as little-endian float64.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import platformdirs
import torch

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.spectra import Spectrum
from rmt_studio.spectra.singular_values import Route

if TYPE_CHECKING:
    from torch import Tensor

_FORMAT = "rmt-studio spectrum"
_VERSION = 2  # of the file and of the way spectra are computed: a change of either starts anew
_SUFFIX = ".spectrum"
_MOST_BYTES = 2**30
_KEPT = 0.9  # share of the bound that is left after the oldest went


class SpectrumCache:
    """Spectra by the content of their matrices.

    It never fails: what cannot be read is not there, what cannot be written is not kept.

    Args:
        folder: made when needed. By default the one that the environment variable
            ``RMT_STUDIO_CACHE`` names, else ``spectra`` in this user's cache folder.
        most_bytes: bound on the size of all files; those used longest ago go first.
    """

    def __init__(self, folder: Path | str | None = None, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self._most_bytes = most_bytes
        self._bytes: int | None = None  # of the folder, as far as this object knows

    def get(self, key: str) -> Spectrum | None:
        """Return the spectrum kept under a key, or None; files that are not ours are ignored."""
        path = self._path(key)
        try:
            spectrum = _decoded(path.read_bytes(), key)
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)
        return spectrum

    def put(self, key: str, spectrum: Spectrum) -> None:
        """Keep a spectrum under a key, and let the oldest go where it grows too large."""
        data = _encoded(spectrum, key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._path(key), durable=False) as beside:
                beside.write_bytes(data)
            self._make_room(len(data))
        except (OSError, InputError):
            return

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return _size(self.folder)

    def clear(self) -> None:
        """Remove what is kept; files that are not ours stay."""
        for entry in _files(self.folder):
            with suppress(OSError):
                Path(entry.path).unlink()
        self._bytes = None

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _make_room(self, written: int) -> None:
        """Remove the files used longest ago until the rest is within the bound."""
        self._bytes = _size(self.folder) if self._bytes is None else self._bytes + written
        if self._bytes <= self._most_bytes:
            return
        files = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path)
                       for entry in _files(self.folder))  # fmt: skip
        self._bytes = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._bytes <= _KEPT * self._most_bytes:
                break
            Path(path).unlink(missing_ok=True)
            self._bytes -= size


def default_folder() -> Path:
    """Return where spectra are kept unless somebody says otherwise."""
    named = os.environ.get("RMT_STUDIO_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("rmt-studio")) / "spectra"


def content_key(weight: Tensor) -> str:
    """Return the SHA-256 of a weight's values with their type and shape, in hexadecimal."""
    content = hashlib.sha256(f"{_VERSION} {weight.dtype} {tuple(weight.shape)} ".encode())
    content.update(weight.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return content.hexdigest()


def _encoded(spectrum: Spectrum, key: str) -> bytes:
    """Return the file of a spectrum."""
    values = spectrum.singular_values.astype("<f8").tobytes()
    header = {
        "format": _FORMAT,
        "version": _VERSION,
        "key": key,
        "shape": list(spectrum.shape),
        "route": spectrum.route,
        "crc32": zlib.crc32(values),
    }
    return json.dumps(header).encode() + b"\n" + values


def _decoded(data: bytes, key: str) -> Spectrum:
    """Return the spectrum in a file.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: it is not one of this version and this key.
    """
    line, _, values = data.partition(b"\n")
    header = json.loads(line)
    expected = (_FORMAT, _VERSION, key, zlib.crc32(values))
    if tuple(header[name] for name in ("format", "version", "key", "crc32")) != expected:
        raise ValueError("another format, version or key, or damaged")
    out, inputs = (int(side) for side in header["shape"])
    if header["route"] not in get_args(Route):
        raise ValueError("unknown route")
    return Spectrum(np.frombuffer(values, dtype="<f8"), (out, inputs), header["route"])


def _files(folder: Path) -> list[os.DirEntry[str]]:
    """Return the spectra in a folder, and what a write that was cut short left of one."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.name.endswith((_SUFFIX, ".part"))]


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in _files(folder))
