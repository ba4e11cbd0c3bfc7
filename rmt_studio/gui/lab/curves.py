"""From the rows of an experiment to the curves of one of its plots."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt

from rmt_studio.gui.lab.picture import LabCurve, LabPicture, Published
from rmt_studio.gui.results.series import LOOKS, Look
from rmt_studio.gui.terms import term
from rmt_studio.studies.lab.noise_findings import LEVELS, NOISE
from rmt_studio.studies.lab.published import NOISE_TEST_ACCURACY, TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rmt_studio.gui.lab.views import View
    from rmt_studio.studies.lab import Beside, Column, LabRow

_MORE_SYMBOLS = ("t", "h", "+", "t3", "t2")
_SERIES_LOOKS = (
    *LOOKS,
    *(replace(look, symbol=s) for look, s in zip(LOOKS, _MORE_SYMBOLS, strict=True)),
)
PUBLISHED_LOOK = Look("muted", "star", Qt.PenStyle.NoPen)
_BOUND_SYMBOLS = ("x", "+", "t2")
_FEW = 3  # series, of which several bounds each can be told apart
_DECADE = 10.0


def looks_of(rows: Iterable[LabRow]) -> dict[str, Look]:
    """Return the look of each series; one that comes later changes none."""
    names = dict.fromkeys(row.series for row in rows)
    return {name: _SERIES_LOOKS[i % len(_SERIES_LOOKS)] for i, name in enumerate(names)}


def lab_picture(view: View, rows: Sequence[LabRow]) -> LabPicture:
    """Return what a plot shows: the means over the seeds, in the order of x.

    Where there are many series and several bounds, the first series alone is drawn.

    Args:
        view: which plot.
        rows: of its panel, measured so far.
    """
    looks = looks_of(rows)
    several = len(view.bounds) > 1 and len(looks) > _FEW
    told = dict(list(looks.items())[:1]) if several else looks
    of_series: dict[str, list[LabRow]] = {}
    for row in rows:
        of_series.setdefault(row.series, []).append(row)
    curves = [
        _curve(term(name), look, view.column.key, of_series[name]) for name, look in told.items()
    ]
    for bound, symbol in zip(view.bounds, _BOUND_SYMBOLS, strict=False):
        for name, look in told.items():
            text = f"{term(name)}: {term(bound.title)}"
            curve = _curve(text, replace(look, symbol=symbol), bound.key, of_series[name])
            curves.append(replace(curve, role="bound"))
    shown = tuple(curve for curve in curves if curve.points)
    return LabPicture(
        shown,
        tuple(_published(view, looks)),
        axis_text(view.panel.x),
        axis_text(view.column),
        view.panel.x.log,
        view.log and _spans_a_decade(shown),
    )


def _spans_a_decade(curves: Sequence[LabCurve]) -> bool:
    """Tell whether a logarithmic axis would have more than a few numbers."""
    heights = [y for curve in curves for _, y in curve.points if y > 0]
    return bool(heights) and max(heights) >= _DECADE * min(heights)


def legend_of(picture: LabPicture, view: View) -> tuple[tuple[str, Look], ...]:
    """Return names and looks for the legend; a bound of all series has one entry."""
    entries = [(one.name, one.look) for one in picture.curves if one.role == "measured"]
    drawn = {curve.look.symbol for curve in picture.curves if curve.role == "bound"}
    entries += [
        (term(bound.title), Look("muted", symbol, Qt.PenStyle.DotLine))
        for bound, symbol in zip(view.bounds, _BOUND_SYMBOLS, strict=False)
        if symbol in drawn
    ]
    if picture.published:
        entries.append((_tr("published"), PUBLISHED_LOOK))
    return tuple(entries)


def axis_text(column: Column) -> str:
    """Return the title of a column with its unit."""
    title = term(column.title)
    return f"{title} ({column.unit})" if column.unit else title


def series_of(one: Beside) -> str:
    """Return the series of a published value, which stands before what was measured of it."""
    return one.quantity.rpartition(": ")[0]


def _published(view: View, looks: dict[str, Look]) -> Iterator[Published]:
    """Yield the published values of the series that have begun."""
    for series, value in _known(view.experiment, view.panel.key, view.column.key).items():
        if series in looks:
            yield Published(series, looks[series], value, f"{term(series)} {value:.2f}")


def _known(experiment: str, panel: str, column: str) -> dict[str, float]:
    if experiment == "pruning-while-training" and column == "test_accuracy":
        return {series: known.test for series, known in TRAINING.items()}
    if experiment == "pruning-while-training" and column == "train_accuracy":
        return {series: known.train for series, known in TRAINING.items()}
    if (experiment, panel, column) == ("noise", LEVELS.key, "test_accuracy"):
        return {NOISE: NOISE_TEST_ACCURACY}
    return {}


def _curve(name: str, look: Look, key: str, rows: Sequence[LabRow]) -> LabCurve:
    places: dict[float, list[float]] = {}
    for row in rows:
        value = row.values.get(key)
        if value is not None and math.isfinite(value):
            places.setdefault(row.x, []).append(value)
    points = tuple((float(x), fmean(places[x])) for x in sorted(places))
    errors = tuple(_error(places[x]) for x in sorted(places))
    return LabCurve(name, look, points, errors)


def _error(values: list[float]) -> float:
    """Return the standard error of the mean; 0 for a single value."""
    n = len(values)
    if n < 2:
        return 0.0
    mean = sum(values) / n  # statistics.stdev counts in fractions, a hundred times as long
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (n * (n - 1)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lab", text)
