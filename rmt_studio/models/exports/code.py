"""The pieces that loading snippets are made of; what is written here has to run as Python."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmt_studio.models.exports.format import Subject

_WIDTH = 62


def create_model(subject: Subject) -> str:
    """Return the call that builds the network with random weights."""
    arguments = subject.model.arguments
    given = [quoted(subject.model.architecture)]
    given += [f"{name}={quoted(value)}" for name, value in arguments.items()]
    return call("model = timm.create_model", given)


def call(function: str, arguments: list[str]) -> str:
    """Return a call on one line where it fits, its arguments on lines of their own otherwise."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    inside = textwrap.fill(
        ", ".join(arguments),
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{function}(\n{inside},\n)"


def quoted(value: object) -> str:
    """Return a value as Python writes it, text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def lines(*parts: str) -> str:
    """Join parts by line ends."""
    return "\n".join(parts)
