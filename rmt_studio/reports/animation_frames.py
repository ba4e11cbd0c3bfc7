"""The frames of an animation: one figure, whose bars, curve and lines move (matplotlib, no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.models.exports.picture import (
    BULK,
    LAW,
    LINE,
    MUTED,
    PAPER,
    SPIKE,
    STYLE,
    power_of,
)
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.analysis.series_axes import SeriesAxes, SeriesFrame

SIZE = (960, 540)  # pixels; even, as video wants it
_DPI = 120
_COURSE = 0.012  # height of the line that says how far training is, as a share of the picture


def pictures(
    name: str, frames: Sequence[tuple[str, LayerAnalysis]], axes: SeriesAxes
) -> Iterator[NDArray[np.uint8]]:
    """Yield a picture of shape ``(height, width, 3)`` for each step.

    Args:
        name: of the matrix.
        frames: the name of each checkpoint and what it holds.
        axes: for all of them.
    """
    import matplotlib as mpl  # takes a moment, and most of what imports this draws nothing
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()  # a person's own settings would change the picture
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        film = _Film(figure.add_axes((0.085, 0.13, 0.885, 0.71)), name, axes)
    for place, (checkpoint, layer) in enumerate(frames):
        film.show(checkpoint, layer, (place + 1) / len(frames))
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


class _Film:
    """The artists of the figure; they are made once and moved for each frame."""

    def __init__(self, axes: Axes, name: str, series_axes: SeriesAxes) -> None:
        from matplotlib.ticker import MultipleLocator

        self._series_axes, ends = series_axes, series_axes.ends
        scale, unit = (1.0, "") if series_axes.log else power_of(float(ends[-1]))
        self._unit, (self._tall, tall_text) = scale, power_of(series_axes.top)
        nothing = np.zeros(ends.size - 1)
        place = self._place
        self._spikes = axes.stairs(nothing, place(ends), fill=True, color=SPIKE, lw=0)
        self._bulk = axes.stairs(nothing, place(ends), fill=True, color=BULK, lw=0)
        (self._law,) = axes.plot([], [], color=LAW, lw=1.4)
        self._lower = axes.axvline(0, color=MUTED, lw=0.9, ls=":")
        self._upper = axes.axvline(0, color=MUTED, lw=0.9, ls=":")
        self._threshold = axes.axvline(0, color=MUTED, lw=0.9)
        (self._ticks,) = axes.plot([], [], "|", color=SPIKE, ms=7, mew=0.9, clip_on=False)
        axes.set_xlim(*place(np.array(series_axes.view)))
        axes.set_ylim(0.0, series_axes.top / self._tall)
        if series_axes.log:
            axes.xaxis.set_major_locator(
                MultipleLocator(1 if np.ptp(series_axes.view) > 2 else 0.5)
            )
            axes.xaxis.set_major_formatter(lambda value, _: f"$10^{{{value:g}}}$")
        caption = "eigenvalue λ = s²/n"
        axes.set_xlabel(f"{caption}{unit}")
        density = "density per decade" if series_axes.log else "density"
        axes.set_ylabel(f"{density}{tall_text}")
        axes.grid(axis="y", color=LINE, lw=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(length=2)
        figure = axes.figure
        figure.text(0.085, 0.935, shown(name), fontsize=11, fontweight="bold")
        self._checkpoint = figure.text(0.97, 0.935, "", fontsize=10, ha="right")
        self._numbers = figure.text(0.085, 0.885, "", color=MUTED)
        bar = figure.add_axes((0.0, 0.0, 1.0, _COURSE))
        bar.set_xlim(0, 1)
        bar.axis("off")
        (self._course,) = bar.fill([0, 0, 0, 0], [0, 0, 1, 1], color=MUTED, lw=0)

    def show(self, checkpoint: str, layer: LayerAnalysis, share: float) -> None:
        """Move everything to one step."""
        frame: SeriesFrame = self._series_axes.frame(layer)
        self._spikes.set_data((frame.bulk + frame.spikes) / self._tall)
        self._bulk.set_data(frame.bulk / self._tall)
        self._law.set_data(self._place(frame.law_places), frame.law_heights / self._tall)
        edges = (frame.lower, frame.upper, frame.threshold)
        for line, edge in zip((self._lower, self._upper, self._threshold), edges, strict=True):
            line.set_visible(bool(np.isfinite(edge)))
            line.set_xdata([self._place(edge)] * 2 if np.isfinite(edge) else [0, 0])
        self._ticks.set_data(self._place(frame.spike_places), np.zeros(frame.spike_places.size))
        self._checkpoint.set_text(shown(checkpoint, 40))
        self._numbers.set_text(_numbers(layer, frame))
        self._course.set_xy([(0, 0), (share, 0), (share, 1), (0, 1)])

    def _place(self, place):  # noqa: ANN001, ANN202 - a number or an array
        return place / self._unit


def _numbers(layer: LayerAnalysis, frame: SeriesFrame) -> str:
    """Return the line of figures over the plot."""
    fit = layer.fit
    parts = [
        f"λ₊ {fit.upper_edge:.3g}",
        f"{fit.spikes} spike{'s' * (fit.spikes != 1)}",
        f"bulk {fit.bulk_fraction:.1%}",
    ]
    if layer.tail is not None:
        parts.append(f"alpha {layer.tail.alpha:.2f}")
    if frame.right:
        largest = float(layer.spectrum.eigenvalues[0])
        parts.append(f"{frame.right} beyond the axis, up to {largest:.3g}")
    return "   ".join(parts)
