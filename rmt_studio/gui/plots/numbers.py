"""The numbers that a plot draws, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pyqtgraph as pg

from rmt_studio.reports.text_files import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Row = dict[str, object]


@runtime_checkable
class Area(Protocol):
    """A filled area: the curves that bound it, each by its name."""

    @property
    def sides(self) -> Mapping[str, tuple[Sequence[float], Sequence[float]]]: ...


def save_numbers(rows: Sequence[Row], path: Path | str) -> None:
    """Write what a plot draws as CSV: an item's name, the axes it is drawn on, its numbers.

    Args:
        rows: of `plot_rows`.
        path: of the file.

    Raises:
        InputError: the place cannot be written.
    """
    write_csv(path, rows or [_row("", ("", ""), None, None)])


def tab_separated(rows: Sequence[Row]) -> str:
    """Return what a plot draws as lines of cells with tabs between them, titles first."""
    titles = list(rows[0]) if rows else list(_row("", ("", ""), None, None))
    lines = [["" if row[title] is None else str(row[title]) for title in titles] for row in rows]
    return "\n".join("\t".join(line) for line in (titles, *lines))


def plot_rows(view: pg.GraphicsView, names: Mapping[int, str]) -> Iterator[Row]:
    """Yield a row for every point, bar, error bar and line that is visible in a view.

    Args:
        view: one or more plots.
        names: what an item is, by its identity; one without a name is no data (a ring around
            what is selected, a line at zero).

    Numbers are those of the axis: logarithms to the base 10 where it is logarithmic.
    """
    plots = [item for item in view.scene().items() if isinstance(item, pg.PlotItem)]
    for plot in sorted(plots, key=lambda item: item.scenePos().y()):
        axes = _caption(plot, "bottom"), _caption(plot, "left")
        for item in plot.getViewBox().childGroup.childItems():
            if item.isVisible() and id(item) in names:
                yield from _of_item(item, names[id(item)], axes)
            elif item.isVisible() and isinstance(item, Area):
                for side, (x, y) in item.sides.items():
                    yield from (_row(side, axes, a, b) for a, b in zip(x, y, strict=True))


def _of_item(item: Any, name: str, axes: tuple[str, str]) -> Iterator[Row]:  # noqa: ANN401
    """Yield the rows of one item; a legend, a label or a filled area has none."""
    if isinstance(item, pg.InfiniteLine):
        upright = item.angle == 90
        value = float(np.asarray(item.value()).reshape(-1)[0])
        yield _row(name, axes, value if upright else None, None if upright else value)
    elif isinstance(item, pg.BarGraphItem):
        yield from _bars(item.opts, name, axes)
    elif isinstance(item, pg.ErrorBarItem):
        yield from _error_bars(item.opts, name, axes)
    elif isinstance(item, pg.ImageItem):
        yield from _pixels(item, name, axes)
    elif isinstance(item, pg.PlotDataItem | pg.PlotCurveItem | pg.ScatterPlotItem):
        x, y = item.getData()
        if x is not None and y is not None:
            yield from (_row(name, axes, a, b) for a, b in zip(x, y, strict=False))


def _pixels(item: pg.ImageItem, name: str, axes: tuple[str, str]) -> Iterator[Row]:
    """Yield a row per pixel, or one per colour of it."""
    if item.image is None:
        return
    for place, value in np.ndenumerate(item.image):
        row, column, *color = place
        told = f"{name}, {('red', 'green', 'blue')[color[0]]}" if color else name
        yield {**_row(told, axes, column, row), "value": float(value)}


def _bars(opts: dict[str, Any], name: str, axes: tuple[str, str]) -> Iterator[Row]:
    left, heights, floor = opts.get("x0"), opts.get("height"), opts.get("y0")
    if left is None or heights is None:
        return
    left, heights = np.atleast_1d(left), np.atleast_1d(heights)
    tops = heights + (0 if floor is None else np.asarray(floor))
    widths = np.broadcast_to(np.asarray(opts.get("width", 0.0)), left.shape)
    for start, width, top in zip(left, widths, np.broadcast_to(tops, left.shape), strict=True):
        yield {**_row(name, axes, start, top), "width": float(width)}


def _error_bars(opts: dict[str, Any], name: str, axes: tuple[str, str]) -> Iterator[Row]:
    x, y = opts.get("x"), opts.get("y")
    if x is None or y is None:
        return
    shape = np.shape(x)
    above, below = (
        np.broadcast_to(np.asarray(0.0 if opts.get(key) is None else opts[key]), shape)
        for key in ("top", "bottom")
    )
    for a, b, up, down in zip(x, y, above, below, strict=True):
        yield {**_row(name, axes, a, b), "above": float(up), "below": float(down)}


def _row(name: str, axes: tuple[str, str], x: float | None, y: float | None) -> Row:
    told = {"item": name, "x_axis": axes[0], "y_axis": axes[1]}
    values = {"x": None if x is None else float(x), "y": None if y is None else float(y)}
    return {**told, **values, "width": None, "above": None, "below": None, "value": None}


def _caption(plot: pg.PlotItem, side: str) -> str:
    axis = plot.getAxis(side)
    return str(getattr(axis, "_caption", "") or axis.labelText)
