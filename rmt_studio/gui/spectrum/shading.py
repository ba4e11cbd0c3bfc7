"""Areas behind a curve that always reach to the borders of the view."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from rmt_studio.gui.theme import theme


class Shading(QGraphicsRectItem):
    """A tinted rectangle that follows the view of its plot.

    Its own sides may be given; a side that is None is the border of the view. (A rectangle that
    simply were huge would overflow the painter once a view is a million times smaller.)
    """

    def __init__(self, plot: pg.PlotItem, color: str, strength: float, name: str = "") -> None:
        super().__init__()
        self._name = name
        self._color, self._strength = color, strength
        self._sides: tuple[float | None, ...] = (None, None, None, None)
        self._box = plot.getViewBox()
        self.setPen(pg.mkPen(None))
        self.setZValue(-20)
        plot.addItem(self, ignoreBounds=True)
        self._box.sigRangeChanged.connect(self._follow)
        self.recolor()

    def cover(
        self,
        *,
        left: float | None = None,
        right: float | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        """Cover what lies between these sides."""
        self._sides = (left, right, low, high)
        self._follow()

    @property
    def sides(self) -> dict[str, tuple[list[float], list[float]]]:
        """Its lower and upper side as lines through the view, where it has a name and both."""
        _left, _right, low, high = self._sides
        if not self._name or low is None or high is None:
            return {}
        across = self._box.viewRange()[0]
        sides = (("lower side", low), ("upper side", high))
        return {f"{self._name}, {side}": (list(across), [level] * 2) for side, level in sides}

    def recolor(self) -> None:
        """Take the theme's colours."""
        tint = QColor(getattr(theme().colors, self._color))
        tint.setAlphaF(self._strength)
        self.setBrush(tint)

    def _follow(self, *_range: object) -> None:
        (view_left, view_right), (view_low, view_high) = self._box.viewRange()
        left, right, low, high = self._sides
        x = view_left if left is None else max(left, view_left)
        y = view_low if low is None else max(low, view_low)
        width = (view_right if right is None else min(right, view_right)) - x
        height = (view_high if high is None else min(high, view_high)) - y
        self.setRect(QRectF(x, y, max(width, 0.0), max(height, 0.0)))
