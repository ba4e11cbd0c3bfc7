"""Going from cell to cell of the heat map with the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from rmt_studio.gui.heat_map.grid import Grid
    from rmt_studio.gui.heat_map.picture import Cell

_FAR = 10_000  # more than any model has
STEPS: dict[Qt.Key, Cell] = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Home: (0, -_FAR),
    Qt.Key.Key_End: (0, _FAR),
    Qt.Key.Key_PageUp: (-_FAR, 0),
    Qt.Key.Key_PageDown: (_FAR, 0),
}


def neighbour(grid: Grid, here: Cell | None, step: Cell) -> Cell:
    """Return the next cell with a matrix that way; where there is none, the nearest beside it.

    Args:
        grid: with at least one matrix.
        here: where one is; None for nowhere yet, which leads to the first matrix.
        step: rows and columns to go, one of them 0.
    """
    if here is None:
        return min(grid.names)
    across = step[0] == 0
    sign = 1 if sum(step) > 0 else -1
    ahead = [
        cell
        for cell in grid.names
        if (cell[1] - here[1] if across else cell[0] - here[0]) * sign > 0
    ]
    in_line = [cell for cell in ahead if (cell[0] == here[0] if across else cell[1] == here[1])]
    if abs(sum(step)) == _FAR:
        return max(in_line, key=lambda cell: sign * sum(cell), default=here)
    if in_line:
        return min(in_line, key=lambda cell: sign * sum(cell))
    return min(ahead, key=lambda cell: _distance(cell, here), default=here) if not across else here


def in_rectangle(grid: Grid, one: Cell, other: Cell) -> list[str]:
    """Return the matrices of all cells between two corners."""
    top, bottom = sorted((one[0], other[0]))
    left, right = sorted((one[1], other[1]))
    return [
        name
        for (row, column), name in grid.names.items()
        if top <= row <= bottom and left <= column <= right
    ]


def _distance(cell: Cell, here: Cell) -> tuple[int, int]:
    return abs(cell[0] - here[0]), abs(cell[1] - here[1])
