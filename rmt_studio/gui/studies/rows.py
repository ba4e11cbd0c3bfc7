"""Rows of a study as texts: ready values for the table."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from rmt_studio.gui.durations import duration_text
from rmt_studio.gui.inspector.figures import THIN, percent_text
from rmt_studio.gui.results.marked_model import Heading, MarkedRow
from rmt_studio.gui.results.row import points_text
from rmt_studio.gui.results.series import Look
from rmt_studio.gui.terms import term
from rmt_studio.pruning import METHODS
from rmt_studio.studies import Failed, SearchStep, Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies import Measured

_COLORS = ("accent", "law", "threshold", "spike", "fair", "muted")
_SYMBOLS = ("o", "s", "t1", "d", "p", "h", "star")
_LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine,
          Qt.PenStyle.DashDotLine, Qt.PenStyle.DashDotDotLine)  # fmt: skip
PASSES = Look("good", "o", Qt.PenStyle.NoPen)
FAILS = Look("poor", "s", Qt.PenStyle.NoPen)
NOTHING = "–"


COMPARED = (
    Heading("Method", "What filled the rules; the mark is that of its points in the plot"),
    Heading("Removed", "Share of the attention and MLP matrices that is gone"),
    Heading("Top-1 %", "Images named rightly"),
    Heading("Drop", "Top-1 against the dense model on the same images, in points (paired)"),
    Heading("95 % interval", "Of the drop, in points"),
    Heading("Agreement", "Images on which the dense model says the same"),
    Heading("Time", "For rules, pruning and evaluation"),
)
SEARCHED = (
    Heading("Step", "In the order in which the bisection took them"),
    *COMPARED[1:5],
    Heading("Within", "Whether the drop is within the points that may be lost"),
    COMPARED[6],
)


def looks_of(methods: Sequence[str]) -> dict[str, Look]:
    """Return a look for each method; no two have the same colour and symbol."""
    parts = zip(cycle(_COLORS), cycle(_SYMBOLS), cycle(_LINES), strict=False)
    return {m: Look(*part) for m, part in zip(methods, islice(parts, len(methods)), strict=True)}


def label_of(method: str) -> str:
    """Return the name of a method to show; its key where it is none of ours."""
    return term(METHODS[method].label) if method in METHODS else method


def share_text(share: float) -> str:
    """Return a share in per cent with as many digits as it has, such as ``30 %``."""
    return f"{100 * share:.4g}{THIN}%"


def compared_row(trial: Trial, looks: dict[str, Look]) -> MarkedRow:
    """Return a row of a comparison."""
    name = label_of(trial.method)
    if isinstance(trial, Failed):
        texts = (name, share_text(trial.sparsity), "failed", *[NOTHING] * 3, _time(trial))
        return MarkedRow(looks[trial.method], texts, (trial.reason,) * len(texts), faded=True)
    agreement = trial.evaluation.agreement
    agrees = NOTHING if agreement is None else percent_text(agreement)
    texts = (name, *_figures(trial), agrees, _time(trial))
    tips = (name, *_tips(trial), COMPARED[5].tip, _time_tip(trial))
    return MarkedRow(looks[trial.method], texts, tips)


def searched_row(place: int, step: SearchStep) -> MarkedRow:
    """Return a row of a search, the ``place``-th."""
    trial, look = step.trial, PASSES if step.passes else FAILS
    if isinstance(trial, Failed):
        texts = (f"{place}", share_text(trial.sparsity), "failed", *[NOTHING] * 3, _time(trial))
        return MarkedRow(look, texts, (trial.reason,) * len(texts), faded=True)
    within = "yes" if step.passes else "no"
    texts = (f"{place}", *_figures(trial), within, _time(trial))
    tips = (label_of(trial.method), *_tips(trial), SEARCHED[5].tip, _time_tip(trial))
    return MarkedRow(look, texts, tips)


def _figures(trial: Measured) -> tuple[str, ...]:
    low, high = trial.pair.interval
    return (
        share_text(round(trial.block_sparsity, 4)),
        f"{100 * trial.evaluation.top1:.1f}",
        points_text(trial.pair.difference),
        f"{points_text(low)} to {points_text(high)}",
    )


def _tips(trial: Measured) -> tuple[str, ...]:
    found = trial.evaluation
    asked = f"asked for {share_text(trial.sparsity)} of the attention and MLP matrices"
    removed = f"{asked}\n{percent_text(trial.model_sparsity)} of all parameters are gone"
    right = f"{round(found.top1 * found.n)} of {found.n} images of {found.images} are right"
    error = f"{100 * trial.pair.standard_error:.2f}"
    drop = (
        f"standard error {error} points\n{trial.pair.gained} images gained, {trial.pair.lost} lost"
    )
    return removed, right, drop, drop


def _time(trial: Trial) -> str:
    return duration_text(trial.seconds)


def _time_tip(trial: Measured) -> str:
    text = f"{duration_text(trial.seconds_pruning)} for rules and pruning"
    return f"{text}\nmeasured in an earlier run" if trial.kept else text
