"""One singular vector as a picture: a patch in its colours, heads as rows, or a bar per place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from rmt_studio.gui.spectrum.axes import axis_of
from rmt_studio.gui.spectrum.chart import Chart
from rmt_studio.gui.spectrum.legend import DOTS, Mark
from rmt_studio.gui.spectrum.threshold_line import edge_line, recolor_edge
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.vectors.places import Places

_SHADES = 128  # on each side of zero
_HEADROOM = 1.12
_LEAST = 64  # px, of a plot; two of them stand in a card that may be 300 high
_CAPTION_FROM = 135  # px; a lower plot needs its room for the vector


class VectorPlot(Chart):
    """The components of a vector of length 1, in the places they belong to.

    A patch shows the sign and size of each colour around grey; heads are blue below and orange
    above zero. Bars stand beside the size that the largest component of a uniform vector keeps
    under with 99.9 % probability.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        tip = self.tr(
            "Wheel zooms, Shift and a drag zoom into a box, a drag moves the view, a double click "
            "resets it."
        )
        super().__init__(name, title, tip, parent)
        self.setMinimumHeight(_LEAST)
        self._plot = self._add_plot(zoom_y=True)
        self._bars = pg.PlotCurveItem(connect="pairs")
        self._image = pg.ImageItem(axisOrder="row-major")
        self._limits = edge_line(0), edge_line(0)
        self._zero = edge_line(0)
        for item in (self._image, self._zero, *self._limits, self._bars):
            self._plot.addItem(item, ignoreBounds=True)
        self.saving.name_items(
            {
                self._bars: f"{title}, each two ends of a bar",
                self._image: title,
                **dict.fromkeys(self._limits, "99.9 % of the largest of a uniform vector"),
            }
        )
        self._vector: NDArray[np.float32] | None = None
        self._places: Places | None = None
        self._limit, self._several = 0.0, False
        self.recolor()

    def show_vector(
        self,
        vector: NDArray[np.float32],
        places: Places,
        limit: float,
        *,
        several: bool = False,
    ) -> None:
        """Draw a vector.

        Args:
            vector: of length 1.
            places: of its components.
            limit: what the largest component of a uniform vector seldom exceeds.
            several: whether it is the root mean square of several, and ``limit`` that of uniform
                vectors.
        """
        moved = places != self._places
        self._vector, self._places, self._limit = vector, places, limit
        self._several = several
        self.say("")
        self._draw()
        if moved or places.kind == "bars":
            self.reset_view()

    def recolor(self) -> None:
        super().recolor()
        colors = theme().colors
        self._bars.setPen(pg.mkPen(colors.accent, width=1))
        recolor_edge(self._zero, Qt.PenStyle.SolidLine)
        for line in self._limits:
            recolor_edge(line, Qt.PenStyle.DotLine)
        self._image.setLookupTable(_shades(colors.null, colors.panel, colors.law))

    def marks(self) -> tuple[Mark, ...]:
        if self._places is None or self._places.kind != "bars":
            return ()
        if self._several:
            limit = self.tr("root mean square of uniform vectors")
            return (Mark(DOTS, "muted", limit, self.tr("uniform")),)
        limit = self.tr("99.9 % of the largest component of a uniform vector")
        return (Mark(DOTS, "muted", limit, self.tr("Haar 99.9 %")),)

    def reset_view(self) -> None:
        """Show the whole vector."""
        places, box = self._places, self._plot.getViewBox()
        if places is None or self._vector is None:
            return
        if places.kind == "bars":
            high = _HEADROOM * max(float(np.abs(self._vector).max()), self._limit)
            beside = 0.01 * places.columns
            box.setRange(
                xRange=(-beside, places.columns - 1 + beside),
                yRange=(0.0 if self._several else -high, high),
                padding=0,
            )
        else:
            across, down = (-0.5, places.columns - 0.5), (-0.5, places.rows - 0.5)
            box.setRange(xRange=across, yRange=down, padding=0)

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if getattr(self, "_vector", None) is not None:  # the base class resizes while it is made
            self._describe()

    # --- drawing -------------------------------------------------------------------------------

    def _draw(self) -> None:
        places, vector = self._places, self._vector
        if places is None or vector is None:
            return
        bars = places.kind == "bars"
        for item in (self._bars, self._zero, *self._limits):
            item.setVisible(bars)
        self._image.setVisible(not bars)
        box = self._plot.getViewBox()
        box.invertY(not bars)
        box.setAspectLocked(places.kind == "patch")
        self._describe()
        if bars:
            self._draw_bars(vector)
        else:
            self._draw_image(vector, places)

    def _draw_bars(self, vector: NDArray[np.float32]) -> None:
        ends = np.zeros(2 * vector.size)
        ends[1::2] = vector
        self._bars.setData(np.repeat(np.arange(vector.size), 2), ends)
        for line, sign in zip(self._limits, (-1, 1), strict=True):
            line.setValue(sign * self._limit)

    def _draw_image(self, vector: NDArray[np.float32], places: Places) -> None:
        largest = float(np.abs(vector).max())
        picture = vector.reshape(places.colors, places.rows, places.columns)
        if places.colors > 1:
            shades = np.clip(127.5 * (1 + picture / largest), 0, 255).astype(np.uint8)
            self._image.setImage(np.ascontiguousarray(shades.transpose(1, 2, 0)), levels=(0, 255))
        else:
            self._image.setImage(picture[0], levels=(-largest, largest))
        self._image.setRect(QRectF(-0.5, -0.5, places.columns, places.rows))

    def _describe(self) -> None:
        places, vector = self._places, self._vector
        if places is None or vector is None:
            return
        bottom, left = axis_of(self._plot, "bottom"), axis_of(self._plot, "left")
        if places.kind == "bars":
            bottom.describe(places.name, within=(0, places.columns - 1))
            caption = self.tr("rms component") if self._several else self.tr("component")
            left.describe(caption, float(np.abs(vector).max()), short="vᵢ")
        elif places.kind == "heads":
            bottom.describe(self.tr("dimension of the head"), within=(0, places.columns - 1))
            left.describe(self.tr("head"), within=(0, places.rows - 1))
        else:
            bottom.describe(self.tr("column of the patch"), within=(0, places.columns - 1))
            left.describe(self.tr("row"), within=(0, places.rows - 1))
        if self.height() < _CAPTION_FROM:
            bottom.describe("", within=(0, places.columns - 1))
        # the captions below take room from the axis at the left; pyqtgraph hides Qt's method
        self._plot.layout.activate()  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
        left.fit_caption()


def _shades(low: str, middle: str, high: str) -> NDArray[np.uint8]:
    """Return a table of colours from ``low`` over ``middle`` to ``high``, shape (m, 3)."""
    ends = [np.array(QColor(color).getRgb()[:3]) for color in (low, middle, high)]  # pyright: ignore[reportIndexIssue]
    share = np.linspace(0, 1, _SHADES)[:, None]
    below = ends[0] * (1 - share) + ends[1] * share
    above = ends[1] * (1 - share) + ends[2] * share
    return np.concatenate([below, above]).round().astype(np.uint8)
