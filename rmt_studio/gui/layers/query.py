"""What a person types into the layer filter: ``fc1 role:mlp spikes>20 cut<50% block:3``.

All words must hold. Free words are looked for in the name; ``field:value`` and ``field>number``
look at one column. Words that make no sense are named, and the others still count.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.row import LayerRow
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.terms import term

Test = Callable[[LayerRow], bool]

_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_NUMBERS = {
    spec.key: column
    for column, spec in SPECS.items()
    if spec.numeric and column is not Column.SHAPE
}
_USUAL = ("spikes", "ks", "edge", "bulk", "alpha", "cut")
_UNITS = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}
_COMPARISON = re.compile(r"([a-z_]+)(<=|>=|<|>|=)(.*)")
_NUMBER = re.compile(r"([-\u2212]?(?:\d+\.?\d*(?:e-?\d+)?|\.\d+))(%|k|m)?")
_CHOICE = re.compile(r"([a-z_]+):(.*)")
_BLOCKS = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True)
class Query:
    """A filter.

    Attributes:
        tests: all must hold for a row to be shown.
        hint: what is wrong with the text, for a person; empty when nothing is.
    """

    tests: tuple[Test, ...] = ()
    hint: str = ""

    def accepts(self, row: LayerRow) -> bool:
        """Tell whether a row is shown."""
        return all(test(row) for test in self.tests)


def parse_query(text: str) -> Query:
    """Read a filter; never raises."""
    tests, hint = [], ""
    for word in text.lower().split():
        found = _test_of(word)
        if isinstance(found, str):
            hint = hint or found
        else:
            tests.append(found)
    return Query(tuple(tests), hint)


def _test_of(word: str) -> Test | str:
    """Return the test of one word, or what is wrong with it."""
    if match := _COMPARISON.fullmatch(word):
        return _comparison(*match.groups())
    if match := _CHOICE.fullmatch(word):
        return _choice(*match.groups())
    return lambda row: word in row.layer.name.lower()


def _comparison(field: str, sign: str, value: str) -> Test | str:
    if field not in _NUMBERS:
        close = difflib.get_close_matches(field, _NUMBERS, n=3) or _USUAL
        return f"“{field}” is not a column with numbers; try {', '.join(close)}"
    column, compare = _NUMBERS[field], _COMPARE[sign]
    if field == "ks" and value == "null":
        return lambda row: _holds(compare, row.values[column], row.values[Column.NULL])
    match = _NUMBER.fullmatch(value)
    if match is None:
        return f"“{field}{sign}” needs a number, such as {_example(field)}"
    number = float(match[1].replace("\u2212", "-")) * _UNITS[match[2] or ""]
    return lambda row: _holds(compare, row.values[column], number)


def _choice(field: str, value: str) -> Test | str:
    if field == "role":
        return _role(value)
    if field == "block":
        return _block(value)
    if field == "fit":
        if value not in ("good", "fair", "poor"):
            return "“fit:” takes good, fair or poor"
        return lambda row: row.quality == value
    if field in _NUMBERS:
        return f"“{field}” is a number: write {_example(field)}"
    return f"“{field}:” is not known; try role:, block: or fit:"


def _role(value: str) -> Test | str:
    if not value:
        return "“role:” needs a role, such as role:mlp or role:query"
    return lambda row: (
        value in f"{row.layer.role} {term(row.layer.role.label)}".lower()
        or (value in ("attn", "attention") and ".attn." in f".{row.layer.name}.")
    )


def _block(value: str) -> Test | str:
    match = _BLOCKS.fullmatch(value)
    if match is None:
        return "“block:” needs a number or a range, such as block:3 or block:0-5"
    first, last = int(match[1]), int(match[2] or match[1])
    return lambda row: row.layer.block is not None and first <= row.layer.block <= last


def _holds(compare: Callable[[float, float], bool], left: object, right: object) -> bool:
    """Compare two numbers; what is not known yet does not hold."""
    return isinstance(left, int | float) and isinstance(right, int | float) and compare(left, right)


def _example(field: str) -> str:
    examples = {
        "spikes": "spikes>20",
        "cut": "cut<50%",
        "parameters": "parameters>100k",
        "alpha": "alpha>3",
        "edge_change": "edge_change<-5%",
    }
    return examples.get(field, f"{field}>0.05")
