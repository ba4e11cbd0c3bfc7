"""What the comparison of two runs says, as texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.gui.inspector.figures import percent_text, short_count_text, size_text
from rmt_studio.gui.results.row import BYTES, points_text

if TYPE_CHECKING:
    from rmt_studio.gui.results.diff import LayerPair, RunDiff
    from rmt_studio.studio.run import Run

NOTHING = "–"
_LEAST_P = 0.001


@dataclass(frozen=True)
class DiffRow:
    """One figure of both runs and its change, second less first."""

    name: str
    first: str
    second: str
    change: str


def figure_rows(diff: RunDiff) -> tuple[DiffRow, ...]:
    """Return the figures of the whole models."""
    first, second = diff.first, diff.second
    kept = second.parameters_kept - first.parameters_kept
    points = points_text(diff.paired.difference) if diff.paired else NOTHING
    return (
        DiffRow("Top-1", _top1(first), _top1(second), points),
        _counts("Parameters kept", first, second, kept),
        DiffRow(
            "Size, 4 bytes each",
            size_text(BYTES * first.parameters_kept),
            size_text(BYTES * second.parameters_kept),
            _signed(BYTES * kept, size_text(abs(BYTES * kept))),
        ),
        DiffRow(
            "Sparsity of all parameters",
            percent_text(first.sparsity),
            percent_text(second.sparsity),
            points_text(second.sparsity - first.sparsity),
        ),
        DiffRow(
            "Sparsity of the blocks",
            percent_text(first.block_sparsity),
            percent_text(second.block_sparsity),
            points_text(second.block_sparsity - first.block_sparsity),
        ),
    )


def layer_row(pair: LayerPair) -> DiffRow:
    """Return what both runs remove of one layer."""
    first, second = (
        NOTHING if share is None else percent_text(share) for share in (pair.first, pair.second)
    )
    return DiffRow(pair.name, first, second, points_text(pair.change))


def verdict(diff: RunDiff) -> str:
    """Return what can be said of the accuracies, in one or two sentences."""
    if diff.paired is None:
        one, other = diff.first.evaluation, diff.second.evaluation
        return (
            f"The runs saw different images ({one.n} of {one.images}, {other.n} of "
            f"{other.images}), so their accuracies cannot be compared image by image. Evaluate "
            "both on the same images."
        )
    low, high = (points_text(end) for end in diff.paired.interval)
    p_value = diff.p_value or 0.0
    p_text = f"p < {_LEAST_P:g}" if p_value < _LEAST_P else f"p = {p_value:.2g}"
    return (
        f"Top-1 differs by {points_text(diff.paired.difference)} points (95 % interval {low} to "
        f"{high}, paired). Of {diff.paired.n} images {diff.paired.gained} are right only in the "
        f"second run and {diff.paired.lost} only in the first; McNemar's exact test: {p_text}."
    )


def _top1(run: Run) -> str:
    low, high = run.evaluation.top1_interval
    return f"{100 * run.evaluation.top1:.1f} ± {50 * (high - low):.1f} %"


def _counts(name: str, first: Run, second: Run, change: int) -> DiffRow:
    one, other = (short_count_text(run.parameters_kept) for run in (first, second))
    return DiffRow(name, one, other, _signed(change, short_count_text(abs(change))))


def _signed(change: int, size: str) -> str:
    return f"{'+' if change > 0 else '−'}{size}" if change else "0"
