"""Write beside the place and move there: a reader sees the old file or the new one, never half."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def atomic_write(path: Path | str, *, durable: bool = True) -> Iterator[Path]:
    """Give a new empty file in the folder of ``path``; it takes that place when the block ends.

    The file is flushed to the disk before it is moved. Whatever ends the block early (an error, a
    cancel, a full disk) removes it and leaves what stood at ``path`` as it was. A symbolic link is
    followed, so the link stays and the file behind it is replaced.

    Args:
        path: of the file.
        durable: wait until the disk has it. Without, which is many times faster, a power cut soon
            after may leave an empty file: for what is checked when read and can be made again.

    Raises:
        InputError: the folder is missing or not writable, the disk is full, or ``path`` is
            something other than a regular file.
    """
    target = Path(os.path.realpath(path))
    if os.path.exists(target) and not os.path.isfile(target):
        raise InputError(path, "is a folder or a device, not a file", "choose a file name")
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with unfinished(beside):
            beside.touch(exist_ok=False)
            yield beside
            if durable:
                _flush(beside, os.O_RDWR)
            os.replace(beside, target)
        if durable:
            with suppress(OSError):  # not every file system can flush a folder
                _flush(target.parent, os.O_RDONLY)
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        next_step = "free some space or choose a folder that exists and that you may write to"
        raise InputError(path, reason, next_step) from error


def _flush(path: Path, access: int) -> None:
    descriptor = os.open(path, access)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
