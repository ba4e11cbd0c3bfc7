"""Freed memory goes back to the system while matrices are analysed, instead of piling up."""

from __future__ import annotations

import ctypes
import sys
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of glibc's parameters, from malloc.h
_LARGE = 2**18  # bytes; blocks from here on get pages of their own, which go back when freed
# what glibc's own adaptation arrives at in a process that frees blocks of 32 MiB
_USUAL_LARGE, _USUAL_TRIM = 2**25, 2**26


class _Blocks:
    """How many blocks of `freed_memory_returned` the process is in, over all its threads."""

    def __init__(self) -> None:
        self.lock, self.open = threading.Lock(), 0


_BLOCKS = _Blocks()


@contextmanager
def freed_memory_returned() -> Iterator[None]:
    """Give large blocks pages of their own within the block, in the whole process.

    glibc starts so, but once a large block is freed it takes the next of that size from an arena,
    one for each thread, and two workers then keep nearly as much unused as they use. Afterwards
    glibc has the highest thresholds that it adapts to by itself. Where several analyses overlap,
    the first to begin sets the thresholds and the last to end takes them back.

    Elsewhere than under glibc nothing is done.

    Source: mallopt(3), "M_MMAP_THRESHOLD".
    """
    mallopt = _mallopt()
    if mallopt is None:
        yield
        return
    with _BLOCKS.lock:
        if _BLOCKS.open == 0:
            mallopt(_MMAP_THRESHOLD, _LARGE)
        _BLOCKS.open += 1
    try:
        yield
    finally:
        with _BLOCKS.lock:
            _BLOCKS.open -= 1
            if _BLOCKS.open == 0:
                mallopt(_MMAP_THRESHOLD, _USUAL_LARGE)
                mallopt(_TRIM_THRESHOLD, _USUAL_TRIM)


@cache
def _mallopt() -> Callable[[int, int], int] | None:
    """Return glibc's mallopt; None where the C library has none."""
    if sys.platform != "linux":
        return None
    found = getattr(ctypes.CDLL(None), "mallopt", None)
    if found is not None:
        found.argtypes, found.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    return found
