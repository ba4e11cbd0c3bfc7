"""The heat map out of the window: as a picture, to the clipboard, as a table of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.gui.plots import PlotMenu

if TYPE_CHECKING:
    from rmt_studio.gui.heat_map.plot import HeatMap
    from rmt_studio.gui.plots.numbers import Row


class HeatMapMenu(PlotMenu):
    """The menu of every plot; its numbers are the cells."""

    def __init__(self, view: HeatMap) -> None:
        super().__init__(view)  # pyright: ignore[reportArgumentType]
        self._map = view

    def rows(self) -> list[Row]:
        """Return a row for each matrix; the value is empty where it is not known."""
        picture = self._map.picture
        return [
            {
                "layer": name,
                "row": picture.grid.rows[row],
                "column": picture.grid.columns[column],
                "metric": picture.metric.title,
                "value": picture.values.get(name),
            }
            for (row, column), name in sorted(picture.grid.names.items())
        ]
