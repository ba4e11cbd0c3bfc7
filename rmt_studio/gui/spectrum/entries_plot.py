"""The entries of a matrix as a histogram, under the normal law of the same mean and spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from scipy.stats import norm

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.chart import Chart
from rmt_studio.gui.spectrum.legend import BAR, LINE, Mark, compared_mark
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from rmt_studio.analysis.details import EntryDetails

_CURVE_POINTS = 401
_LINEAR_REACH = 5.0  # standard deviations to both sides of the mean, at first
_HEADROOM = 1.08
_MARGIN = 0.02


@dataclass(frozen=True, eq=False)
class Histogram:
    """The entries of the model that is compared with.

    Attributes:
        entries: None while there are none.
        label: what the model is called.
    """

    entries: EntryDetails | None = None
    label: str = ""


class EntriesPlot(Chart):
    """Density of the entries; on a logarithmic axis heavy tails stand out from the parabola."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tip = self.tr(
            "Wheel zooms, Shift and a drag zoom into a box, a drag moves the view, a double click "
            "resets it."
        )
        super().__init__("entries_plot", self.tr("Distribution of the entries"), tip, parent)
        self._plot = self._add_plot(zoom_y=True)
        self._bars = pg.BarGraphItem(x0=[], width=1, height=[])
        self._normal = pg.PlotCurveItem(antialias=True)
        self._other = pg.PlotCurveItem()
        for item in (self._bars, self._normal, self._other):
            self._plot.addItem(item, ignoreBounds=True)
        self.saving.name_items(
            {
                self._bars: "empirical density of the entries",
                self._normal: "normal density of the same mean and variance",
                self._other: "empirical density of the other model's entries",
            }
        )
        self._shown: EntryDetails | None = None
        self._compared = Histogram()
        self._log, self._top = False, 1.0
        self.recolor()

    def show_entries(
        self, entries: EntryDetails | None, other: Histogram | None = None, *, log: bool
    ) -> None:
        """Draw a histogram, and another model's as a line over it, or say that it is being made."""
        before, self._shown = (self._shown, self._log), entries
        self._log, self._compared = log, other or Histogram()
        self.say("" if entries is not None else self.tr("The entries are being counted…"))
        if entries is None:
            return
        self._draw(entries)
        self._draw_other(self._compared.entries, self._floor(entries))
        if before[0] is not entries or before[1] != log:
            self.reset_view()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        self._bars.setOpts(brush=colors.bulk, pen=pg.mkPen(colors.bulk, width=1))
        self._normal.setPen(pg.mkPen(colors.law, width=2))
        self._other.setPen(pg.mkPen(colors.compared, width=2, style=Qt.PenStyle.DashLine))

    def marks(self) -> tuple[Mark, ...]:
        normal = self.tr("normal law of the same mean and standard deviation")
        marks = (
            Mark(BAR, "bulk", self.tr("entries"), self.tr("entries")),
            Mark(LINE, "law", normal, self.tr("normal law")),
        )
        if self._compared.entries is None:
            return marks
        return (*marks, compared_mark(self._compared.label))

    def reset_view(self) -> None:
        """Show all entries; on a linear axis no more than five standard deviations."""
        if self._shown is None:
            return
        edges, statistics = self._shown.edges, self._shown.statistics
        left, right = float(edges[0]), float(edges[-1])
        if not self._log and statistics.sd > 0:
            left = max(left, statistics.mean - _LINEAR_REACH * statistics.sd)
            right = min(right, statistics.mean + _LINEAR_REACH * statistics.sd)
        margin = _MARGIN * (right - left)
        low, high = self._floor(self._shown), self._top
        self._plot.getViewBox().setRange(
            xRange=(left - margin, right + margin),
            yRange=(low, low + _HEADROOM * (high - low)),
            padding=0,
        )

    # --- drawing -------------------------------------------------------------------------------

    def _draw(self, entries: EntryDetails) -> None:
        statistics, widths = entries.statistics, np.diff(entries.edges)
        density = entries.counts / (entries.counts.sum() * widths)
        filled, floor = entries.counts > 0, self._floor(entries)
        heights = np.log10(density[filled]) if self._log else density[filled]
        places, curve = _normal_curve(entries)
        curve = np.log10(np.maximum(curve, 10.0**floor)) if self._log and curve.size else curve
        self._bars.setOpts(
            x0=entries.edges[:-1][filled],
            width=widths[filled],
            y0=floor,
            height=heights - floor,
        )
        self._top = float(np.concatenate([heights, curve]).max())
        self._normal.setData(places, curve)
        caption = self.tr("entry w, in units of the weight")
        axis_of(self._plot, "bottom").describe(caption, 5 * statistics.sd)
        top = 1.0 if self._log else float(density.max())
        axis_of(self._plot, "left").describe(self.tr("density"), top, log=self._log)

    def _draw_other(self, other: EntryDetails | None, floor: float) -> None:
        """Draw the outline of the other histogram; its zeros stay the share that they are."""
        self._other.setVisible(other is not None)
        if other is None:
            return
        density = other.counts / (other.counts.sum() * np.diff(other.edges))
        heights = np.log10(np.maximum(density, 10.0**floor)) if self._log else density
        self._other.setData(np.repeat(other.edges, 2)[1:-1], np.repeat(heights, 2))

    def _floor(self, entries: EntryDetails) -> float:
        """Return where bars stand: at 0, or at half an entry's height on a logarithmic axis."""
        if not self._log:
            return 0.0
        widest = float(np.diff(entries.edges).max())
        return float(np.log10(0.5 / (entries.counts.sum() * widest)))


def _normal_curve(entries: EntryDetails) -> tuple[np.ndarray, np.ndarray]:
    """Return the normal law over the range of the entries; empty where they are all equal."""
    mean, sd = entries.statistics.mean, entries.statistics.sd
    if sd == 0:
        return np.empty(0), np.empty(0)
    places = mean + sd * np.linspace(-8.0, 8.0, _CURVE_POINTS)
    return places, norm.pdf(places, mean, sd)
