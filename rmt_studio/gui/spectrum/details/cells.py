"""What a table of numbers holds: cells that are read by people and copied at full precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.spectrum.captions import number_text

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: as a person reads it.
        exact: as it is copied: plain digits at full precision.
        tip: the formula and its source, or what the text leaves out.
        flagged: whether it stands out.
    """

    text: str
    exact: str = ""
    tip: str = ""
    flagged: bool = False

    @property
    def copied(self) -> str:
        """What goes to the clipboard."""
        return self.exact or self.text


@dataclass(frozen=True)
class Row:
    """One line of a table; a line with a title only begins a group.

    Attributes:
        cells: from left to right; none where there is a title.
        title: the name of the group that begins here.
    """

    cells: tuple[Cell, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: its name.
        tip: the formula and its source.
        numbers: whether it holds numbers, which stand at the right.
    """

    title: str
    tip: str = ""
    numbers: bool = True


def number(value: float | None, tip: str = "", *, flagged: bool = False) -> Cell:
    """Return a cell with three significant digits."""
    if value is None or math.isnan(value):
        return Cell(NOTHING, tip=tip)
    return Cell(number_text(value).replace("-", "−"), repr(float(value)), tip, flagged)


def share(value: float | None, digits: int = 3, *, flagged: bool = False) -> Cell:
    """Return a cell with a share of 1 in so many digits."""
    if value is None or math.isnan(value):
        return Cell(NOTHING)
    return Cell(f"{value:.{digits}f}", repr(float(value)), flagged=flagged)


def count(value: int, tip: str = "") -> Cell:
    """Return a cell with a count."""
    return Cell(count_text(value), str(int(value)), tip)


def percent(value: float, tip: str = "") -> Cell:
    """Return a cell with a share in per cent; copied as a share of 1."""
    return Cell(percent_text(value), repr(float(value)), tip)
