"""The figures that the heat map can show: every column of the layer table that is a number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.gui.layers.columns import COMPARISON, FIGURES, Column
from rmt_studio.gui.layers.figures import figure_of, text_of
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import three_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rmt_studio.gui.heat_map.scale import Kind
    from rmt_studio.gui.layers.row import LayerRow
    from rmt_studio.studio.document import Compared

METRICS = tuple(
    column
    for column, spec in SPECS.items()
    if spec.numeric and column not in (Column.SHAPE, Column.SPECTRUM, *COMPARISON)
)
_IN_PER_CENT = (Column.BULK, Column.ZEROS, Column.CUT, Column.ERROR, Column.ENERGY)


@dataclass(frozen=True)
class Metric:
    """What a person wants to see.

    Attributes:
        column: the figure.
        log: colours by the logarithm.
        difference: of the compared model less the open one.
    """

    column: Column = Column.KS
    log: bool = False
    difference: bool = False

    @property
    def kind(self) -> Kind:
        """How numbers become colours."""
        return "difference" if self.difference else "log" if self.log else "linear"

    @property
    def title(self) -> str:
        """Its name, with the sign of a difference where it is one."""
        spec = SPECS[self.column]
        name = spec.name or spec.title
        return f"Δ {name}" if self.difference else name

    def text(self, value: float) -> str:
        """Return a number as a cell writes it."""
        if not self.difference:
            whole = isinstance(value, int) or self.column not in _COUNTED
            return text_of(self.column, value) if whole else three_digits(value)
        if self.column in _IN_PER_CENT:
            text, unit = f"{100 * value:+.1f}", " pp"
        else:
            text, unit = f"{value:+.3g}", ""
        return (text[1:] if not text.strip("+-0.") else text.replace("-", "−")) + unit


def can_differ(column: Column) -> bool:
    """Tell whether a compared model has this figure too."""
    return column in FIGURES


def values_of(
    rows: Sequence[LayerRow], metric: Metric, compared: Compared | None
) -> Mapping[str, float]:
    """Return the number of each layer that has one.

    Args:
        rows: of the layer table.
        metric: the figure.
        compared: the other model, for a difference.
    """
    found = {}
    for row in rows:
        value = row.values[metric.column]
        if metric.difference:
            value = _difference(row, metric.column, compared)
        if isinstance(value, int | float) and math.isfinite(value):
            found[row.layer.name] = value
    return found


def _difference(row: LayerRow, column: Column, compared: Compared | None) -> float | None:
    other = compared.layer(row.layer.name) if compared else None
    here, there = row.values[column], figure_of(other, column) if other else None
    if not isinstance(here, int | float) or not isinstance(there, int | float):
        return None
    return there - here


_COUNTED = (Column.SPIKES, Column.DEFLATED, Column.BELOW, Column.MATRIX_RANK, Column.PARAMETERS)
