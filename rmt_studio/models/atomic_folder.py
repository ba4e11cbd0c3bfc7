"""Fill a folder beside its place and move it there whole."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def atomic_folder(path: Path | str) -> Iterator[Path]:
    """Give a new empty folder beside ``path``; it takes that place when the block ends.

    One rename moves it, so a reader sees the whole or nothing. A folder with something in it is
    never replaced: no rename does that at once.

    Raises:
        InputError: there is something at ``path`` already, or the place cannot be written.
    """
    target = Path(os.path.abspath(path))
    if os.path.lexists(target) and not _is_empty_folder(target):
        reason = "is there already, and a folder is never replaced"
        raise InputError(path, reason, "choose another name, or remove it first")
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with unfinished(beside):
            beside.mkdir()
            yield beside
            for file in sorted(beside.rglob("*")):
                _flush(file)
            os.rename(beside, target)
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        next_step = "free some space or choose a place that exists and that you may write to"
        raise InputError(path, reason, next_step) from error


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
