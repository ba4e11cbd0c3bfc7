"""One run as a row of the results table: texts, tooltips, and the record that is copied."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from rmt_studio.gui.durations import duration_text
from rmt_studio.gui.inspector.figures import count_text, percent_text, short_count_text, size_text
from rmt_studio.gui.results.marked_model import Heading, MarkedRow
from rmt_studio.gui.results.series import compare, front_of, looks_of, points_of, series_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rmt_studio.studio.document import Run


_OF_WHAT = re.compile(r"(?<=%) of (blocks|model)$")  # the tooltip says it


class Column(IntEnum):
    """Columns from left to right."""

    RUN = 0
    KEPT = 1
    TOP1 = 2
    DROP = 3
    FRONT = 4
    SPARSITY = 5
    AGREEMENT = 6
    LOSS = 7
    TOP5 = 8
    SIZE = 9
    IMAGES = 10
    TIME = 11


USUAL = tuple(Column(place) for place in range(Column.LOSS))
GIVE_WAY = (Column.AGREEMENT, Column.FRONT, Column.SPARSITY, Column.DROP, Column.KEPT)
BYTES = 4  # of a number in fp32
HEADERS: dict[Column, Heading] = {
    Column.RUN: Heading("Run", "What was evaluated; the mark is that of its points in the plot"),
    Column.KEPT: Heading("Kept", "Parameters to store"),
    Column.SPARSITY: Heading(
        "Sparsity", "Share saved of all parameters; the tooltip has that of blocks"
    ),
    Column.TOP1: Heading("Top-1 %", "Images named rightly, with half of the 95 % interval"),
    Column.DROP: Heading(
        "Drop",
        "Top-1 against the dense model on the same images, in percentage points (paired)",
    ),
    Column.FRONT: Heading(
        "Front",
        "◆ on the Pareto front: no run on these images is at most as large and at least as "
        "accurate, and better in one of the two. Runs equal in both are all on it. Accuracies "
        "count as measured: where intervals overlap, more images may change the order",
    ),
    Column.SIZE: Heading(
        "Size",
        "Bytes of the numbers kept, 4 each; the places of single entries come on top, at most one "
        "bit for each entry",
    ),
    Column.TOP5: Heading("Top-5 %", "Images whose class is among the five most likely"),
    Column.LOSS: Heading("Loss", "Mean cross-entropy in nats"),
    Column.AGREEMENT: Heading("Agreement", "Images on which the dense model says the same"),
    Column.IMAGES: Heading("n", "Images evaluated"),
    Column.TIME: Heading("Time", "How long the evaluation took"),
}


def rows_of(runs: Sequence[Run]) -> list[MarkedRow]:
    """Return the rows of all runs; those that saw other images than the newest are faded."""
    looks = looks_of(runs)
    comparison = compare(runs) if runs else None
    front = front_of(comparison) if comparison else frozenset()
    compared = {point.index for point in points_of(comparison)}
    found = []
    for index, run in enumerate(runs):
        look, faded = looks[series_name(run)], not is_compared(run, runs)
        mark = "◆" if index in front else "–" if index in compared else ""
        found.append(MarkedRow(look, _texts(run, mark), _tips(run), faded))
    return found


def points_text(difference: float | None) -> str:
    """Return a difference of shares in percentage points with its sign, such as ``−0.4``."""
    if difference is None:
        return "–"
    points = round(100 * difference, 1)
    return f"{points:+.1f}".replace("-", "−") if points else "0.0"


def is_compared(run: Run, runs: Sequence[Run]) -> bool:
    """Tell whether a run saw the images of the newest one."""
    return run.evaluation.names == runs[-1].evaluation.names


def table_text(runs: Iterable[Run]) -> str:
    """Return runs as tab-separated values at full precision, with a header line."""
    records = [record_of(run) for run in runs]
    lines = [list(records[0]) if records else [], *(list(r.values()) for r in records)]
    return "\n".join("\t".join("" if v is None else str(v) for v in line) for line in lines)


def _texts(run: Run, front: str) -> tuple[str, ...]:
    found = run.evaluation
    low, high = found.top1_interval
    return (
        _OF_WHAT.sub("", run.label),
        short_count_text(run.parameters_kept),
        f"{100 * found.top1:.1f} ± {50 * (high - low):.1f}",
        points_text(found.top1_difference),
        front,
        percent_text(run.sparsity) if run.recipe else "–",
        "–" if found.agreement is None else percent_text(found.agreement),
        f"{found.loss:.3f}",
        f"{100 * found.top5:.1f}",
        size_text(BYTES * run.parameters_kept),
        count_text(found.n),
        duration_text(found.seconds),
    )


def _tips(run: Run) -> tuple[str, ...]:
    found = run.evaluation
    low, high = (f"{100 * end:.1f}" for end in found.top1_interval)
    right = round(found.top1 * found.n)
    whole, blocks = percent_text(run.sparsity), percent_text(run.block_sparsity)
    kept = f"{count_text(run.parameters_kept)} of {count_text(run.parameters)} parameters"
    return (
        run.label,
        kept,
        f"{right} of {found.n} images of {found.images} are right\n95 % interval {low} to {high} %",
        _drop_tip(run),
        HEADERS[Column.FRONT].tip,
        f"{whole} of all parameters saved\n{blocks} of the attention and MLP matrices",
        "Share of images on which the dense model says the same",
        f"{found.loss:.5f} nats on {found.n} images of {found.images}",
        f"{100 * found.top5:.2f} % of {found.n} images of {found.images}",
        f"{count_text(BYTES * run.parameters_kept)} bytes\n{HEADERS[Column.SIZE].tip}",
        f"{found.n} images of {found.images}",
        f"{found.seconds:.1f} s on {found.device}",
    )


def _drop_tip(run: Run) -> str:
    interval = run.evaluation.top1_difference_interval
    if interval is None:
        return "Nothing to compare with: this is the dense model, or it was not evaluated before"
    low, high = (points_text(end) for end in interval)
    surely = "" if interval[0] > 0 or interval[1] < 0 else "\nit may well be none: 0 lies within"
    change = points_text(run.evaluation.top1_difference)
    return f"{change} points against the dense model\n95 % interval {low} to {high}{surely}"


def record_of(run: Run) -> dict[str, object]:
    """Return the numbers of a run at full precision, by the names of the exports."""
    found = run.evaluation
    drop_low, drop_high = found.top1_difference_interval or (None, None)
    return {
        "run": run.label.replace("\t", " "),
        "parameters": run.parameters,
        "parameters_kept": run.parameters_kept,
        "sparsity": run.sparsity,
        "block_sparsity": run.block_sparsity,
        "top1": found.top1,
        "top1_low": found.top1_interval[0],
        "top1_high": found.top1_interval[1],
        "top5": found.top5,
        "loss": found.loss,
        "top1_difference": found.top1_difference,
        "top1_difference_low": drop_low,
        "top1_difference_high": drop_high,
        "agreement": found.agreement,
        "n": found.n,
        "images": found.images,
        "seconds": found.seconds,
        "device": found.device,
    }
