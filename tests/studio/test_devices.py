"""Which devices there are, by what torch says of them."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.studio.devices import available_devices

GB = 10**9


@pytest.fixture
def machine(monkeypatch):
    """Let torch tell of GPUs: (free, total) bytes, or an error, for each."""

    def has(*gpus, mps=False):
        def memory(index):
            if isinstance(gpus[index], Exception):
                raise gpus[index]
            return gpus[index]

        monkeypatch.setattr(torch.cuda, "device_count", lambda: len(gpus))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU {index}")
        monkeypatch.setattr(torch.cuda, "mem_get_info", memory)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return has


def test_that_the_cpu_is_always_there(machine):
    machine()
    (cpu,) = available_devices()
    assert cpu.id == "cpu"
    assert not cpu.reason


def test_that_gpus_come_first_with_their_free_memory(machine):
    machine((int(138.6 * GB), 140 * GB), (int(1.26 * GB), 24 * GB))
    labels = [device.label for device in available_devices()]
    assert labels[:2] == [
        "cuda:0 · GPU 0 · 139 of 140 GB free",
        "cuda:1 · GPU 1 · 1.3 of 24 GB free",
    ]


def test_that_the_gpu_of_a_mac_is_there(machine):
    machine(mps=True)
    assert [device.id for device in available_devices()] == ["mps", "cpu"]


def test_that_a_gpu_that_does_not_answer_says_why(machine):
    machine(RuntimeError("CUDA error: out of memory\nmore"), (GB, 2 * GB))
    broken, fine, _ = available_devices()
    assert broken.reason == "CUDA error: out of memory"
    assert not fine.reason


def test_that_a_driver_that_went_away_leaves_the_cpu(machine, monkeypatch):
    machine()

    def gone():
        raise RuntimeError("No CUDA GPUs are available")

    monkeypatch.setattr(torch.cuda, "device_count", gone)
    assert [device.id for device in available_devices()] == ["cpu"]
