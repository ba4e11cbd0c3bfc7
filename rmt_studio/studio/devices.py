"""The devices that work can run on."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Device:
    """A device of torch, such as ``cuda:0``, with a label for a person.

    Attributes:
        id: its name in torch.
        label: with what is known of it, such as its free memory.
        reason: why it cannot be used now; empty when it can.
    """

    id: str
    label: str
    reason: str = ""


def available_devices() -> list[Device]:
    """Return the devices of this machine, the fastest first; the CPU is always among them."""
    found = [_cuda(index) for index in range(_cuda_count())]
    if torch.backends.mps.is_available():
        found.append(Device("mps", "mps · Apple GPU"))
    threads = torch.get_num_threads()
    return [*found, Device("cpu", f"cpu · {threads} thread{'s' if threads > 1 else ''}")]


def for_spectra(device: str) -> str:
    """Return the device, or the CPU in place of one without float64, such as Apple's GPUs."""
    return "cpu" if torch.device(device).type == "mps" else device


def _cuda_count() -> int:
    try:
        return torch.cuda.device_count()
    except RuntimeError:  # a driver that went away
        return 0


def _cuda(index: int) -> Device:
    name = f"cuda:{index}"
    try:
        kind = torch.cuda.get_device_name(index)
        free, total = torch.cuda.mem_get_info(index)
    except (RuntimeError, AssertionError) as error:  # gone, or so full that nothing can start on it
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Device(name, f"{name} · not usable now", reason)
    return Device(name, f"{name} · {kind} · {_gb(free)} of {_gb(total)} GB free")


def _gb(size: int) -> str:
    gigabytes = size / 1e9
    return f"{gigabytes:.1f}" if gigabytes < 9.95 else f"{gigabytes:.0f}"
