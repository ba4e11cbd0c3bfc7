"""Freed memory goes back to the system while matrices are analysed, instead of piling up."""

from __future__ import annotations

import ctypes
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of glibc's parameters, from malloc.h
_LARGE = 2**18  # bytes; blocks from here on get pages of their own, which go back when freed
# what glibc's own adaptation arrives at in a process that frees blocks of 32 MiB
_USUAL_LARGE, _USUAL_TRIM = 2**25, 2**26


@contextmanager
def freed_memory_returned() -> Iterator[None]:
    """Give large blocks pages of their own within the block, in the whole process.

    glibc starts so, but once a large block is freed it takes the next of that size from an arena,
    one for each thread, and two workers then keep nearly as much unused as they use. Afterwards
    glibc has the highest thresholds that it adapts to by itself. Where two analyses overlap, the
    end of the first ends it for both: memory is then kept as before.

    Elsewhere than under glibc nothing is done.

    Source: mallopt(3), "M_MMAP_THRESHOLD".
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        yield
        return
    mallopt(_MMAP_THRESHOLD, _LARGE)
    try:
        yield
    finally:
        mallopt(_MMAP_THRESHOLD, _USUAL_LARGE)
        mallopt(_TRIM_THRESHOLD, _USUAL_TRIM)
