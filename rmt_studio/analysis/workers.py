"""Independent pieces of work on one processor core each.

Linear algebra on one matrix of a vision transformer keeps two cores busy for little more than
half of the time, and more of them for less; as many matrices at once as there are cores do.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")
TICK = 0.1  # seconds between two looks at whether to go on
_MOST_WORKERS = 16  # beyond, they wait for the memory more than they compute
# While workers start, the number of threads that new threads of the process begin with is 1.
_STARTING = threading.Lock()


def worker_count(items: int, device: torch.device | str, wanted: int | None = None) -> int:
    """Return how many workers to start: one per thread of torch unless told otherwise.

    On a device other than the CPU it is one: such a device does one thing at a time.
    """
    if torch.device(device).type != "cpu":
        return 1
    with _STARTING:
        threads = torch.get_num_threads()
    return max(min(items, wanted or min(threads, _MOST_WORKERS)), 1)


@contextmanager
def at_work(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[list[Future[R]]]:
    """Start ``work(item)`` for all items and give their futures in order.

    In these threads torch and the linear algebra below it use one core each, so a result does not
    depend on how many there are. When the block ends, in whatever way, what has not begun is
    dropped, what runs is waited for, and the threads are gone.
    """
    begun = threading.Barrier(min(workers, len(items)) + 1)
    pool = ThreadPoolExecutor(workers, "analysis", initializer=_use_one_core, initargs=(begun,))
    try:
        with _STARTING:
            threads = torch.get_num_threads()
            try:
                futures = [pool.submit(work, item) for item in items]
                begun.wait()
            finally:
                # a thread of torch starts with what was last set anywhere: for threads to come
                torch.set_num_threads(threads)
        yield futures
    finally:
        begun.abort()
        pool.shutdown(wait=True, cancel_futures=True)


def result_of(future: Future[R], tick: Callable[[], None]) -> R:
    """Return the result when it is there, or raise what the work raised; ``tick`` meanwhile."""
    while not wait([future], TICK).done:
        tick()
    return future.result()


def _use_one_core(begun: threading.Barrier) -> None:
    """Let torch use one core in this thread, then wait for the other workers."""
    torch.get_num_threads()  # the first call in a thread sets the number; ours must be the second
    torch.set_num_threads(1)
    with suppress(threading.BrokenBarrierError):
        begun.wait()
