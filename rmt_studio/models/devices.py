"""A device by name, tried before work is sent to it."""

from __future__ import annotations

import torch

from rmt_studio.errors import InputError


def usable_device(name: str | torch.device, dtype: torch.dtype = torch.float32) -> torch.device:
    """Return the torch device of that name.

    Args:
        name: such as ``"cuda:1"``.
        dtype: what it has to compute in; Apple's GPUs have no float64.

    Raises:
        InputError: no such device on this machine, or not for numbers of that type.
    """
    try:
        device = torch.device(name)
        torch.empty(1, dtype=dtype, device=device).cpu()  # "meta" has no values to bring back
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        choices = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
        next_step = f"use {' or '.join(choices)}"
        raise InputError(f"device {name}", f"cannot be used ({reason})", next_step) from error
    return device
