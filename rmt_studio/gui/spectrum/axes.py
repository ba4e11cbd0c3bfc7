"""Axes with few round ticks, one power of ten in the label, and the theme's colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QFontMetricsF

from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
END_LABEL = 10  # pixels that a label may stand over the end of an axis
_TICK_FONT_SIZE = 8.5
_HALF_LABEL = 8  # pixels
_FEW_DECADES = 0.6
_FEWEST_TICKS = 2
_EVERYWHERE = (-math.inf, math.inf)
_CROWDED = 1.7  # times as many ticks as wanted
_STEPS = np.array([1.0, 2.0, 5.0, 10.0])


def power_of_ten(exponent: int) -> str:
    """Return ``10⁻³`` for -3."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def round_ticks(low: float, high: float, wanted: float) -> tuple[float, np.ndarray]:
    """Return a step of 1, 2 or 5 times a power of ten and its multiples in ``[low, high]``."""
    raw = max(high - low, 1e-300) / max(wanted, 1.0)
    power = 10.0 ** math.floor(math.log10(raw))
    step = float(power * _STEPS[np.searchsorted(_STEPS, raw / power * (1 - 1e-9))])
    return step, step * np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)


def decade_ticks(low: float, high: float, wanted: float) -> np.ndarray:
    """Return ``log10`` of ticks in ``[low, high]``: decades, and others between them if few."""
    decades = high - low
    if decades > 1.5:
        every = max(1, round(decades / max(wanted, 1.0)))
        ticks = np.arange(math.ceil(low / every), math.floor(high / every) + 1) * float(every)
        if ticks.size >= 3:
            return ticks
    if decades <= _FEW_DECADES:
        return _ticks_at((1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9), low, high)
    ticks = _ticks_at((1, 2, 5), low, high)
    return ticks if ticks.size <= _CROWDED * wanted else _ticks_at((1, 3), low, high)


def _ticks_at(leaders: tuple[float, ...], low: float, high: float) -> np.ndarray:
    """Return ``log10`` of these digits times every power of ten, in ``[low, high]``."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = np.array([power + math.log10(leader) for power in powers for leader in leaders])
    return ticks[(ticks >= low) & (ticks <= high)]


class Axis(pg.AxisItem):
    """An axis of one plot; values are shown divided by a power of ten that the label names."""

    def __init__(self, orientation: str, *, grid: bool = False) -> None:
        self._grid_wanted, self._caption, self._exponent = grid, "", 0
        self._short_caption, self._written = "", ""
        self._within = _EVERYWHERE
        super().__init__(orientation, maxTickLength=0 if grid else 4)
        self.enableAutoSIPrefix(False)
        self.setStyle(maxTickLevel=0, maxTextLevel=0, autoReduceTextSpace=False)
        self.setStyle(hideOverlappingLabels=END_LABEL)
        self.recolor()

    def describe(
        self,
        caption: str,
        largest: float = 1.0,
        *,
        log: bool = False,
        short: str = "",
        within: tuple[float, float] = _EVERYWHERE,
    ) -> None:
        """Say what the axis counts.

        Args:
            caption: in full.
            largest: about the largest value of its first view.
            log: whether it is logarithmic.
            short: the caption where the axis is shorter than the full one; none by default.
            within: the least and the largest value that there is; a linear axis has no tick beside.
        """
        self._caption, self._short_caption, self.logMode = caption, short, log
        self._within = within
        plain = log or not 0 < largest < math.inf or 0.1 <= largest < 10_000
        self._exponent = 0 if plain else math.floor(math.log10(largest))
        self._write_label()

    def recolor(self) -> None:
        """Take the theme's colours and fonts."""
        colors = theme().colors
        self.setPen(pg.mkPen(colors.line))
        self.setTickPen(pg.mkPen(colors.line))
        self.setTextPen(colors.muted)
        self.setTickFont(number_font(_TICK_FONT_SIZE))
        if self._grid_wanted:
            self.setGrid(255)
            self.setStyle(tickAlpha=255)
        self._write_label()

    def boundingRect(self) -> QRectF:
        # room for half a label at both ends, which pyqtgraph gives to axes without a grid only
        rect = super().boundingRect()
        return rect.adjusted(0, -_HALF_LABEL, 0, _HALF_LABEL) if self._grid_wanted else rect

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list:
        low, high = sorted((minVal, maxVal))
        wanted = max(3.0, size / (48.0 if self.orientation == "left" else 72.0))
        if self.logMode:
            return [(1.0, decade_ticks(low, high, wanted).tolist())]
        step, ticks = round_ticks(low, high, wanted)
        if ticks.size < _FEWEST_TICKS:
            step, ticks = round_ticks(low, high, 2 * wanted)
        first, last = self._within
        ticks = ticks[(ticks >= first) & (ticks <= last)]
        return [(step, ticks.tolist())]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            plain = all(-2 <= value < 4 for value in values)
            return [f"{10.0**value:.3g}" if plain else _log_text(value) for value in values]
        unit = 10.0**self._exponent
        places = max(0, -math.floor(math.log10(spacing / unit) + 1e-9))
        return [f"{value / unit + 0.0:.{places}f}".replace("-", "−") for value in values]

    def fit_caption(self) -> None:
        """Write the caption that fits the axis as long as it is now."""
        if self._fitting() != self._written:
            self._write_label()

    def _write_label(self) -> None:
        muted = QColor(theme().colors.muted).name()
        self._written = self._fitting()
        self.setLabel(self._written or None, color=muted)
        if self.label is not None:  # an axis that is closed has none
            self.label.setFont(number_font(_TICK_FONT_SIZE))

    def _fitting(self) -> str:
        """Return the caption with its power of ten, shorter where the axis is too short for it."""
        unit = f" (×{power_of_ten(self._exponent)})" if self._exponent else ""
        full, short = (text + unit if text else "" for text in (self._caption, self._short_caption))
        if self.orientation != "left" or not short:
            return full
        needed = QFontMetricsF(number_font(_TICK_FONT_SIZE)).horizontalAdvance(full)
        return short if needed > self.size().height() else full


def axis_of(plot: pg.PlotItem, side: str) -> Axis:
    """Return the axis of a plot that was made with our axes."""
    axis = plot.getAxis(side)
    assert isinstance(axis, Axis)  # noqa: S101 - says so to the type checker
    return axis


def _log_text(place: float) -> str:
    """Return ``10⁻³`` or ``2·10⁻³``."""
    exponent = math.floor(place + 1e-9)
    leader = 10.0 ** (place - exponent)
    power = power_of_ten(exponent)
    return power if abs(leader - 1) < 1e-6 else f"{leader:.2g}·{power}"
