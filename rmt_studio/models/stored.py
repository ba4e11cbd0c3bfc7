"""Where the tensors of a checkpoint lie in its files; each is read when it is wanted, by itself.

Bytes are copied, never mapped: a file that another program cuts short while it is open must not end
this one. A file that is not the one that was opened any more is not read.
"""

from __future__ import annotations

import hashlib
import math
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from rmt_studio.errors import InputError
from rmt_studio.models.hostile_files import MEBIBYTE, open_regular
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from rmt_studio.progress import Progress

Rows = tuple[int, int]
_LARGEST_SHAPE = 2**47  # bytes: what a process can address


@dataclass(frozen=True)
class WeightsFile:
    """One file of a checkpoint as it was when it was opened."""

    path: Path
    size: int
    stamp: tuple[int, ...]

    @classmethod
    def of(cls, path: Path, found: os.stat_result) -> WeightsFile:
        """Remember a file by what ``os.fstat`` says of it."""
        return cls(path, found.st_size, _stamp(found))

    @contextmanager
    def opened(self) -> Iterator[io.BufferedReader]:
        """Open it again.

        Raises:
            InputError: it is gone, or another one than it was.
        """
        with suppress(OSError):
            self._require_same(os.stat(self.path))
        with open_regular(self.path) as (stream, _):
            self._require_same(stream_stat(stream))
            yield stream

    def _require_same(self, found: os.stat_result) -> None:
        if _stamp(found) != self.stamp:
            reason = "changed before it was read to the end"
            raise InputError(self.path.name, reason, "open it again")


def stream_stat(stream: io.BufferedReader) -> os.stat_result:
    """Return ``os.fstat`` of an open file."""
    return os.fstat(stream.fileno())


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class Piece:
    """A tensor as it lies in one file.

    Attributes:
        file: the file.
        start: byte of its first element.
        dtype: of its elements.
        shape: its shape.
        strides: elements from one index to the next, for each dimension; None where it is
            contiguous.
    """

    file: WeightsFile
    start: int
    dtype: torch.dtype
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        extent = math.prod(max(length, 1) for length in self.shape)  # of an empty tensor as well
        if extent * self.dtype.itemsize > _LARGEST_SHAPE:
            reason = f"gives a tensor the shape {shown(self.shape)}, which makes no sense"
            raise InputError(self.file.path.name, reason, "fetch or save it again")

    def read(self, rows: Rows | None = None) -> Tensor:
        """Return it, or a range ``(first, past_last)`` of its rows, in memory of its own.

        Raises:
            InputError: the file is gone, changed, or shorter than it was.
        """
        shape, start = self.shape, self.start
        if self.strides is not None:
            extent = 1 + sum((n - 1) * step for n, step in zip(shape, self.strides, strict=True))
            flat = self._bytes(start, 0 if 0 in shape else extent)
            whole = flat.as_strided(shape, self.strides) if 0 not in shape else flat.reshape(shape)
            return (whole if rows is None else whole[slice(*rows)]).contiguous()
        if rows is not None:
            start += rows[0] * math.prod(shape[1:]) * self.dtype.itemsize
            shape = (rows[1] - rows[0], *shape[1:])
        return self._bytes(start, math.prod(shape)).reshape(shape)

    def _bytes(self, start: int, elements: int) -> Tensor:
        held = bytearray(elements * self.dtype.itemsize)
        if not held:
            return torch.empty(0, dtype=self.dtype)
        with self.file.opened() as stream:
            stream.seek(start)
            if stream.readinto(held) != len(held):
                reason = "became shorter while it was read"
                raise InputError(self.file.path.name, reason, "open it again")
        return torch.frombuffer(held, dtype=self.dtype)


@dataclass(frozen=True)
class StoredTensor:
    """A tensor in a checkpoint: one piece, or several of equal width one above the other.

    Attributes:
        name: what the file calls it, for messages.
        pieces: from top to bottom.
    """

    name: str
    pieces: tuple[Piece, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        first = self.pieces[0].shape
        if len(self.pieces) == 1:
            return first
        return (sum(piece.shape[0] for piece in self.pieces), *first[1:])

    @property
    def dtype(self) -> torch.dtype:
        """The type of its elements in the file."""
        return self.pieces[0].dtype

    @property
    def numel(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    def over(self, *below: StoredTensor) -> StoredTensor:
        """Return this tensor with others of the same width below it."""
        return replace(self, pieces=sum((one.pieces for one in below), self.pieces))

    def read(self, rows: Rows | None = None) -> Tensor:
        """Return it, or a range of its rows; floating values as float32.

        Raises:
            InputError: the file changed, or holds values here that are not finite; says how many.
        """
        origin = self.pieces[0].file.path.name
        if len(self.pieces) == 1:
            return finite(origin, self.name, self.pieces[0].read(rows))
        first, last = rows or (0, self.shape[0])
        parts, top = [], 0
        for piece in self.pieces:
            here = max(first - top, 0), min(last - top, piece.shape[0])
            if here[0] < here[1]:
                parts.append(finite(origin, self.name, piece.read(here)))
            top += piece.shape[0]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def layout(self) -> Tensor:
        """Return a tensor of this shape without memory, of the type that `read` would give."""
        dtype = torch.float32 if self.dtype.is_floating_point else self.dtype
        return torch.empty(self.shape, dtype=dtype, device="meta")


def sha256_of_files(files: tuple[WeightsFile, ...], progress: Progress) -> str:
    """Return the SHA-256 of a file; of several, that of the text that lists theirs by name.

    Raises:
        InputError: a file changed since it was opened.
    """
    digests, total, done = [], sum(file.size for file in files), 0
    for file in files:
        digest = hashlib.sha256()
        with file.opened() as stream:
            while part := stream.read(8 * MEBIBYTE):
                digest.update(part)
                done += len(part)
                progress(done, total, f"hashing {shown(file.path.name)}")
        digests.append((file.path.name, digest.hexdigest()))
    if len(digests) == 1:
        return digests[0][1]
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests))
    return hashlib.sha256(listed.encode()).hexdigest()


def finite(origin: str, name: str, tensor: Tensor) -> Tensor:
    """Return a floating tensor in float32, an integer one as it is.

    Raises:
        InputError: it holds NaN or infinite values; says how many.
    """
    if not tensor.is_floating_point():
        return tensor.contiguous()
    values = tensor.detach().to(torch.float32).contiguous()
    if not np.isfinite(values.numpy()).all():  # torch's threads cost more here than they save
        nan, infinite = int(values.isnan().sum()), int(values.isinf().sum())
        found = " and ".join(f"{n} {kind}" for n, kind in ((nan, "NaN"), (infinite, "Inf")) if n)
        plural = "values" if nan + infinite > 1 else "value"
        reason = f"tensor {shown(name)} holds {found} {plural}"
        raise InputError(origin, reason, "the spectrum needs finite entries")
    return values
