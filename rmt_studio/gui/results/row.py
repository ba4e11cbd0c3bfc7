"""One run as a row of the results table: texts, tooltips, and the record that is copied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from rmt_studio.gui.inspector.figures import count_text, percent_text, short_count_text
from rmt_studio.gui.jobs_panel import duration_text
from rmt_studio.gui.results.series import Look, series_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.studio.document import Run


_OF_WHAT = re.compile(r"(?<=%) of (blocks|model)$")  # the tooltip says it


class Column(IntEnum):
    """Columns from left to right."""

    RUN = 0
    KEPT = 1
    TOP1 = 2
    DROP = 3
    SPARSITY = 4
    AGREEMENT = 5
    TOP5 = 6
    LOSS = 7
    IMAGES = 8
    TIME = 9


HEADERS: dict[Column, tuple[str, str]] = {
    Column.RUN: ("Run", "What was evaluated; the mark is that of its points in the plot"),
    Column.KEPT: ("Kept", "Parameters to store"),
    Column.SPARSITY: ("Sparsity", "Share saved of all parameters; the tooltip has that of blocks"),
    Column.TOP1: ("Top-1 %", "Images named rightly, with half of the 95 % interval"),
    Column.DROP: (
        "Drop",
        "Top-1 against the dense model on the same images, in percentage points (paired)",
    ),
    Column.TOP5: ("Top-5 %", "Images whose class is among the five most likely"),
    Column.LOSS: ("Loss", "Mean cross-entropy in nats"),
    Column.AGREEMENT: ("Agreement", "Images on which the dense model says the same"),
    Column.IMAGES: ("n", "Images evaluated"),
    Column.TIME: ("Time", "How long the evaluation took"),
}


@dataclass(frozen=True, eq=False)
class RunRow:
    """What the table shows of one run; texts and tips are in the order of `Column`."""

    run: Run
    look: Look
    texts: tuple[str, ...]
    tips: tuple[str, ...]


def row_of(run: Run, looks: dict[str, Look]) -> RunRow:
    """Return the row of a run; ``looks`` are those of all series."""
    return RunRow(run, looks[series_name(run)], _texts(run), _tips(run))


def points_text(difference: float | None) -> str:
    """Return a difference of shares in percentage points with its sign, such as ``−0.4``."""
    if difference is None:
        return "–"
    points = round(100 * difference, 1)
    return f"{points:+.1f}".replace("-", "−") if points else "0.0"


def table_text(runs: Iterable[Run]) -> str:
    """Return runs as tab-separated values at full precision, with a header line."""
    records = [_record(run) for run in runs]
    lines = [list(records[0]) if records else [], *(list(r.values()) for r in records)]
    return "\n".join("\t".join("" if v is None else str(v) for v in line) for line in lines)


def _texts(run: Run) -> tuple[str, ...]:
    found = run.evaluation
    low, high = found.top1_interval
    return (
        _OF_WHAT.sub("", run.label),
        short_count_text(run.parameters_kept),
        f"{100 * found.top1:.1f} ± {50 * (high - low):.1f}",
        points_text(found.top1_difference),
        percent_text(run.sparsity) if run.recipe else "–",
        "–" if found.agreement is None else percent_text(found.agreement),
        f"{100 * found.top5:.1f}",
        f"{found.loss:.3f}",
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
        f"{whole} of all parameters saved\n{blocks} of the attention and MLP matrices",
        "Share of images on which the dense model says the same",
        f"{100 * found.top5:.2f} % of {found.n} images of {found.images}",
        f"{found.loss:.5f} nats on {found.n} images of {found.images}",
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


def _record(run: Run) -> dict[str, object]:
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
