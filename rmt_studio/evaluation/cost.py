"""What a model costs: parameters, stored bytes, multiplications, and measured speed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import torch
from torch.utils.flop_counter import FlopCounterMode

from rmt_studio.evaluation.private_copy import between_blocks, private_copy
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn


@dataclass(frozen=True)
class ParameterCount:
    """All parameters, each tensor once, and those that are not zero."""

    total: int
    nonzero: int


@dataclass(frozen=True)
class StoredBytes:
    """Bytes of the weights and buffers in a file.

    ``dense`` writes every entry. ``bitmask`` is an estimate: each tensor as one bit per entry
    plus its non-zero entries, where that is smaller. Neither makes the model run faster.
    """

    dense: int
    bitmask: int


@dataclass(frozen=True)
class Throughput:
    """Images per second: the median over the repeats, and the slowest and fastest of them."""

    images_per_second: float
    slowest: float
    fastest: float
    repeats: int
    batch_size: int
    device: str


def parameters(module: nn.Module) -> ParameterCount:
    """Count the parameters of the module; a tensor that two layers share counts once."""
    tensors = list(module.parameters())
    nonzero = sum(int(torch.count_nonzero(tensor)) for tensor in tensors)
    return ParameterCount(sum(tensor.numel() for tensor in tensors), nonzero)


def stored_bytes(module: nn.Module) -> StoredBytes:
    """Return the bytes that the state dict of the module takes in a file."""
    tensors = {tensor.data_ptr(): tensor for tensor in module.state_dict().values()}.values()
    dense = sum(tensor.nbytes for tensor in tensors)
    return StoredBytes(dense, sum(min(tensor.nbytes, _bitmask_bytes(tensor)) for tensor in tensors))


def _bitmask_bytes(tensor: Tensor) -> int:
    return -(-tensor.numel() // 8) + int(torch.count_nonzero(tensor)) * tensor.element_size()


def macs(module: nn.Module, input_size: Sequence[int]) -> int:
    """Return the multiply-accumulates of one image of ``input_size`` (C, H, W).

    Matrix products, convolutions and attention, as PyTorch's own counter sees them run; zeros
    count in full, since a dense kernel multiplies by them too. A ViT block of width d on N tokens
    takes ``12 N d^2 + 2 N^2 d``.
    """
    own = private_copy(module, _device_of(module))
    image = torch.zeros(1, *input_size, device=_device_of(module))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        own(image)
    return counter.get_total_flops() // 2


def throughput(
    module: nn.Module,
    input_size: Sequence[int],
    *,
    device: str = "cpu",
    batch_size: int = 16,
    repeats: int = 5,
    progress: Progress = no_progress,
) -> Throughput:
    """Time the module on ``repeats`` batches of zeros (C, H, W), after one that warms up.

    Raises:
        InputError: an unusable device.
    """
    place = usable_device(device)
    own = private_copy(module, place)
    images = torch.zeros(batch_size, *input_size, device=place)
    seconds = []
    for repeat in range(repeats + 1):
        with between_blocks(own, lambda done=repeat: progress(done, repeats + 1, "timing")):
            seconds.append(_time_one(own, images))
    rates = sorted(batch_size / taken for taken in seconds[1:])
    return Throughput(median(rates), rates[0], rates[-1], repeats, batch_size, str(place))


def _time_one(module: nn.Module, images: Tensor) -> float:
    start = time.perf_counter()
    with torch.inference_mode():
        module(images)[0].cpu()  # reading a value waits for the device
    return time.perf_counter() - start


def _device_of(module: nn.Module) -> torch.device:
    return next((tensor.device for tensor in module.parameters()), torch.device("cpu"))
