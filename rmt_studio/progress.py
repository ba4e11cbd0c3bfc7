"""How long work reports where it is, and how it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Cancelled(BaseException):
    """Raised by a progress callback to end the work.

    It derives from ``BaseException`` so that no ``except Exception`` on the way out eats it.
    """


class Progress(Protocol):
    """A callback that long work calls between its steps.

    Work calls it often and cheaply; the callback limits its own rate. It raises `Cancelled` when
    the person asked to stop, so every call is also a point where the work can end.
    """

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Report ``done`` of ``total`` steps, with a short ``note`` about the present one."""


def no_progress(done: int, total: int, note: str = "") -> None:
    """Report to nobody: the default of every function that takes a `Progress`."""


def ticking(tick: Callable[[], None]) -> Progress:
    """Return a callback that only passes on that it was called."""

    def progress(done: int, total: int, note: str = "") -> None:
        tick()

    return progress
