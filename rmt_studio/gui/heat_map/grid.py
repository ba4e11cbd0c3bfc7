"""Where each matrix of a model stands in the heat map.

A row is what repeats in the network: the name up to its last number that a word follows, such as
``blocks.3`` of ``blocks.3.attn.q`` or ``layers.0.blocks.1`` of a Swin stage. The column is the rest
of the name, so that no two matrices share a cell. A matrix without such a number, ``head`` or
``patch_embed.proj``, has a row of its own in the last column.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUTSIDE = ""
_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")  # a part that is nothing but a number


@dataclass(frozen=True)
class Grid:
    """The cells of the heat map.

    Attributes:
        rows: beginnings of names, in the order of the model.
        columns: ends of names in the order in which they come up; `OUTSIDE` is the last.
        names: which matrix a cell shows, by (row, column); cells without one are not in it.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    names: Mapping[tuple[int, int], str]

    @property
    def row_labels(self) -> tuple[str, ...]:
        """The numbers of rows named like most others, such as ``3`` or ``0.1``; others in full."""
        usual = self._usual_pattern
        return tuple(
            ".".join(_NUMBER.findall(row)) if usual and _pattern(row) == usual else row
            for row in self.rows
        )

    @property
    def column_labels(self) -> tuple[str, ...]:
        """The last parts of the columns' names, longer where those are numbers or stand twice."""
        last = Counter(column.rpartition(".")[2] for column in self.columns)
        return tuple(
            "other" if not column else leaf if last[leaf] == 1 and not leaf.isdigit() else column
            for column in self.columns
            for leaf in (column.rpartition(".")[2],)
        )

    @property
    def caption(self) -> str:
        """What the numbers of the rows count, such as ``blocks``; empty where nothing repeats."""
        words = [part for part in self._usual_pattern.split(".") if part not in ("#", "")]
        return words[-1] if words else ""

    @property
    def _usual_pattern(self) -> str:
        found = Counter(_pattern(row) for row in self.rows)
        found = Counter({pattern: n for pattern, n in found.items() if "#" in pattern})
        return found.most_common(1)[0][0] if found else ""


def grid_of(names: Sequence[str]) -> Grid:
    """Return where these matrices stand.

    Args:
        names: of the layers, in the order of the model.
    """
    parts = {name: split(name) for name in names}
    rows = tuple(dict.fromkeys(row for row, _ in parts.values()))
    found = dict.fromkeys(column for _, column in parts.values())
    columns = tuple(sorted(found, key=lambda column: column == OUTSIDE))
    down = {row: place for place, row in enumerate(rows)}
    across = {column: place for place, column in enumerate(columns)}
    cells = {(down[row], across[column]): name for name, (row, column) in parts.items()}
    return Grid(rows, columns, cells)


def split(name: str) -> tuple[str, str]:
    """Return row and column of a matrix, such as ``("blocks.3", "attn.q")``."""
    parts = name.split(".")
    ends = [i for i in range(len(parts) - 1) if parts[i].isdigit() and not parts[i + 1].isdigit()]
    if not ends:
        return name, OUTSIDE
    return ".".join(parts[: ends[-1] + 1]), ".".join(parts[ends[-1] + 1 :])


def _pattern(row: str) -> str:
    return ".".join("#" if part.isdigit() else part for part in row.split("."))
