"""Small pictures of the layer table: the mark of a fit, and the bars of a spectrum."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from rmt_studio.gui.layers.row import Quality
from rmt_studio.gui.layers.sparkline import BULK_BARS, FULL, SPIKE_BARS, Sparkline
from rmt_studio.gui.theme import theme

MARK = 7  # px across a mark of fit


def paint_mark(painter: QPainter, quality: Quality, centre: QPointF) -> None:
    """Paint a disc for a good fit, a triangle for a fair one, a square for a poor one."""
    colors, half = theme().colors, MARK / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(colors, quality)))
    square = QRectF(centre.x() - half, centre.y() - half, MARK, MARK)
    if quality is Quality.GOOD:
        painter.drawEllipse(square)
    elif quality is Quality.FAIR:
        top = QPointF(centre.x(), square.top())
        painter.drawPolygon(QPolygonF([top, square.bottomRight(), square.bottomLeft()]))
    else:
        painter.drawRect(square.adjusted(0.5, 0.5, -0.5, -0.5))


def draw_sparkline(sparkline: Sparkline, width: int, height: int) -> QPixmap:
    """Return the bars on a clear ground: bulk, then spikes."""
    picture = QPixmap(width, height)
    picture.fill(Qt.GlobalColor.transparent)
    edges = np.linspace(0, width, BULK_BARS + SPIKE_BARS + 1).round().astype(int)
    tall = np.ceil(sparkline.heights.astype(float) * height / FULL).astype(int)
    bars = [
        QRect(int(left), height - int(bar), int(right - left), int(bar))
        for left, right, bar in zip(edges[:-1], edges[1:], tall, strict=True)
    ]
    colors = theme().colors
    painter = QPainter(picture)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.bulk))
    painter.drawRects(bars[:BULK_BARS])
    painter.setBrush(QColor(colors.spike))
    painter.drawRects([bar for bar in bars[BULK_BARS:] if bar.height()])
    painter.end()
    return picture
