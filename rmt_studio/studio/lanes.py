"""A lane: one thread that does one thing after the other."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Lane:
    """Calls what is put into it, in order, in a thread of its own.

    The thread is a daemon: the interpreter joins every other thread at its end, those of
    `concurrent.futures` too, and would wait for a call into torch that nobody can interrupt.

    Args:
        name: of the device or of what the lane is for.
    """

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def put(self, call: Callable[[], None]) -> None:
        """Queue a call that does not raise."""
        self._queue.put(call)

    def close(self) -> None:
        """Let the thread end after what is queued."""
        self._queue.put(None)

    def join(self, seconds: float | None) -> bool:
        """Wait for the thread, for ever with None, and return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (call := self._queue.get()) is not None:
            call()
            del call  # what it holds, such as a model, is not ours to keep until the next comes
