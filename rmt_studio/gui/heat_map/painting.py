"""How the heat map is painted, on the screen and into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QLinearGradient, QPainter, QPen

from rmt_studio.gui.heat_map.scale import ColorScale, readable_on
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from rmt_studio.gui.heat_map.picture import Layout, Picture

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_FAINT = 0.25  # opacity of cells that the filter hides in the table
_PAD = 2  # px left and right of a number
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FEWER_TICKS = (0.0, 0.5, 1.0)
_UNKNOWN = "–"


def paint_heat_map(painter: QPainter, picture: Picture, layout: Layout, font: QFont) -> None:
    """Paint cells, labels, the colour bar and the marks of what is chosen."""
    painter.setFont(font)
    metrics = QFontMetrics(font)
    _paint_labels(painter, picture, layout, metrics)
    with_numbers = _numbers_fit(picture, layout, metrics)
    for (row, column), name in picture.grid.names.items():
        _paint_cell(painter, picture, name, layout.cell(row, column), with_number=with_numbers)
    _paint_missing(painter, picture, layout)
    _paint_chosen(painter, picture, layout)
    if picture.scale is not None:
        _paint_bar(painter, picture, picture.scale, layout, metrics)


def _paint_cell(
    painter: QPainter, picture: Picture, name: str, cell: QRect, *, with_number: bool
) -> None:
    """Fill a cell with the colour of its number; one not known yet is an outline with a dash."""
    colors, value, scale = theme().colors, picture.values.get(name), picture.scale
    inside = cell.adjusted(0, 0, -1, -1) if min(cell.width(), cell.height()) > 4 else cell
    painter.setOpacity(_FAINT if name in picture.faint else 1.0)
    if value is None or scale is None:
        painter.setPen(QColor(colors.line))
        painter.drawRect(inside.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(colors.muted))
        if with_number or not picture.values:
            painter.drawText(inside, _CENTRE, _UNKNOWN)
    else:
        ground = scale.color(value)
        painter.fillRect(inside, ground)
        if with_number:
            painter.setPen(readable_on(ground))
            painter.drawText(inside, _CENTRE, picture.metric.text(value))
    painter.setOpacity(1.0)


def _paint_missing(painter: QPainter, picture: Picture, layout: Layout) -> None:
    """Hatch the cells in which the network has no matrix."""
    hatch = QBrush(QColor(theme().colors.line), Qt.BrushStyle.BDiagPattern)
    for row in range(len(picture.grid.rows)):
        for column in range(len(picture.grid.columns)):
            if (row, column) not in picture.grid.names:
                painter.fillRect(layout.cell(row, column).adjusted(0, 0, -1, -1), hatch)


def _paint_chosen(painter: QPainter, picture: Picture, layout: Layout) -> None:
    """Draw a frame around chosen cells, a thicker one around that on show."""
    colors = theme().colors
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for place, name in picture.grid.names.items():
        if name not in picture.selected:
            continue
        wide = 3 if name == picture.current else 2
        frame = layout.cell(*place).adjusted(0, 0, -1, -1)
        for color, width in ((colors.panel, wide + 2), (colors.text, wide)):
            pen = QPen(QColor(color), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(frame)


def _paint_labels(
    painter: QPainter, picture: Picture, layout: Layout, metrics: QFontMetrics
) -> None:
    """Write the names of rows and columns, of rows only as many as there is room for."""
    painter.setPen(QColor(theme().colors.muted))
    line, last = metrics.height(), -metrics.height()
    for row, label in enumerate(picture.grid.row_labels):
        place = layout.row_label(row, line)
        if place.center().y() - last >= line - 2:
            last = place.center().y()
            painter.drawText(place, _RIGHT, _shortened(label, place, metrics))
    for column, label in enumerate(picture.grid.column_labels):
        place = layout.column_label(column)
        painter.drawText(place, _CENTRE, _shortened(label, place, metrics))
    corner = QRect(0, 0, layout.left - 6, layout.top - 2)
    painter.drawText(corner, _RIGHT, _shortened(picture.grid.caption, corner, metrics))


def _paint_bar(
    painter: QPainter,
    picture: Picture,
    scale: ColorScale,
    layout: Layout,
    metrics: QFontMetrics,
) -> None:
    """Paint the colours from the least to the largest number, their values and the metric."""
    bar = layout.bar
    gradient = QLinearGradient(bar.left(), 0, bar.right(), 0)
    for step in range(33):
        gradient.setColorAt(step / 32, scale.color_at(step / 32))
    painter.fillRect(bar, gradient)
    painter.setPen(QColor(theme().colors.muted))
    texts = {share: _tick_text(picture, scale.value(share)) for share in _TICKS}
    room = sum(metrics.horizontalAdvance(text) + 12 for text in texts.values())
    for share in _TICKS if room <= bar.width() else _FEWER_TICKS:
        wide = metrics.horizontalAdvance(texts[share])
        x = bar.left() + round(share * bar.width()) - round(share * wide)
        painter.drawText(x, bar.bottom() + 2 + metrics.ascent(), texts[share])
    title = picture.metric.title + (" (log scale)" if scale.kind == "log" else "")
    place = QRect(bar.x(), bar.bottom() + 4 + metrics.height(), bar.width(), metrics.height())
    painter.setPen(QColor(theme().colors.text))
    painter.drawText(place, _CENTRE, _shortened(title, place, metrics))


def _tick_text(picture: Picture, value: float) -> str:
    whole = abs(value - round(value)) < 1e-9
    return picture.metric.text(round(value) if whole else value)


def _numbers_fit(picture: Picture, layout: Layout, metrics: QFontMetrics) -> bool:
    """Tell whether every number has room in a cell."""
    cell = layout.cell(0, 0)
    if cell.height() < metrics.height() - 2:
        return False
    texts = {picture.metric.text(value) for value in picture.values.values()}
    longest = sorted(texts, key=len)[-8:]
    return all(metrics.horizontalAdvance(text) + 2 * _PAD < cell.width() for text in longest)


def _shortened(text: str, place: QRect, metrics: QFontMetrics) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
