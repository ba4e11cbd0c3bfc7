"""What the lab says in words: settings, estimates, verdicts, rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rmt_studio.gui.durations import clock_text
from rmt_studio.gui.inspector.figures import count_text, size_text
from rmt_studio.gui.lab.curves import axis_text
from rmt_studio.gui.results.marked_model import Heading, MarkedRow
from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.results.series import Look
    from rmt_studio.studies.lab import (
        Beside,
        Column,
        Experiment,
        LabRow,
        LabSettings,
        Panel,
        Verdict,
    )
    from rmt_studio.studio.lab_estimate import Estimate

_NOTHING = "–"
_LARGE, _SMALL = 1e5, 1e-3
_SIGNS = (("<=", "≤"), (">=", "≥"), ("lambda ", "λ"), ("||", "‖"), ("_F^2", "²"))


def number_text(value: float | None, unit: str = "", digits: int = 4) -> str:
    """Return a number with so many digits, per cents with two decimals; a dash for none."""
    if value is None or not math.isfinite(value):
        return _NOTHING
    if unit == "%":
        text = f"{value:.2f}"
    elif value and not _SMALL <= abs(value) < _LARGE:
        text = f"{value:.{digits - 1}e}"
    else:
        text = f"{value:.0f}" if value == int(value) else f"{value:#.{digits}g}".rstrip(".")
    return text.replace("-", "−")


def settings_text(settings: LabSettings) -> str:
    """Return the network, the epochs and the pictures in one line."""
    network = " · ".join(str(width) for width in settings.hidden)
    pictures = (
        _tr("all 60,000 images")
        if settings.train_images is None
        else _tr("{0} images").format(count_text(settings.train_images))
    )
    text = _tr("Hidden layers {0}; {1} epochs on {2}")
    return text.format(network, settings.epochs, pictures)


def about_text(experiment: Experiment, settings: LabSettings, data: str) -> str:
    """Return what the rows are of."""
    seeds = (
        _tr("seed {0}").format(settings.seed)
        if settings.seeds == 1
        else _tr("seeds {0} to {1}").format(settings.seed, settings.seed + settings.seeds - 1)
    )
    parts = (term(experiment.title), settings_text(settings), seeds, settings.device, data)
    return " · ".join(part for part in parts if part)


def estimate_text(estimate: Estimate | None) -> str:
    """Return how long a run would take, and how much memory."""
    if estimate is None:
        return _tr("estimating time and memory…")
    text = _tr("About {0} for {2} networks on this machine, and {1} of memory")
    time = clock_text(max(1.0, estimate.seconds))
    return text.format(time, size_text(estimate.memory), estimate.networks)


def statement_text(verdict: Verdict) -> str:
    """Return what was tested, with the signs of a formula."""
    text = term(verdict.statement).rstrip(".")
    for plain, sign in _SIGNS:
        text = text.replace(plain, sign)
    return text[:1].upper() + text[1:]


def points_text(verdict: Verdict) -> str:
    """Return at how many points a statement holds and by how much, for a column."""
    text = _tr("{0} of {1} points").format(verdict.holds, verdict.points)
    margin = _margin_text(verdict)
    return _tr("{0} · margin {1}").format(text, margin) if margin else text


def verdict_text(verdict: Verdict) -> str:
    """Return a statement and what speaks for it as sentences."""
    held = _tr("It holds at {0} of {1} points").format(verdict.holds, verdict.points)
    margin = _margin_text(verdict)
    if margin:
        held = _tr("{0}; smallest margin {1}").format(held, margin)
    if verdict.p_value is not None:
        held = _tr("{0}; p = {1}").format(held, number_text(verdict.p_value, digits=2))
    note = term(verdict.note)
    lines = (statement_text(verdict), held, note[:1].upper() + note[1:])
    return ".\n".join(line for line in lines if line) + "."


def _margin_text(verdict: Verdict) -> str:
    if verdict.margin is None:
        return ""
    return f"{number_text(verdict.margin, digits=3)} {verdict.unit}".strip()


def row_headings(panel: Panel) -> tuple[Heading, ...]:
    """Return the headings of the table of a panel's rows."""
    return (
        Heading("Series", "What was trained or changed; the mark is that of its curve"),
        Heading("Seed", "Of the random numbers of the run"),
        *(Heading(axis_text(column), term(column.title)) for column in (panel.x, *panel.columns)),
    )


def lab_row(row: LabRow, look: Look, columns: Sequence[Column]) -> MarkedRow:
    """Return the ready texts of a row; the tooltips have all digits."""
    values = [row.values.get(column.key) for column in columns]
    texts = (number_text(value, column.unit) for value, column in zip(values, columns, strict=True))
    tips = ("" if value is None else repr(value) for value in values)
    series = term(row.series)
    return MarkedRow(
        look, (series, str(row.seed), f"{row.x:.4g}", *texts), (series, "", repr(row.x), *tips)
    )


BESIDE_HEADINGS = (
    Heading("Quantity", "What was measured, at the end of training unless it says otherwise"),
    Heading("Published", "The figure of the source; a dash where it gives none"),
    Heading("Ours", "The mean over the seeds of this run"),
    Heading("± s.e.", "Standard error of the mean over the seeds"),
    Heading("Difference", "Ours less the published"),
    Heading("Seeds", "How many runs the mean is of"),
)


def beside_row(one: Beside, look: Look) -> MarkedRow:
    """Return a published value beside ours."""
    gap = None if one.published is None else one.ours - one.published
    texts = (
        f"{term(one.quantity)} ({one.unit})" if one.unit else term(one.quantity),
        number_text(one.published, one.unit),
        number_text(one.ours, one.unit),
        number_text(one.standard_error, one.unit),
        number_text(gap, one.unit),
        str(one.seeds),
    )
    return MarkedRow(look, texts, (term(one.note),) * len(texts))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Lab", text)
