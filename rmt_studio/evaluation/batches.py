"""How images reach the model: decoded ahead in threads, in batches that fit time and memory."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from torch import Tensor, nn
    from torch.utils.data import Dataset

BATCH_SECONDS = 0.3
"""A batch takes about this long at most, so that a person who cancels waits less than a second."""

FIRST_BATCH, LARGEST_BATCH = 4, 128
GAIN = 1.05
"""A batch of twice the size is kept where it makes so many times the images a second."""

MEMORY_SHARE = 0.5
"""Of a device's free memory, for the values between the layers of one batch."""

MOST_THREADS = 4


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


class DecodedAhead:
    """The items of a dataset in the given order, decoded by a small thread pool.

    While the model works on one batch the next is decoded, so memory holds two. Threads, not
    processes: a forked Qt process breaks, and Pillow releases the interpreter lock.
    """

    def __init__(self, dataset: Dataset, order: Iterable[int]) -> None:
        self._dataset = dataset
        self._order = iter(order)
        self._waiting: deque[Future[tuple[Tensor, int]]] = deque()
        threads = min(MOST_THREADS, max(1, (os.cpu_count() or 1) // 2))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self, count: int, tick: Callable[[], None]) -> tuple[Tensor, Tensor] | None:
        """Return the next ``count`` images (N, C, H, W) and targets (N,), or None at the end.

        ``tick`` is called after each image. An image that cannot be read raises `InputError`.
        """
        self._ask(2 * count)
        items = []
        while self._waiting and len(items) < count:
            items.append(self._waiting.popleft().result())
            tick()
        if not items:
            return None
        images, targets = zip(*items, strict=True)
        return torch.stack(images), torch.tensor(targets)

    def _ask(self, ahead: int) -> None:
        for index in islice(self._order, max(0, ahead - len(self._waiting))):
            self._waiting.append(self._pool.submit(self._dataset.__getitem__, index))


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


def is_out_of_memory(error: BaseException) -> bool:
    """Tell an exhausted memory, of a GPU or of the machine, from every other error."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = str(error).lower()
    return "out of memory" in words or "allocate memory" in words or "not enough memory" in words
