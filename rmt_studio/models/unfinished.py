"""What is being written beside its place, so that a program that has to leave can remove it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BEGUN: set[Path] = set()


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """Remove ``path``, a file or a folder, when the block ends, or before by `discard_all`."""
    _BEGUN.add(path)
    try:
        yield
    finally:
        _remove(path)
        _BEGUN.discard(path)


def discard_all() -> None:
    """Remove what is not finished: for a program that ends without waiting for its threads."""
    for path in list(_BEGUN):
        _remove(path)


def remove_left_over(folder: Path) -> None:
    """Remove what programs that were killed left beside weights and states in a folder."""
    for pattern in (".*.safetensors.????????????.part", ".*.state.????????????.part"):
        for path in list(folder.glob(pattern)):
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
