"""By how much a piece of work makes the process grow. Linux only."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.models.layers import Layer

_MARK = Path("/proc/self/clear_refs")


def can_measure() -> bool:
    """Tell whether the kernel keeps account of the highest resident memory."""
    return _MARK.exists()


def growth(work: Callable[[], object]) -> int:
    """Return by how many bytes the process's resident memory exceeds, at most, what it was.

    What the allocator held unused is given back first, so that nothing grows into it unseen.
    """
    gc.collect()
    with contextlib.suppress(AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
    _MARK.write_text("5")  # the highest is now what there is
    before = _resident("VmRSS")
    work()
    return _resident("VmHWM") - before


def one_layers_worth(layers: Iterable[Layer]) -> int:
    """Return the bytes of the largest matrix, its Gram matrix and the solver's copy, in float64."""
    shape = max((layer.shape for layer in layers), key=lambda shape: shape[0] * shape[1])
    return 8 * (shape[0] * shape[1] + 2 * min(shape) ** 2)


def _resident(name: str) -> int:
    """Return a line of the kernel's account of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name))
