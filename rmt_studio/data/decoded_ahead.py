"""Images decoded ahead of the model that takes them, in threads."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from torch import Tensor
    from torch.utils.data import Dataset

MOST_THREADS = 4


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
