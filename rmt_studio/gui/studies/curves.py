"""What the plot of a study shows: points with their intervals, and lines to hold them against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.gui.studies.rows import FAILS, PASSES, label_of, looks_of, share_text
from rmt_studio.studies import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.series import Look
    from rmt_studio.studies import SearchStep, Trial

_DODGE = 0.35  # points of sparsity between neighbouring methods, so that no bar hides another


@dataclass(frozen=True)
class Spot:
    """One row in the plot; x and y in per cent.

    Attributes:
        row: its place in the study.
        x: share removed of the blocks.
        y: top-1.
        low, high: the dense accuracy plus the paired interval of the difference.
        label: method and share.
    """

    row: int
    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Points of one look, from the largest model to the smallest, joined or not."""

    name: str
    look: Look
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Picture:
    """All that the plot shows; numbers in per cent.

    Attributes:
        curves: in the order of the legend.
        dense: top-1 of the dense model, or None.
        least: the top-1 that is still good enough, or None.
        bracket: the shares between which a search goes on, or None.
        reach: what the axis below spans at least, or None.
    """

    curves: tuple[Curve, ...] = ()
    dense: float | None = None
    least: float | None = None
    bracket: tuple[float, float] | None = None
    reach: tuple[float, float] | None = None

    def spoken(self, least: str) -> str:
        """Return in words what is shown; ``least`` is what the level of that name is called."""
        told = [f"dense {self.dense:.1f} %"] if self.dense is not None else []
        told += [f"{least.format(self.least)} %"] if self.least is not None else []
        for curve in self.curves:
            spots = ", ".join(f"{spot.y:.1f} % at {spot.x:g}" for spot in curve.spots)
            told.append(f"{curve.name}: {spots}" if spots else curve.name)
        return "; ".join(told)


def comparison_picture(
    methods: Sequence[str], rows: Sequence[Trial], dense: float | None
) -> Picture:
    """Return the picture of a comparison: a curve for each method that was asked for."""
    looks, middle = looks_of(methods), (len(methods) - 1) / 2
    curves = []
    for place, method in enumerate(methods):
        own = [
            _spot(index, row, (place - middle) * _DODGE)
            for index, row in enumerate(rows)
            if row.method == method and isinstance(row, Measured)
        ]
        own.sort(key=lambda spot: spot.x)
        curves.append(Curve(label_of(method), looks[method], tuple(own)))
    return Picture(tuple(curves), None if dense is None else 100 * dense)


def search_picture(
    steps: Sequence[SearchStep], dense: float | None, points: float, resolution: float
) -> Picture:
    """Return the picture of a search: what passed, what did not, and where it goes on."""
    if dense is None:
        return Picture()
    trials = [
        (step.passes, _spot(index, step.trial))
        for index, step in enumerate(steps)
        if isinstance(step.trial, Measured)
    ]
    curves = (
        Curve("within the points", PASSES, tuple(spot for passes, spot in trials if passes)),
        Curve("not within them", FAILS, tuple(spot for passes, spot in trials if not passes)),
    )
    passed = max((s.trial.sparsity for s in steps if s.passes), default=0.0)
    failed = min((s.trial.sparsity for s in steps if not s.passes), default=1.0)
    going_on = failed - passed > 1.5 * resolution
    bracket = (100 * passed, 100 * failed) if going_on else None
    return Picture(curves, 100 * dense, 100 * dense - points, bracket)


def _spot(row: int, trial: Measured, dodge: float = 0.0) -> Spot:
    dense = trial.evaluation.top1 - trial.pair.difference
    low, high = (100 * min(1.0, max(0.0, dense + end)) for end in trial.pair.interval)
    label = f"{label_of(trial.method)} {share_text(trial.sparsity)}"
    x = 100 * trial.block_sparsity + dodge
    return Spot(row, x, 100 * trial.evaluation.top1, low, high, label)
