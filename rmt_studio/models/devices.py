"""A device by name, tried before work is sent to it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class DeviceError(InputError):
    """A device that cannot do what another one may: it is not there, or its memory is full."""


def is_out_of_memory(error: BaseException) -> bool:
    """Tell an exhausted memory, of a GPU or of the machine, from every other error."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = str(error).lower()
    return "out of memory" in words or "allocate memory" in words or "not enough memory" in words


def is_of_accelerator(error: BaseException) -> bool:
    """Tell whether a device other than the CPU is at fault: it failed, or its memory is full."""
    if isinstance(error, torch.OutOfMemoryError | torch.AcceleratorError):
        return True
    words = str(error).lower()
    full = isinstance(error, RuntimeError) and "out of memory" in words
    return full and ("cuda" in words or "mps" in words)


def usable_device(name: str | torch.device, dtype: torch.dtype = torch.float32) -> torch.device:
    """Return the torch device of that name.

    Args:
        name: such as ``"cuda:1"``.
        dtype: what it has to compute in; Apple's GPUs have no float64.

    Raises:
        DeviceError: no such device on this machine, or not for numbers of that type.
    """
    try:
        device = torch.device(name)
        torch.empty(1, dtype=dtype, device=device).cpu()  # "meta" has no values to bring back
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        choices = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
        next_step = f"use {' or '.join(choices)}"
        raise DeviceError(f"device {name}", f"cannot be used ({reason})", next_step) from error
    return device


def native_precision(
    device: torch.device, dtype: torch.dtype = torch.float32
) -> AbstractContextManager[object]:
    """Return bfloat16 autocast for float32 models where the device computes in it natively."""
    if not computes_bfloat16(device) or dtype != torch.float32:
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


def computes_bfloat16(device: torch.device) -> bool:
    """Tell whether the device multiplies in bfloat16 itself, without emulating it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16"))
