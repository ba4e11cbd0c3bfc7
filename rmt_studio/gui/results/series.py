"""Which runs belong together: one series per budget, each with a look of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studio.document import Run

_TARGET = re.compile(r"\s*\d+(\.\d+)?\s*%.*$")


@dataclass(frozen=True)
class Look:
    """How a series is drawn; shape and line tell it apart where colours do not.

    Attributes:
        color: a field of `rmt_studio.gui.theme.Colors`.
        symbol: a symbol of pyqtgraph.
        line: of the line through its points.
    """

    color: str
    symbol: str
    line: Qt.PenStyle


DENSE = Look("text", "o", Qt.PenStyle.DashLine)
LOOKS = (
    Look("accent", "o", Qt.PenStyle.SolidLine),
    Look("fair", "s", Qt.PenStyle.DashLine),
    Look("threshold", "t1", Qt.PenStyle.DashDotLine),
    Look("spike", "d", Qt.PenStyle.DotLine),
    Look("law", "p", Qt.PenStyle.DashDotDotLine),
)


@dataclass(frozen=True)
class Point:
    """One run in the plot.

    Attributes:
        index: of the run in `Document.runs`.
        label: of the run.
        parameters: that are kept.
        top1: share of 1.
        interval: its 95 % interval.
    """

    index: int
    label: str
    parameters: int
    top1: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Series:
    """Runs of one budget, from the largest model to the smallest."""

    name: str
    look: Look
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Comparison:
    """What the plot shows.

    Attributes:
        dense: the newest evaluation of the dense model, or None.
        series: the pruned models by budget, in the order in which they came up.
        images: name of the image set that all of them saw.
        n: how many images.
        elsewhere: how many runs saw other images and are not shown.
    """

    dense: Point | None
    series: tuple[Series, ...]
    images: str
    n: int
    elsewhere: int


def spoken(comparison: Comparison | None) -> str:
    """Return in words what the plot of a comparison shows."""
    if comparison is None:
        return ""
    points = [point for series in comparison.series for point in series.points]
    if comparison.dense is not None:
        points.insert(0, comparison.dense)
    told = (f"{p.label} {100 * p.top1:.1f} % with {p.parameters:,} parameters" for p in points)
    return f"{comparison.n} images of {comparison.images}: {'; '.join(told)}"


def series_name(run: Run) -> str:
    """Return the name of a run without its target: "Global magnitude 30% of blocks" is one of
    the series "Global magnitude".
    """
    return "dense" if run.recipe is None else _TARGET.sub("", run.label) or run.label


def looks_of(runs: Sequence[Run]) -> dict[str, Look]:
    """Return the look of each series; a run added later changes none."""
    names = dict.fromkeys(series_name(run) for run in runs if run.recipe is not None)
    looks = {name: LOOKS[place % len(LOOKS)] for place, name in enumerate(names)}
    return {"dense": DENSE, **looks}


def compare(runs: Sequence[Run]) -> Comparison:
    """Put runs into series; only those on the images of the newest one can be compared.

    Args:
        runs: at least one, oldest first.
    """
    newest, looks = runs[-1].evaluation, looks_of(runs)
    alike = [(i, run) for i, run in enumerate(runs) if run.evaluation.names == newest.names]
    found: dict[str, list[Point]] = {}
    for index, run in alike:
        found.setdefault(series_name(run), []).append(_point(index, run))
    dense = found.pop("dense", [])
    series = tuple(
        Series(name, looks[name], tuple(sorted(points, key=_by_size)))
        for name, points in found.items()
    )
    last = dense[-1] if dense else None
    return Comparison(last, series, newest.images, newest.n, len(runs) - len(alike))


def points_of(comparison: Comparison | None) -> list[Point]:
    """Return all points of a comparison, the dense model first."""
    if comparison is None:
        return []
    dense = [comparison.dense] if comparison.dense else []
    return [*dense, *(point for one in comparison.series for point in one.points)]


def front_of(comparison: Comparison) -> frozenset[int]:
    """Return which runs are on the Pareto front, by their places in `Document.runs`.

    A run is on it unless another one is at most as large and at least as accurate, and smaller or
    more accurate. Runs that are equal in both stay together. Accuracies count as measured, without
    their intervals.
    """
    points, front, best = points_of(comparison), set(), -1.0
    for size in sorted({point.parameters for point in points}):
        alike = [point for point in points if point.parameters == size]
        top = max(point.top1 for point in alike)
        if top > best:
            front |= {point.index for point in alike if point.top1 == top}
            best = top
    return frozenset(front)


def _point(index: int, run: Run) -> Point:
    evaluation = run.evaluation
    return Point(index, run.label, run.parameters_kept, evaluation.top1, evaluation.top1_interval)


def _by_size(point: Point) -> int:
    return -point.parameters
