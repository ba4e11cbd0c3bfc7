"""The tables of the noise experiments, and what their rows say."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rmt_studio.studies.lab.experiment import Findings
from rmt_studio.studies.lab.published import (
    EMPIRICAL_EXPONENT,
    NOISE_TEST_ACCURACY,
    PERTURBATION_EXPONENT,
)
from rmt_studio.studies.lab.rows import Beside, Column, LabRow, Panel, Verdict
from rmt_studio.studies.lab.statistics import Mean, fitted_power, trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.studies.lab.settings import NoiseSettings

NOISE, WIDTH = "noise", "width"
LEVELS = Panel(
    "levels",
    "Noise in every matrix but the last",
    Column("level", "Noise level: variance times the hidden width", log=True),
    (
        Column("test_accuracy", "Test accuracy", "%"),
        Column("train_accuracy", "Training accuracy", "%"),
        Column("classes", "Classes predicted for any test picture"),
        Column("test_loss", "Test cross-entropy", "nats", log=True),
        Column("train_loss", "Training cross-entropy", "nats", log=True),
        Column("regularised_loss", "Regularised training loss", "nats", log=True),
        Column("penalty", "L2 penalty", "nats"),
        Column("penalty_growth", "Expected growth of the penalty", "nats"),
        Column("variance", "Variance of the noise", log=True),
    ),
)
WIDTHS = Panel(
    "widths",
    "Noise N(0, g/N) in the middle layer of [inputs, N, N, classes]",
    Column("width", "Width N", log=True),
    (
        Column("shift", "Change of the logits", log=True),
        Column("shift_bound", "Gaussian bound on it", "", True, "shift"),
        Column("theory_scale", "Theorem's scale a(N)", log=True),
        Column("row_scale", "Scale by the rows' lengths", log=True),
        Column("diagnostic_scale", "Source's diagnostic scale", log=True),
        Column("row_sum", "Greatest absolute row sum of the last matrix", log=True),
        Column("input_norm", "Mean length of what enters the middle layer", log=True),
        Column("within", "Pictures within the Gaussian bound", "%"),
        Column("test_accuracy", "Test accuracy", "%"),
    ),
)


def found(settings: NoiseSettings, rows: Sequence[LabRow]) -> Findings:
    """Compare with the published figures, and test what the source says of the noise."""
    levels = [row for row in rows if row.panel == LEVELS.key]
    widths = [row for row in rows if row.panel == WIDTHS.key]
    powers = [
        _power("change of the logits", "shift", PERTURBATION_EXPONENT, widths),
        _power("theorem's scale a(N)", "theory_scale", PERTURBATION_EXPONENT, widths),
        _power("scale by the rows' lengths", "row_scale", None, widths),
        _power("source's diagnostic scale", "diagnostic_scale", EMPIRICAL_EXPONENT, widths),
        _power("greatest row sum of the last matrix", "row_sum", None, widths),
    ]
    verdicts = (
        _rises("regularised_loss", levels),
        _small_at_one(settings, levels),
        _within(widths),
        _half(widths),
        _assumed(widths),
    )
    return Findings((_clean(levels), *powers), verdicts)


def _clean(levels: Sequence[LabRow]) -> Beside:
    least = min(row.x for row in levels)
    ours = Mean.of([row.values["test_accuracy"] for row in levels if row.x == least])
    quantity = f"test accuracy at noise level {least:g}"
    note = "the published network is larger and trained longer"
    return Beside(quantity, "%", NOISE_TEST_ACCURACY, ours.value, ours.error, ours.n, note)


def _power(title: str, key: str, published: float | None, widths: Sequence[LabRow]) -> Beside:
    power = fitted_power([row.x for row in widths], [row.values[key] for row in widths])
    note = f"95 % interval {power.interval[0]:.2f} to {power.interval[1]:.2f}"
    seeds = len({row.seed for row in widths})
    if published is not None:
        note += "; beside it the power of N alone, norms of the outer layers held"
    return Beside(f"{title}: power of the width", "", published, power.exponent, None, seeds, note)


def _rises(key: str, levels: Sequence[LabRow]) -> Verdict:
    column = LEVELS.column(key)
    steps = [
        after.values[key] - before.values[key]
        for before, after in pairwise(levels)
        if before.seed == after.seed
    ]
    order = trend([row.x for row in levels], [row.values[key] for row in levels], falling=False)
    return Verdict(
        f"{column.title.lower()} rises with every level of noise",
        sum(step > 0 for step in steps),
        len(steps),
        min(steps),
        column.unit,
        order.p_value,
        f"Kendall's tau with the level {order.tau:+.2f}",
    )


def _small_at_one(settings: NoiseSettings, levels: Sequence[LabRow]) -> Verdict:
    """Test at the level nearest to variance 1/N that accuracy moves by less than a point."""
    near = min(settings.levels, key=lambda level: abs(level - 1.0))
    least = min(settings.levels)
    clean = {row.seed: row.values["test_accuracy"] for row in levels if row.x == least}
    moved = [abs(row.values["test_accuracy"] - clean[row.seed]) for row in levels if row.x == near]
    return Verdict(
        f"noise of variance {near:g}/N changes the test accuracy by less than one point",
        sum(one < 1 for one in moved),
        len(moved),
        1 - max(moved),
        "points",
        note=f"it changes by {min(moved):.2f} to {max(moved):.2f} points",
    )


def _within(widths: Sequence[LabRow]) -> Verdict:
    shares = [row.values["within"] for row in widths]
    ratios = [row.values["shift_bound"] / row.values["shift"] for row in widths]
    return Verdict(
        "the logits of all pictures move no further than the Gaussian bound, in every draw",
        sum(share == 100 for share in shares),
        len(shares),
        min(shares) - 100,
        "%",
        note=f"the mean bound is {min(ratios):.3g} to {max(ratios):.3g} times the mean change",
    )


def _half(widths: Sequence[LabRow]) -> Verdict:
    power = fitted_power([row.x for row in widths], [row.values["shift"] for row in widths])
    low, high = power.interval
    return Verdict(
        "the change of the logits falls with the width, the 95 % interval of its power below 0",
        int(high < 0),
        1,
        -high,
        note=f"power {power}, the theorem's {PERTURBATION_EXPONENT:g} "
        + ("lies within" if low <= PERTURBATION_EXPONENT <= high else "lies outside"),
    )


def _assumed(widths: Sequence[LabRow]) -> Verdict:
    power = fitted_power([row.x for row in widths], [row.values["theory_scale"] for row in widths])
    return Verdict(
        "the theorem's assumption a(N) -> 0: its fitted power of the width is below 0",
        int(power.interval[1] < 0),
        1,
        -power.interval[1],
        note=f"power {power}; the row sums of the last matrix decide it",
    )
