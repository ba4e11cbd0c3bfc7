"""The spikes of one matrix as rows of a table (no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.gui.spectrum.details.cells import Cell, Column, Row, count, number, share
from rmt_studio.spectra import spike_table

if TYPE_CHECKING:
    from rmt_studio.analysis.details import SpikeDetails
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.spectra import Localisation, Spike

SPIKE_COLUMNS = (
    Column("#", "Rank of the singular value, the largest first"),
    Column("s", "Singular value, in units of the weight"),
    Column("λ", "Eigenvalue λ = s²/n"),
    Column(
        "θ",
        "Strength behind the spike, from λ = v (1 + θ²)(c + θ²)/θ²; seen from c^(1/4) on\n"
        "Baik, Ben Arous & Peche (2005); Benaych-Georges & Nadakuditi (2012)",
    ),
    Column(
        "out²",
        "Squared cosine between the seen and the true singular vector of length out\n"
        "Benaych-Georges & Nadakuditi (2012)",
    ),
    Column(
        "in²",
        "Squared cosine between the seen and the true singular vector of length in\n"
        "Benaych-Georges & Nadakuditi (2012)",
    ),
    Column(
        "shrunk",
        "Singular value after optimal shrinkage for the Frobenius error\nGavish & Donoho (2017)",
    ),
    Column("max out", "Largest component of the left unit vector; coloured above the Haar null"),
    Column("IPR out", "Inverse participation Σ uᵢ⁴ of the left vector, 1/m for m equal places"),
    Column("max in", "Largest component of the right unit vector; coloured above the Haar null"),
    Column("IPR in", "Inverse participation Σ vᵢ⁴ of the right vector"),
    Column(
        "carried by",
        "One weight: both vectors have more than half of their square in one place.\n"
        "One row or column: one of them has. Few: more uneven than a uniform vector at 99.9 %.",
        numbers=False,
    ),
)
_WAITING = Cell("…", tip="being computed")
_HALF = 0.5


def spike_rows(shown: Shown, details: SpikeDetails | None) -> tuple[Row, ...]:
    """Return the spikes, and under them the values below the lower threshold.

    Args:
        shown: what the plots show.
        details: with the localisation of the singular vectors; None while it is computed, and
            those cells then say so.
    """
    if not shown.lawful:
        return ()
    if details is None:
        spikes = spike_table(shown.layer.spectrum, shown.fit)
        return tuple(Row((*_numbers(spike), *[_WAITING] * 5)) for spike in spikes)
    left, right = details.out_localisation, details.in_localisation
    rows = [
        Row((*_numbers(spike), *_places(left, right, place)))
        for place, spike in enumerate(details.spikes)
    ]
    if details.lowest_values.size:
        rows += [Row(title="Below the lower threshold"), *_lowest(shown, details)]
    return tuple(rows)


def haar_caption(details: SpikeDetails) -> str:
    """Return what vectors without a preferred place stay under."""
    left, right = details.out_localisation, details.in_localisation
    return (
        f"Uniform vectors stay under max {left.largest_null:.3f}, IPR "
        f"{left.inverse_participation_null:.4f} (out) and {right.largest_null:.3f}, "
        f"{right.inverse_participation_null:.4f} (in) in {100 * left.level:g} % of cases."
    )


def short_haar(details: SpikeDetails) -> str:
    """Return the same as `haar_caption` in few characters."""
    left, right = details.out_localisation, details.in_localisation
    return (
        f"Haar {100 * left.level:g} %: max {left.largest_null:.3f}, {right.largest_null:.3f}; "
        f"IPR {left.inverse_participation_null:.4f}, {right.inverse_participation_null:.4f}"
    )


def _numbers(spike: Spike) -> tuple[Cell, ...]:
    return (
        count(spike.index + 1),
        number(spike.singular_value),
        number(spike.eigenvalue),
        number(spike.strength),
        share(spike.out_overlap),
        share(spike.in_overlap),
        number(spike.shrunken_value),
    )


def _places(left: Localisation, right: Localisation, place: int) -> tuple[Cell, ...]:
    """Return the largest components, the participations, and what carries the spike."""
    cells = [
        share(float(found[place]), digits, flagged=bool(found[place] > null))
        for side in (left, right)
        for found, null, digits in (
            (side.largest, side.largest_null, 3),
            (side.inverse_participation, side.inverse_participation_null, 4),
        )
    ]
    text = carried_by(left, right, place)
    return (*cells, Cell(text, flagged=text != "many"))


def carried_by(left: Localisation, right: Localisation, place: int) -> str:
    """Return what part of the matrix a pair of singular vectors sits on.

    "one weight" where both unit vectors have more than half of their square in a single place,
    "one row" or "one column" where one of them has, "few rows", "few columns" or "few weights"
    where they are only more uneven than a uniform vector, and "many" else.
    """
    one_row, one_column = (
        bool(side.localised[place] and np.square(side.largest[place]) > _HALF)
        for side in (left, right)
    )
    few_rows, few_columns = bool(left.localised[place]), bool(right.localised[place])
    if one_row or one_column:
        return "one weight" if one_row and one_column else "one row" if one_row else "one column"
    if few_rows or few_columns:
        both = few_rows and few_columns
        return "few weights" if both else "few rows" if few_rows else "few columns"
    return "many"


def _lowest(shown: Shown, details: SpikeDetails) -> list[Row]:
    """Return the values under the lower threshold, the smallest first."""
    nothing = number(None)
    left, right = details.lowest_out_localisation, details.lowest_in_localisation
    last = shown.layer.spectrum.dimension - shown.fit.zeros
    return [
        Row(
            (
                count(last - place),
                number(float(value)),
                number(float(value) ** 2 / shown.fit.samples),
                *[nothing] * 4,
                *_places(left, right, place),
            )
        )
        for place, value in enumerate(details.lowest_values)
    ]
