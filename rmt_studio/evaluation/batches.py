"""How images reach the model: in batches that fit time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError, is_out_of_memory

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH_SECONDS = 0.3
"""A batch takes about this long at most, so that a person who cancels waits less than a second."""

FIRST_BATCH, LARGEST_BATCH = 4, 128
GAIN = 1.05
"""A batch of twice the size is kept where it makes so many times the images a second."""

MEMORY_SHARE = 0.5
"""Of a device's free memory, for the values between the layers of one batch."""


@dataclass
class BatchSize:
    """The number of images in the next batch; it follows the clock and the memory.

    It doubles while that makes the images come faster, which on a processor ends at a few images
    whose values fit its cache, and goes back to the best size when it does not. A ``fixed`` size
    ignores the clock, and still halves when memory runs out.
    """

    current: int = FIRST_BATCH
    largest: int = LARGEST_BATCH
    fixed: bool = False
    _best: int = 1
    _best_rate: float = 0.0

    @classmethod
    def of(cls, batch_size: int | None) -> BatchSize:
        """Return an automatic size for None, else a fixed one; `InputError` below 1."""
        if batch_size is None:
            return cls()
        if batch_size < 1:
            raise InputError("batch size", f"{batch_size} is below 1", "give 1 or more, or none")
        return cls(batch_size, batch_size, fixed=True)

    def took(self, images: int, seconds: float, fitting: int | None = None) -> None:
        """Learn from a batch of so many images.

        Args:
            images: in the batch; a rest at the end of the set teaches nothing.
            seconds: that it took; the next one is to take `BATCH_SECONDS` at most.
            fitting: how many images the memory holds, where that is known.
        """
        if self.fixed or images < self.current:
            return
        rate = images / max(seconds, 1e-9)
        if rate > GAIN * self._best_rate:
            self._best, self._best_rate = images, rate
            wanted = 2 * images
        else:
            wanted = self.largest = self._best
        bounds = [wanted, self.largest, int(BATCH_SECONDS * rate)]
        self.current = max(1, min(bounds if fitting is None else [*bounds, fitting]))

    def halve(self) -> None:
        """Stay below the size that memory did not hold.

        Raises:
            DeviceError: when that size was a single image.
        """
        if self.current == 1:
            reason = "memory does not hold a single image of this model"
            raise DeviceError("the device", reason, "close other programs or choose another device")
        self.current = self.largest = self.current // 2
        self._best = min(self._best, self.current)


def images_that_fit(device: torch.device, images: int) -> int | None:
    """Return how many images the memory of a device holds at a time; None where it does not tell.

    That is `MEMORY_SHARE` of what is free, divided by what one image of a batch of so many took at
    its peak since the last call.
    """
    if device.type != "cuda":
        return None
    peak = torch.cuda.max_memory_allocated(device) - torch.cuda.memory_allocated(device)
    free, _ = torch.cuda.mem_get_info(device)
    torch.cuda.reset_peak_memory_stats(device)
    return int(MEMORY_SHARE * free * images / peak) if peak > 0 else None


def outputs(module: nn.Module, images: Tensor, size: BatchSize, device: torch.device) -> Tensor:
    """Return the model's outputs for (N, C, H, W) images, float32 on the CPU.

    When memory runs out the batch is halved and the same images are taken again.

    Raises:
        DeviceError: when memory does not hold a single image.
    """
    while True:
        try:
            pieces = images.split(size.current)
            return torch.cat([module(piece.to(device)).float().cpu() for piece in pieces])
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        size.halve()
        if device.type == "cuda":
            torch.cuda.empty_cache()
