"""Who may hold a large copy: workers take turns where what they need together is too much."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rmt_studio.progress import Cancelled

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turns:
    """Room for copies of a certain size together; what is larger has it to itself.

    Args:
        room: in any unit that the sizes share, such as entries.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._taken = 0
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def __call__(self, size: int) -> Iterator[None]:
        """Hold a size, as soon as there is room for it.

        Raises:
            Cancelled: `close` was called before.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._fits(size))
            if self._closed:
                raise Cancelled
            self._taken += size
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any longer: who has not had a turn gets none."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return self._taken == 0 or self._taken + size <= self._room
