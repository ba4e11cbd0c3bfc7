"""A filled area between two curves: the band of a null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsPathItem

from rmt_studio.gui.spectrum.overlays import thinned
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.gui.spectrum.overlays import Curve

BAND_STRENGTH = 0.22  # of the colour on the panel


class Band(QGraphicsPathItem):
    """What lies between two curves, tinted.

    Args:
        plot: where it stands.
        height: its place in the stack of items; the spectrum has 0.
        strength: of the tint.
        name: for readers of its numbers.
    """

    def __init__(
        self, plot: pg.PlotItem, height: float, strength: float, name: str = "null, 95 % band"
    ) -> None:
        super().__init__()
        self._strength = strength
        self._name, self._curves = name, ()
        self.setPen(pg.mkPen(None))
        self.setZValue(height)
        plot.addItem(self, ignoreBounds=True)
        self.recolor()

    @property
    def sides(self) -> dict[str, Curve]:
        """The two curves that bound it, all their points."""
        named = zip(("lower side", "upper side"), self._curves, strict=False)
        return {f"{self._name}, {side}": curve for side, curve in named}

    def fill(self, one: Curve, other: Curve) -> None:
        """Fill between two curves, each given by its x and y in the same order."""
        self._curves = (one, other)
        x, y = (
            np.concatenate([there, back[::-1]])
            for there, back in zip(thinned(one), thinned(other), strict=True)
        )
        path = pg.arrayToQPath(x, y)
        path.closeSubpath()
        self.setPath(path)
        self.show()

    def clear(self) -> None:
        """Fill nothing."""
        self.hide()

    def recolor(self) -> None:
        """Take the theme's colours."""
        tint = QColor(theme().colors.null)
        tint.setAlphaF(self._strength)
        self.setBrush(tint)
