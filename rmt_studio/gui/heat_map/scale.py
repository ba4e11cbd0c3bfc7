"""From a number to a colour of a perceptually uniform map, and back for the labels of its bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["linear", "log", "difference"]
# viridis (van der Walt & Smith 2015); blue-white-red of Kovesi 2015 for differences
_MAPS: dict[Kind, str] = {"linear": "viridis", "log": "viridis", "difference": "CET-D1"}
_STEPS = 256


@dataclass(frozen=True)
class ColorScale:
    """Maps numbers between two ends to colours.

    Attributes:
        low: number of the first colour.
        high: number of the last colour.
        kind: evenly, by logarithm, or evenly around zero.
    """

    low: float
    high: float
    kind: Kind = "linear"

    def share(self, value: float) -> float:
        """Return where a number stands between the ends, from 0 to 1; the middle if they agree."""
        low, high, at = self.low, self.high, value
        if self.kind == "log":
            low, high, at = math.log10(low), math.log10(high), math.log10(value)
        return (at - low) / (high - low) if high > low else 0.5

    def value(self, share: float) -> float:
        """Return the number that stands at a share between the ends."""
        if self.kind == "log":
            return self.low ** (1 - share) * self.high**share
        return self.low + share * (self.high - self.low)

    def color(self, value: float) -> QColor:
        """Return the colour of a number."""
        return self.color_at(self.share(value))

    def color_at(self, share: float) -> QColor:
        """Return the colour at a share between the ends."""
        place = round(min(max(share, 0.0), 1.0) * (_STEPS - 1))
        return _colors(_MAPS[self.kind])[place]


def scale_of(values: Iterable[float], kind: Kind) -> ColorScale | None:
    """Return the scale that just holds these numbers, or None where there are none.

    Numbers that are not all positive have no logarithm and get a linear scale. Differences get
    ends as far from zero on both sides.
    """
    known = list(values)
    if not known:
        return None
    low, high = float(min(known)), float(max(known))
    if kind == "difference":
        reach = max(-low, high) or 1.0
        return ColorScale(-reach, reach, kind)
    return ColorScale(low, high, "log" if kind == "log" and low > 0 else "linear")


def readable_on(ground: QColor) -> QColor:
    """Return black or white, whichever contrasts more with a ground (WCAG 2.1 luminance)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (ground.redF(), ground.greenF(), ground.blueF())
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor("black" if luminance > 0.179 else "white")


@cache
def _colors(name: str) -> tuple[QColor, ...]:
    found = pg.colormap.get(name)
    assert found is not None  # noqa: S101
    table = np.asarray(found.getLookupTable(nPts=_STEPS, alpha=False))
    return tuple(QColor(*rgb) for rgb in table.tolist())
