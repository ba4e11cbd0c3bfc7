"""The columns of the layer table: what each says and how wide it has to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Column(IntEnum):
    """From left to right: what the matrix is, what its spectrum says, what its rule does."""

    LAYER = 0
    ROLE = 1
    SHAPE = 2
    RATIO = 3
    PARAMETERS = 4
    SPECTRUM = 5
    EDGE = 6
    SPIKES = 7
    BULK = 8
    KS = 9
    NULL = 10
    CUT = 11


@dataclass(frozen=True)
class ColumnSpec:
    """What the header says of one column.

    Attributes:
        key: the word that stands for it in settings.
        title: the header.
        tip: the header's tooltip: what the number is and in which unit.
        numeric: whether its cells are numbers, which stand right.
        muted: whether its cells are less loud than the others.
        long_title: what the header says where it has room for more.
        widest: a text that its cells have room for in any case, so that columns do not jump while
            they fill.
    """

    key: str
    title: str
    tip: str
    numeric: bool = True
    muted: bool = False
    long_title: str = ""
    widest: str = ""


SPECS: dict[Column, ColumnSpec] = {
    Column.LAYER: ColumnSpec(
        "layer",
        "Layer",
        "Where the matrix is; sorts in the order of the model",
        numeric=False,
        widest="blocks.0.mlp.fc1",
    ),
    Column.ROLE: ColumnSpec(
        "role", "Role", "What the matrix does in the network", numeric=False, muted=True
    ),
    Column.SHAPE: ColumnSpec("shape", "Shape", "Outputs × inputs; sorts by size", muted=True),
    Column.RATIO: ColumnSpec("c", "c", "Ratio c = p/n of the shorter to the longer side"),
    Column.PARAMETERS: ColumnSpec("parameters", "Parameters", "Entries of the matrix"),
    Column.SPECTRUM: ColumnSpec(
        "spectrum",
        "Spectrum",
        "Histogram of the eigenvalues λ = s²/n: the bulk, and the spikes above the threshold in "
        "colour.\nLinear up to the threshold, logarithmic above it; heights by the square root of "
        "the count.\nSorts by the largest eigenvalue in units of the upper edge.",
        numeric=False,
    ),
    Column.EDGE: ColumnSpec(
        "edge",
        "Edge",
        "Upper edge of the fitted bulk as a singular value, s₊ = √(n λ₊); a cell's tooltip gives "
        "the eigenvalue λ₊",
        widest="0.888",
    ),
    Column.SPIKES: ColumnSpec(
        "spikes", "Spikes", "Eigenvalues above the Tracy-Widom threshold", widest="88"
    ),
    Column.BULK: ColumnSpec(
        "bulk", "Bulk", "Share of the eigenvalues at or below the upper edge", widest="100 %"
    ),
    Column.KS: ColumnSpec(
        "ks",
        "KS",
        "Kolmogorov distance of the spectrum from the fitted Marchenko-Pastur law, and what noise "
        "alone stays under in 95 % of cases.\n● under it    ▲ up to 5 times it    ■ more",
        long_title="KS / null",
        widest="0.888",
    ),
    Column.NULL: ColumnSpec(
        "null",
        "Null 95 %",
        "Kolmogorov distance that a matrix of noise of this shape stays under in 95 % of cases",
        muted=True,
        widest="0.888",
    ),
    Column.CUT: ColumnSpec(
        "cut",
        "Cut",
        "Predicted sparsity: share of the matrix's parameters that need no storage under its rule",
        widest="100 %",
    ),
}

DEFAULT_COLUMNS = (
    Column.LAYER,
    Column.SHAPE,
    Column.SPECTRUM,
    Column.EDGE,
    Column.SPIKES,
    Column.KS,
    Column.CUT,
)
# In a narrow panel these give way, the first first; they come back when there is room.
GIVE_WAY = (Column.SHAPE, Column.EDGE)
_MOST_FOR_SPECTRUM = 60  # px more than its least


def by_key(key: str) -> Column | None:
    """Return the column that a word in the settings stands for, or None."""
    return next((column for column, spec in SPECS.items() if spec.key == key), None)


def columns_that_fit(
    wanted: tuple[Column, ...],
    widths: dict[Column, int],
    brief: dict[Column, int],
    available: int,
) -> dict[Column, int]:
    """Return the columns to show and their widths, so that the first has room for its names.

    As wanted when everything fits; else with the brief form of the columns that have one; else
    without the columns that give way, and at last with shortened names. Columns that a person
    asked for stay in any case: the table then scrolls.

    Args:
        wanted: the columns to show, `Column.LAYER` among them.
        widths: how wide each column has to be.
        brief: how wide columns that have a brief form have to be in it.
        available: pixels there are.
    """
    fitted = {column: widths[column] for column in wanted}
    if sum(fitted.values()) > available or Column.NULL in wanted:
        fitted |= {c: width for c, width in brief.items() if c in fitted and c is not Column.LAYER}
    if set(wanted) <= set(DEFAULT_COLUMNS):
        for column in (c for c in GIVE_WAY if c in wanted):
            if sum(fitted.values()) > available:
                del fitted[column]
        missing = max(0, sum(fitted.values()) - available)
        shortest = min(brief[Column.LAYER], widths[Column.LAYER])
        fitted[Column.LAYER] = max(fitted[Column.LAYER] - missing, shortest)
    return _spread(fitted, available - sum(fitted.values()))


def _spread(widths: dict[Column, int], slack: int) -> dict[Column, int]:
    """Return the widths with the pixels left over given to the histogram, then to the names."""
    spread = dict(widths)
    if slack > 0 and Column.SPECTRUM in spread:
        spread[Column.SPECTRUM] += min(slack // 3, _MOST_FOR_SPECTRUM)
    spread[Column.LAYER] += max(0, slack - (sum(spread.values()) - sum(widths.values())))
    return spread
