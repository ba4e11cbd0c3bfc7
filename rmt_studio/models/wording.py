"""Words for messages about files: names that are safe to print, sizes, the usual complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.errors import InputError, printable

if TYPE_CHECKING:
    from pathlib import Path


def shown(name: object, longest: int = 80) -> str:
    """Return a stranger's name as it may stand in a message: printable, one line, not endless."""
    text = printable(str(name)[:longest])
    return text if len(str(name)) <= longest else f"{text}..."


def in_words(count: float) -> str:
    """Return a number of bytes as a person reads it, such as ``"22.9 MB"``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def broken(path: Path, reason: str) -> InputError:
    """Return the error for a file that was damaged on its way, or never was what it says."""
    return InputError(path.name, reason, "fetch or save it again")
