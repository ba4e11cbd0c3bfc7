"""What the heat map shows at one moment, and where on the screen each part of it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from rmt_studio.gui.heat_map.grid import Grid
from rmt_studio.gui.heat_map.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.gui.heat_map.scale import ColorScale

Cell = tuple[int, int]

_WIDEST, _TALLEST = 132, 44  # px of a cell; a small model is not blown up
_GAP, BAR = 8, 10  # px between the parts; the height of the colour bar


@dataclass(frozen=True)
class Picture:
    """Ready values.

    Attributes:
        grid: which matrix a cell shows.
        metric: what of it.
        values: numbers by the name of the layer; those not known are not in it.
        scale: their colours; None while none is known.
        faint: layers that the filter hides in the table.
        selected: layers that are chosen.
        current: the one on show.
    """

    grid: Grid = field(default_factory=lambda: Grid((), (), {}))
    metric: Metric = field(default_factory=Metric)
    values: Mapping[str, float] = field(default_factory=dict)
    scale: ColorScale | None = None
    faint: frozenset[str] = frozenset()
    selected: frozenset[str] = frozenset()
    current: str | None = None

    def readout(self, name: str) -> str:
        """Return what is said of one matrix."""
        value = self.values.get(name)
        told = "not known" if value is None else self.metric.text(value)
        return f"{name} · {self.metric.title}: {told}"

    def summary(self) -> str:
        """Return in words how many numbers are known, and which are the ends of them."""
        count = f"{len(self.values)} of {len(self.grid.names)} known"
        if not self.values:
            return count
        ends = (min(self.values, key=self.values.__getitem__),
                max(self.values, key=self.values.__getitem__))  # fmt: skip
        low, high = (f"{self.metric.text(self.values[name])} ({name})" for name in ends)
        return f"{count}, from {low} to {high}"


@dataclass(frozen=True)
class Layout:
    """Places in pixels: row labels at the left, column labels above, the colour bar below."""

    left: int
    top: int
    width: int
    height: int
    rows: int
    columns: int

    @classmethod
    def of(cls, size: tuple[int, int], grid: Grid, label_width: int, line: int) -> Layout:
        """Return the layout of a view.

        Args:
            size: width and height of the view.
            grid: its rows and columns.
            label_width: of the row labels.
            line: height of a line of text.
        """
        rows, columns = max(1, len(grid.rows)), max(1, len(grid.columns))
        top, left = line + 4, label_width + 6
        below = _GAP + BAR + 2 + line + _GAP + line
        width = min(size[0] - left - 2, columns * _WIDEST)
        height = min(size[1] - top - below, rows * _TALLEST)
        return cls(left, top, max(width, columns), max(height, rows), rows, columns)

    def cell(self, row: int, column: int) -> QRect:
        """Return the place of a cell."""
        x, y = self._x(column), self._y(row)
        return QRect(x, y, self._x(column + 1) - x, self._y(row + 1) - y)

    def at(self, x: float, y: float) -> tuple[int | None, int | None]:
        """Return row and column under a point; None beyond the first or last of them."""
        row = int((y - self.top) * self.rows // self.height)
        column = int((x - self.left) * self.columns // self.width)
        return (
            row if 0 <= row < self.rows else None,
            column if 0 <= column < self.columns else None,
        )

    def row_label(self, row: int, line: int) -> QRect:
        """Return the place of a row's label, a line high at least."""
        cell = self.cell(row, 0)
        middle = cell.center().y()
        tall = max(cell.height(), line)
        return QRect(0, middle - tall // 2, self.left - 6, tall)

    def column_label(self, column: int) -> QRect:
        """Return the place of a column's label."""
        cell = self.cell(0, column)
        return QRect(cell.x(), 0, cell.width(), self.top - 2)

    @property
    def bar(self) -> QRect:
        """The place of the colour bar."""
        return QRect(self.left, self.top + self.height + _GAP, self.width, BAR)

    def _x(self, column: int) -> int:
        return self.left + round(column * self.width / self.columns)

    def _y(self, row: int) -> int:
        return self.top + round(row * self.height / self.rows)
