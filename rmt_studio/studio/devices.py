"""The devices that work can run on."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Device:
    """A device of torch, such as ``cuda:0``, with a label for a person."""

    id: str
    label: str


def available_devices() -> list[Device]:
    """Return the devices of this machine, the fastest first; the CPU is always among them."""
    found = [_cuda(index) for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append(Device("mps", "mps · Apple GPU"))
    threads = torch.get_num_threads()
    return [*found, Device("cpu", f"cpu · {threads} thread{'s' if threads > 1 else ''}")]


def _cuda(index: int) -> Device:
    free, _ = torch.cuda.mem_get_info(index)
    name = torch.cuda.get_device_name(index)
    return Device(f"cuda:{index}", f"cuda:{index} · {name} · {free / 2**30:.0f} GB free")
