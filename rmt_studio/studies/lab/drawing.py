"""How the figures of the experiments look: one style, means over seeds with their errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rmt_studio.studies.lab.statistics import Mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rmt_studio.studies.lab.rows import LabRow, Panel

# Okabe & Ito (2008), for all kinds of colour vision
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7A5195")
TEXT, MUTED, LINE = "#1B1F24", "#5B6370", "#D5D9DF"
_HEAD = 0.75  # inches for title and note
_ROW_PAD = 0.11  # inches over and under each axes
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": TEXT,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "text.color": TEXT,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in this style, whatever a person has set."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def sheet(title: str, note: str, rows: int, columns: int) -> tuple[Figure, list[Axes]]:
    """Return a titled figure and its axes, row by row; no window is ever opened."""
    from matplotlib.figure import Figure

    height = 3.7 * rows + _HEAD
    figure = Figure(figsize=(5.2 * columns, height))
    figure.set_layout_engine("constrained", h_pad=_ROW_PAD, rect=(0, 0, 1, 1 - _HEAD / height))
    figure.text(0.012, 1 - 0.12 / height, title, va="top", fontsize=13, fontweight="bold")
    figure.text(0.012, 1 - 0.42 / height, note, va="top", fontsize=8.5, color=MUTED)
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def of_series(rows: Sequence[LabRow], panel: str, series: str) -> list[LabRow]:
    """Return the rows of one line, all seeds."""
    return [row for row in rows if row.panel == panel and row.series == series]


def mean_line(axes: Axes, rows: Sequence[LabRow], key: str, **look: Any) -> None:  # noqa: ANN401
    """Draw the mean over the seeds, and a band of one standard error around it."""
    places = sorted({row.x for row in rows if key in row.values})
    means = [
        Mean.of([row.values[key] for row in rows if row.x == x and key in row.values])
        for x in places
    ]
    (line,) = axes.plot(places, [mean.value for mean in means], **look)
    if any(mean.error for mean in means):
        low = [mean.value - (mean.error or 0) for mean in means]
        high = [mean.value + (mean.error or 0) for mean in means]
        axes.fill_between(places, low, high, color=line.get_color(), alpha=0.18, linewidth=0)


def label(axes: Axes, panel: Panel, key: str, title: str = "") -> None:
    """Name the axes by the panel's columns."""
    column = panel.column(key)
    axes.set_xlabel(panel.x.label)
    axes.set_ylabel(column.label)
    axes.set_title(title or column.title)
