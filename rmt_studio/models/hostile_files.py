"""What a file must pass before a byte of it is believed: a checkpoint is a stranger's file.

Nothing here allocates what a file merely claims. A safetensors header is read and every tensor's
place in the file is checked against the file's length; the directory of a PyTorch zip is read and
the sizes of its members are added up; a bare pickle and an ONNX program are only recognised.
Tensors are found and read elsewhere.
"""

from __future__ import annotations

import math
import os
import stat
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, TYPE_CHECKING, cast

from rmt_studio.errors import InputError
from rmt_studio.models.safetensors_header import Header, read_header
from rmt_studio.models.wording import broken, in_words, shown

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

MEBIBYTE = 2**20
LONGEST_PICKLE = 8 * MEBIBYTE  # some 200 bytes a tensor
LONGEST_DIRECTORY = 8 * MEBIBYTE  # of a zip; some 80 bytes a tensor
LARGEST_INFLATION = 4.0  # torch.save does not compress at all; weights hardly do
_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FileKind(StrEnum):
    """What a weights file holds, told from its first bytes."""

    SAFETENSORS = "safetensors"
    TORCH_ZIP = "PyTorch zip"
    PICKLE = "pickle"
    ONNX = "ONNX program"


@dataclass(frozen=True)
class CheckedFile:
    """An open file that passed; ``header`` is there for safetensors alone."""

    path: Path
    stream: io.BufferedReader
    size: int
    kind: FileKind
    header: Header | None


@contextmanager
def open_regular(path: Path, most: float = math.inf) -> Iterator[tuple[io.BufferedReader, int]]:
    """Open a regular file of at most ``most`` bytes; gives the stream and its size.

    Raises:
        InputError: missing, a folder, a pipe or a device, empty, too large, not readable, or
            changed while it was open.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NON_BLOCKING)  # a pipe must not hold us up
    except FileNotFoundError as error:
        raise InputError(path, "no such file", "check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(shown(path), f"cannot be opened ({reason})", "check the file") from error
    try:
        before = _require_regular(path, os.fstat(descriptor), most)
        stream = os.fdopen(descriptor, "rb")
    except InputError:
        os.close(descriptor)
        raise
    with stream:
        yield stream, before.st_size
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise InputError(path.name, "changed while it was read", "open it again")


def _require_regular(path: Path, found: os.stat_result, most: float) -> os.stat_result:
    if stat.S_ISDIR(found.st_mode):
        raise InputError(path, "is a folder, not a file", "give the file inside it")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(path, "is a pipe or a device, not a file", "copy its content to a file")
    if found.st_size == 0:
        raise InputError(path, "is empty", "fetch or save it again")
    if found.st_size > most:
        reason = f"holds {in_words(found.st_size)}, more than the {in_words(most)} allowed for it"
        raise InputError(path, reason)
    return found


@contextmanager
def open_checked(path: Path) -> Iterator[CheckedFile]:
    """Open a weights file and check all that can be checked without making a tensor.

    Raises:
        InputError: says what is wrong with the file; see the module.
    """
    with open_regular(path, _memory()) as (stream, size):
        kind = _kind(path, stream.read(16))
        header = read_header(path, stream, size) if kind is FileKind.SAFETENSORS else None
        if kind is FileKind.TORCH_ZIP:
            _check_zip(path, stream, size)
        stream.seek(0)
        yield CheckedFile(path, stream, size, kind, header)


def _memory() -> float:
    """Return the machine's memory in bytes: what no weights file that is to be read may exceed."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return math.inf


def _kind(path: Path, start: bytes) -> FileKind:
    if start.startswith(b"PK\x03\x04"):
        kind = FileKind.TORCH_ZIP
    elif start[8:9] == b"{":
        kind = FileKind.SAFETENSORS
    elif start.startswith(b"\x80"):
        kind = FileKind.PICKLE
    elif path.suffix.lower() == ".onnx":
        kind = FileKind.ONNX
    else:
        reason = "is neither a safetensors file nor a PyTorch checkpoint"
        raise InputError(path.name, reason, "give a .safetensors, .pth, .pt or .bin file")
    if path.suffix == ".safetensors" and kind is not FileKind.SAFETENSORS:
        reason = f"is named .safetensors but holds a {kind}"
        raise InputError(path.name, reason, "do not trust where it came from")
    return kind


class _Sparing:
    """A file that gives no more at once than a directory of weights needs; zipfile asks for all."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.seek, self.tell, self._stream = stream.seek, stream.tell, stream

    def read(self, count: int = -1) -> bytes:
        most = LONGEST_DIRECTORY + 1
        found = self._stream.read(most if count < 0 else min(count, most))
        if len(found) == most:
            raise ValueError("its directory is too long")
        return found


def _check_zip(path: Path, stream: io.BufferedReader, size: int) -> None:
    """Check the directory of a PyTorch zip: what it would become when read, and that it is one."""
    try:
        members = zipfile.ZipFile(cast("IO[bytes]", _Sparing(stream))).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise broken(path, f"is a broken or cut zip archive ({shown(error)})") from error
    inflated = sum(member.file_size for member in members)
    if inflated > LARGEST_INFLATION * size:
        reason = f"is {in_words(size)} and would inflate to {in_words(inflated)}"
        raise InputError(path.name, reason, "save it again with torch.save, which compresses none")
    names = {member.filename.rpartition("/")[2]: member.file_size for member in members}
    described = [member for member in members if member.filename.rpartition("/")[2] == "data.pkl"]
    if len({member.filename for member in members}) < len(members) or len(described) > 1:
        raise broken(path, "holds several members of one name")
    if "constants.pkl" in names:
        reason = "is a TorchScript program, not a state dict"
        raise InputError(path.name, reason, "save module.state_dict() instead")
    if "data.pkl" not in names:
        reason = "is a zip archive but no PyTorch checkpoint"
        raise InputError(path.name, reason, "give a .safetensors, .pth, .pt or .bin file")
    if names["data.pkl"] > LONGEST_PICKLE:
        raise broken(path, f"describes its tensors in {in_words(names['data.pkl'])}")
