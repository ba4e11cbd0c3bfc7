"""The columns of the layer table, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Column(IntEnum):
    """From left to right: what the matrix is, what its spectrum says, what its rule does.

    `FIGURES` are those of the spectrum, the fit and the entries, `COMPARISON` those that say what
    is different in the model that is compared with, `RULE` those that say what its rule does.
    """

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
    KS_P_VALUE = 11
    EDGE_P_VALUE = 12
    VARIANCE = 13
    DEFLATED = 14
    BELOW = 15
    ALPHA = 16
    TAIL_DISTANCE = 17
    STABLE_RANK = 18
    ENTROPY = 19
    MATRIX_RANK = 20
    LOG_SPECTRAL_NORM = 21
    KURTOSIS = 22
    ZEROS = 23
    EDGE_CHANGE = 24
    SPIKES_CHANGE = 25
    ALPHA_CHANGE = 26
    CUT = 27
    ERROR = 28
    ENERGY = 29


FIGURES = tuple(Column(place) for place in range(Column.SPECTRUM, Column.EDGE_CHANGE))
RULE = (Column.CUT, Column.ERROR, Column.ENERGY)
COMPARISON = (Column.EDGE_CHANGE, Column.SPIKES_CHANGE, Column.ALPHA_CHANGE)
DEFAULT_COLUMNS = (
    Column.LAYER,
    Column.SHAPE,
    Column.SPECTRUM,
    Column.EDGE,
    Column.SPIKES,
    Column.KS,
    Column.CUT,
)


@dataclass(frozen=True)
class ColumnSpec:
    """What the header says of one column.

    Attributes:
        key: the word that stands for it in settings and in the filter; WeightWatcher's where it
            has this column.
        title: the header.
        tip: the header's tooltip: what the number is and in which unit.
        group: title of the part of the menu it stands in; empty for the menu itself.
        name: what the menu calls it; its title by default.
        numeric: whether its cells are numbers, which stand right.
        muted: whether its cells are less loud than the others.
        long_title: what the header says where it has room for more.
        widest: a text that its cells have room for in any case, so that columns do not jump while
            they fill.
    """

    key: str
    title: str
    tip: str
    group: str = ""
    name: str = ""
    numeric: bool = True
    muted: bool = False
    long_title: str = ""
    widest: str = ""
