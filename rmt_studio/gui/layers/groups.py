"""Layers of one block, or of one role, under a heading with their numbers taken together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from rmt_studio.gui.heat_map.grid import OUTSIDE, split
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.figures import text_of
from rmt_studio.gui.layers.row import Quality
from rmt_studio.gui.layers.specs import SPECS
from rmt_studio.gui.layers.texts import three_digits, wrapped
from rmt_studio.gui.terms import term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.gui.layers.row import LayerRow

_SUMMED = {
    *(Column.PARAMETERS, Column.SPIKES, Column.DEFLATED, Column.BELOW, Column.SPIKES_CHANGE),
}
_BY_SIZE = {Column.CUT, Column.ZEROS}
_COUNTS = {Column.MATRIX_RANK}
_OUTSIDE_BLOCKS = "outside the blocks"


class Grouping(StrEnum):
    """What rows stand together."""

    NONE = "none"
    BLOCK = "block"
    ROLE = "role"


@dataclass(frozen=True, eq=False)
class GroupRow:
    """The heading of a group.

    Attributes:
        title: what its members share: the block's name, or the role.
        members: their rows, in the order in which they are shown.
        collapsed: whether they are folded away.
    """

    title: str
    members: tuple[LayerRow, ...]
    collapsed: bool = False

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """One text per `Column`: sums of counts, shares by size, medians of the rest."""
        return tuple(self._text(column) for column in Column)

    def explain(self, column: Column) -> str:
        """Return the tooltip of a cell."""
        count = f"{len(self.members)} matrices" if len(self.members) > 1 else "1 matrix"
        known, spec = self._known(column), SPECS[column]
        if column is Column.LAYER or not known:
            return f"{self.title}: {count}"
        name = spec.name or spec.title
        way = "sum over" if column in _SUMMED else "of" if column in _BY_SIZE else "median of"
        reach = f"from {text_of(column, min(known))} to {text_of(column, max(known))}"
        return wrapped(f"{name}, {way} {count}: {self.texts[column]}\n{reach}{self._fits(column)}")

    def _text(self, column: Column) -> str:
        if column is Column.LAYER:
            return f"{self.title} ({len(self.members)})"
        if not SPECS[column].numeric or column in (Column.SHAPE, Column.RATIO):
            alike = {row.texts[column] for row in self.members}
            return alike.pop() if len(alike) == 1 and column is not Column.SPECTRUM else ""
        known = self._known(column)
        if not known:
            return ""
        if column in _SUMMED:
            return text_of(column, sum(known))
        if column in _BY_SIZE:
            return text_of(column, self._share(column))
        middle = median(known)
        return three_digits(middle) if column in _COUNTS else text_of(column, middle)

    def _known(self, column: Column) -> list[float]:
        values = (row.values[column] for row in self.members)
        return [value for value in values if isinstance(value, int | float)]

    def _share(self, column: Column) -> float:
        """Return the mean of shares, each by the size of its matrix."""
        pairs = [(row.values[column], row.layer.size) for row in self.members]
        known = [(value, size) for value, size in pairs if isinstance(value, int | float)]
        return sum(value * size for value, size in known) / sum(size for _, size in known)

    def _fits(self, column: Column) -> str:
        if column is not Column.KS:
            return ""
        found = [row.quality for row in self.members]
        return "\n" + ", ".join(f"{found.count(each)} {each}" for each in Quality) + " fits"


def title_of(row: LayerRow, grouping: Grouping) -> str:
    """Return the title of the group that a row is in."""
    if grouping is Grouping.ROLE:
        return term(row.layer.role.label)
    block, column = split(row.layer.name)
    return _OUTSIDE_BLOCKS if column == OUTSIDE else block


def grouped(
    rows: Sequence[LayerRow], grouping: Grouping, collapsed: frozenset[str]
) -> list[LayerRow | GroupRow]:
    """Return rows under their headings, these in the order of the model.

    Args:
        rows: in the order in which they are to be shown within their groups.
        grouping: what stands together.
        collapsed: titles of the groups that are folded away; their members are returned too.
    """
    if grouping is Grouping.NONE:
        return list(rows)
    found: dict[str, list[LayerRow]] = {}
    for row in sorted(rows, key=lambda row: row.place):
        found.setdefault(title_of(row, grouping), [])
    if _OUTSIDE_BLOCKS in found:
        found[_OUTSIDE_BLOCKS] = found.pop(_OUTSIDE_BLOCKS)
    for row in rows:
        found[title_of(row, grouping)].append(row)
    lines: list[LayerRow | GroupRow] = []
    for title, members in found.items():
        lines += [GroupRow(title, tuple(members), title in collapsed), *members]
    return lines
