"""The numbers in the names of checkpoints, and which of them counts the steps of training."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"\d{1,15}")
_WHOLE = re.compile(r"(?<!\d)(?<!\d\.)\d{1,15}(?!\d|\.\d)")  # no part of a fraction
_ENDING = re.compile(r"\.(safetensors|index\.json|onnx)$", re.IGNORECASE)


def numbers_in(name: str) -> tuple[int, ...]:
    """Return the whole numbers in a name from left to right: (3, 500) of ``epoch=3-step=500``."""
    return tuple(int(digits) for digits in _NUMBER.findall(_ENDING.sub("", name)))


def pattern_of(name: str) -> str:
    """Return a name with ``#`` for each number, the same for all names that count alike."""
    return _NUMBER.sub("#", name)


def steps_of(names: Sequence[str]) -> list[int]:
    """Return the step of each of several names of one pattern.

    It is the first number that is another in every name, so that a constant one
    (``vit_base_patch16_epoch_3.pth``) counts for nothing; the parts of a decimal fraction
    (``loss0.25_epoch3.pth``) only where there is no such whole number. Where none is, the place in
    the order of all numbers counts.
    """
    rows = [numbers_in(name) for name in names]
    if len(rows) == 1:
        whole = _WHOLE.findall(_ENDING.sub("", names[0]))
        return [int(whole[-1]) if whole else rows[0][-1]]
    wholes = [[int(digits) for digits in _WHOLE.findall(_ENDING.sub("", name))] for name in names]
    for column in (*zip(*wholes, strict=True), *zip(*rows, strict=True)):
        if len(set(column)) == len(column):
            return list(column)
    order = sorted(zip(rows, names, strict=True))
    return [order.index(one) for one in zip(rows, names, strict=True)]
