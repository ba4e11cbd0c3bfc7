"""What can be wrong with the looks of a window, found by measuring it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QLabel,
    QLayout,
    QTabBar,
    QWidget,
)

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.spectrum.fitting import FittingLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QImage

    from rmt_studio.gui.theme import Colors

_SLACK = 1  # px, of rounding
_READABLE = 4.5  # WCAG 2.2, 1.4.3: the least contrast of text
_INK = 0.002  # the least share of a plot that is not its background


def complaints(window: QWidget, colors: Colors) -> list[str]:
    """Return everything that is wrong with what is on show."""
    return [
        *cut_off(window),
        *overlapping(window),
        *blank_plots(window, colors),
        *missing_colors(window, colors),
        *unreadable(window),
    ]


def cut_off(window: QWidget) -> Iterator[str]:
    """Yield labels, buttons and tabs with less room than their text takes."""
    for widget in _seen(window, QWidget):
        if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel | FittingLabel):
            if widget.text() and not _has_room(widget):
                yield f"cut off: {_name(widget)} {widget.text()[:50]!r}"
        elif isinstance(widget, QAbstractButton) and widget.text():
            lacks = widget.sizeHint().width() - widget.width()
            if lacks > _SLACK:
                yield f"cut off by {lacks} px: {_name(widget)} {widget.text()!r}"
        elif isinstance(widget, QTabBar) and not widget.usesScrollButtons():
            lacks = widget.minimumSizeHint().width() - widget.width()
            if lacks > _SLACK:
                yield f"tabs cut off by {lacks} px: {_name(widget)}"


def _has_room(label: QLabel) -> bool:
    if label.wordWrap():
        return label.height() + _SLACK >= label.heightForWidth(label.width())
    need, room = label.sizeHint(), label.size()
    return need.width() <= room.width() + _SLACK and need.height() <= room.height() + 2 * _SLACK


def overlapping(window: QWidget) -> Iterator[str]:
    """Yield pairs of widgets of one layout that lie over each other."""
    for parent in (window, *_seen(window, QWidget)):
        layout = parent.layout()
        if layout is None:
            continue
        inside = [w for w in _widgets(layout) if w.isVisible() and w.parentWidget() is parent]
        for one, other in itertools.combinations(inside, 2):
            common = one.geometry() & other.geometry()
            if common.width() > _SLACK and common.height() > _SLACK:
                yield f"overlap: {_name(one)} and {_name(other)} in {_name(parent)}"


def _widgets(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _widgets(inner)


def blank_plots(window: QWidget, colors: Colors) -> Iterator[str]:
    """Yield plots that show nothing but their background."""
    for plot in _seen(window, pg.GraphicsView):
        if plot.width() < 40 or plot.height() < 40:
            continue
        seen = list(_pixels(plot.grab().toImage(), 1))
        ground = QColor(colors.panel).rgb()
        ink = sum(pixel != ground for pixel in seen) / len(seen)
        if ink < _INK:
            yield f"blank: {_name(plot)} has {ink:.2%} of ink"


def missing_colors(window: QWidget, colors: Colors) -> Iterator[str]:
    """Yield colours of the theme that the window ought to show and does not."""
    seen = set(_pixels(window.grab().toImage(), 1))
    for name in ("background", "panel", "line", "text"):
        if QColor(getattr(colors, name)).rgb() not in seen:
            yield f"the window does not show the theme's {name}"


def unreadable(window: QWidget) -> Iterator[str]:
    """Yield labels and buttons whose text is too close to what is behind it."""
    for widget in _seen(window, QWidget):
        button = isinstance(widget, QAbstractButton) and not isinstance(widget, QCheckBox)
        if not (button or isinstance(widget, QLabel)) or not widget.text().strip():
            continue
        if not widget.isEnabled() or widget.visibleRegion().boundingRect().height() < 8:
            continue  # WCAG asks nothing of what is inactive
        best = _contrast_shown(_part(window, widget))
        if best < _READABLE:
            yield f"contrast {best:.1f}: {_name(widget)} {widget.text()[:40]!r}"


def _part(window: QWidget, widget: QWidget) -> QImage:
    place = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    return window.grab(place & window.rect()).toImage()


def _contrast_shown(image: QImage) -> float:
    """Return the contrast of the most frequent colour and the one farthest from it."""
    counts: dict[int, int] = {}
    for pixel in _pixels(image, 1):
        counts[pixel] = counts.get(pixel, 0) + 1
    if len(counts) < 2:
        return float("inf")  # a label without ink, such as one of blanks
    ground = luminance(QColor(max(counts, key=lambda pixel: counts[pixel])))
    return max(contrast(ground, luminance(QColor(pixel))) for pixel in counts)


def contrast(one: float, other: float) -> float:
    """Return the ratio of two luminances as WCAG 2.2 defines it, from 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def luminance(color: QColor) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _pixels(image: QImage, step: int) -> Iterator[int]:
    import numpy as np

    image = image.convertToFormat(image.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    yield from data[::step, : image.width() : step].ravel().tolist()


def _seen(window: QWidget, kind: type) -> list:
    """Return the widgets of a kind that are visible and not scrolled away."""
    found = window.findChildren(kind)
    return [w for w in found if w.isVisible() and not _surface(w).visibleRegion().isEmpty()]


def _surface(widget: QWidget) -> QWidget:
    """Return what is painted on: of a view its viewport, which covers it."""
    return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget


def _name(widget: QWidget) -> str:
    named, holder = widget.objectName(), widget
    while not named and holder is not None:
        holder = holder.parentWidget()
        named = holder.objectName() if holder is not None else ""
    return f"{type(widget).__name__} in {named or 'the window'}"
