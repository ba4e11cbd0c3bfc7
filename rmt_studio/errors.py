"""The one error a person sees: the thing, the reason, the next step."""

from __future__ import annotations


class InputError(ValueError):
    """Something the user gave cannot be used.

    ``str()`` of it is one line that names the thing, the reason and, where there is one, the
    next step. The command line prints it and leaves with exit code 2; the window shows it in a
    message and keeps the open document as it was.
    """

    def __init__(self, thing: object, reason: str, next_step: str = "") -> None:
        self.thing = str(thing)
        self.reason = reason
        self.next_step = next_step
        tail = f"; {next_step}" if next_step else ""
        super().__init__(f"{self.thing}: {reason}{tail}")
