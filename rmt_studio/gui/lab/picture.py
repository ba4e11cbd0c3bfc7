"""What the plot of an experiment shows: measured curves, bounds beside them, published values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rmt_studio.gui.results.series import Look

Role = Literal["measured", "bound"]


@dataclass(frozen=True)
class LabCurve:
    """Points of one series, in the order in which they are joined.

    Attributes:
        name: for the legend.
        look: how it is drawn.
        points: x and y in the units of the axes.
        errors: standard error of each y; 0 where it is a single measurement.
        role: measured, or what theory says of the measured.
    """

    name: str
    look: Look
    points: tuple[tuple[float, float], ...]
    errors: tuple[float, ...]
    role: Role = "measured"


@dataclass(frozen=True)
class Published:
    """A value that was published of a series; it stands at the right end of the plot."""

    name: str
    look: Look
    value: float
    text: str


@dataclass(frozen=True)
class LabPicture:
    """All that the plot shows.

    Attributes:
        curves: in the order of the legend.
        published: of those series that have such a value.
        x, y: captions of the axes.
        log_x, log_y: whether they are logarithmic; the points are plain numbers all the same.
    """

    curves: tuple[LabCurve, ...] = ()
    published: tuple[Published, ...] = ()
    x: str = ""
    y: str = ""
    log_x: bool = False
    log_y: bool = False

    def spoken(self) -> str:
        """Return in words what is shown: how each curve begins and ends, and what was published."""
        told = []
        for one in self.curves:
            (first, begun), (last, ended) = one.points[0], one.points[-1]
            text = f"{one.name}: {begun:.4g} at {first:.4g}"
            told.append(text if last == first else f"{text} to {ended:.4g} at {last:.4g}")
        told += [f"published {one.text}" for one in self.published]
        return f"{self.y} against {self.x}: {'; '.join(told)}" if told else ""


def placed(curve: LabCurve, picture: LabPicture) -> list[tuple[float, float, float, float]]:
    """Return where the points of a curve lie: x, y, and y less and plus its standard error.

    A point that a logarithm does not know is left out, and so is such an end of an error.
    """
    found = []
    for (x, y), error in zip(curve.points, curve.errors, strict=True):
        across, up = _placed(x, log=picture.log_x), _placed(y, log=picture.log_y)
        if math.isfinite(across) and math.isfinite(up):
            ends = (_placed(end, log=picture.log_y) for end in (y - error, y + error))
            found.append((across, up, *(end if math.isfinite(end) else up for end in ends)))
    return found


def _placed(value: float, *, log: bool) -> float:
    if not log:
        return value
    return math.log10(value) if value > 0 else math.nan


def spread(wanted: list[float], gap: float) -> list[float]:
    """Return places near the wanted ones, in their order, at least ``gap`` apart.

    Each group of labels that would touch is centred on the mean of what its members want.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while (
            len(groups) > 1
            and _first(groups[-1], wanted, gap) - _last(groups[-2], wanted, gap) < gap
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    places = [0.0] * len(wanted)
    for group in groups:
        for step, index in enumerate(group):
            places[index] = _first(group, wanted, gap) + step * gap
    return places


def _first(group: list[int], wanted: list[float], gap: float) -> float:
    return sum(wanted[index] for index in group) / len(group) - gap * (len(group) - 1) / 2


def _last(group: list[int], wanted: list[float], gap: float) -> float:
    return _first(group, wanted, gap) + gap * (len(group) - 1)
