"""The one error a person sees: the thing, the reason, the next step."""

from __future__ import annotations


class InputError(ValueError):
    """Something the user gave cannot be used.

    ``str()`` of it is one printable line that names the thing, the reason and, where there is
    one, the next step; what cannot be printed, as in a stranger's file name, is escaped. The
    command line prints it and leaves with exit code 2; the window shows it in a message and keeps
    the open document as it was.
    """

    def __init__(self, thing: object, reason: str, next_step: str = "") -> None:
        self.thing, self.reason = printable(str(thing)), printable(reason)
        self.next_step = printable(next_step)
        tail = f"; {self.next_step}" if next_step else ""
        super().__init__(f"{self.thing}: {self.reason}{tail}")


def printable(text: str) -> str:
    """Return a text in which nothing moves a terminal's cursor or breaks the line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
