"""Cycles as rows of a table and points of a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt

from rmt_studio.gui.durations import duration_text
from rmt_studio.gui.inspector.figures import count_text, percent_text
from rmt_studio.gui.results.marked_model import Heading, MarkedRow
from rmt_studio.gui.results.row import points_text
from rmt_studio.gui.results.series import Look
from rmt_studio.gui.studies.curves import Curve, Picture, Spot
from rmt_studio.gui.studies.rows import COMPARED, share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies.cycles import CycleRow

CYCLES = (
    Heading("Cycle", "Prune, restore, learn; the mark says by what it pruned"),
    Heading("Target", "Share of the attention and MLP matrices that was to be gone"),
    *COMPARED[1:5],
    Heading("Restored", "Entries that were removed and put back, as they had moved furthest"),
    Heading("Time", "For pruning, learning and evaluation"),
)
LOOKS = {
    "magnitude": Look("accent", "o", Qt.PenStyle.SolidLine),
    "ser": Look("law", "s", Qt.PenStyle.DashLine),
}


def method_name(method: str) -> str:
    """Return what a person calls the method of a cycle."""
    names = {"magnitude": _tr("magnitude"), "ser": _tr("spectral edge reallocation")}
    return names.get(method, method)


def cycle_row(row: CycleRow) -> MarkedRow:
    """Return the row of a cycle."""
    found, pair = row.evaluation, row.pair
    low, high = pair.interval
    texts = (
        str(row.cycle),
        share_text(row.sparsity),
        share_text(round(row.block_sparsity, 4)),
        f"{100 * found.top1:.1f}",
        points_text(pair.difference),
        f"{points_text(low)} to {points_text(high)}",
        count_text(row.restored) if row.method == "ser" else "–",
        duration_text(row.seconds),
    )
    share = percent_text(row.model_sparsity)
    drop = f"{pair.gained} images gained, {pair.lost} lost against the dense model"
    moved = f"{count_text(row.removed)} removed, {count_text(row.restored)} put back"
    revived = f"{moved}\n{count_text(row.revived)} of these had gone in an earlier cycle"
    tips = (
        method_name(row.method),
        CYCLES[1].tip,
        f"{share} of all parameters are gone",
        f"{round(found.top1 * found.n)} of {found.n} images of {found.images} are right",
        drop,
        drop,
        revived,
        "measured in an earlier run" if row.kept else CYCLES[7].tip,
    )
    return MarkedRow(LOOKS[row.method], texts, tips)


def cycles_picture(rows: Sequence[CycleRow], dense: float | None, final: float | None) -> Picture:
    """Return the cycles with their paired intervals, a curve for each way to prune.

    Args:
        rows: in order.
        dense: top-1 of the dense model, or None.
        final: the sparsity at the end, which the axis reaches, or None.
    """
    curves = []
    for method, look in LOOKS.items():
        spots = tuple(_spot(i, row) for i, row in enumerate(rows) if row.method == method)
        if spots:
            curves.append(Curve(method_name(method), look, spots))
    level = None if dense is None else 100 * dense
    reach = None if final is None else (0.0, 100 * final)
    return Picture(tuple(curves), level, reach=reach)


def _spot(place: int, row: CycleRow) -> Spot:
    dense = row.evaluation.top1 - row.pair.difference
    low, high = (100 * min(1.0, max(0.0, dense + end)) for end in row.pair.interval)
    label = _tr("cycle {0}, {1}").format(row.cycle, method_name(row.method))
    return Spot(place, 100 * row.block_sparsity, 100 * row.evaluation.top1, low, high, label)


def _tr(text: str) -> str:
    return QCoreApplication.translate("training", text)
