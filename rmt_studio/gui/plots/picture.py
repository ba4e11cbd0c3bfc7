"""A plot as PNG, SVG or PDF.

The view is painted into Qt's own writers: pyqtgraph's SVG exporter reads a Qt that is gone since
6.11.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QPagedPaintDevice, QPaintDevice

_SCALE = 3  # pixels of a PNG for one of the screen
_DOTS = 96  # per inch: Qt's own measure of a screen
_POINTS = 72


def plot_image(view: pg.GraphicsView, scale: float = _SCALE) -> QImage:
    """Return the plot as it is in the window, at ``scale`` times its size."""
    size = view.viewport().size()
    image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)  # lines of so many pixels grow with the picture
    image.fill(Qt.GlobalColor.transparent)
    _paint(view, image, QRectF(0, 0, size.width(), size.height()))
    return image


def save_plot(view: pg.GraphicsView, path: Path | str) -> None:
    """Write the plot as it is in the window; whole or not at all.

    Args:
        view: one or more plots.
        path: ends in .png, .svg or .pdf.

    Raises:
        InputError: another ending, or a place that cannot be written.
    """
    path = Path(path)
    make = PICTURES.get(path.suffix.lower())
    if make is None:
        raise InputError(path, "is no picture that can be drawn", f"end it in {endings()}")
    held = make(view)
    with atomic_write(path) as beside:
        beside.write_bytes(held)


def endings() -> str:
    """Return the endings of pictures in words."""
    *first, last = PICTURES
    return f"{', '.join(first)} or {last}"


def _png(view: pg.GraphicsView) -> bytes:
    held = _buffer()
    image = plot_image(view)
    image.save(held, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(held.data().data())


def _svg(view: pg.GraphicsView) -> bytes:
    held, size = _buffer(), view.viewport().size()
    writer = QSvgGenerator()
    writer.setOutputDevice(held)
    writer.setSize(QSize(size.width(), size.height()))
    writer.setViewBox(QRect(0, 0, size.width(), size.height()))
    writer.setResolution(_DOTS)
    writer.setTitle(view.accessibleName())
    _paint(view, writer, QRectF(0, 0, size.width(), size.height()))
    return bytes(held.data().data())


def _pdf(view: pg.GraphicsView) -> bytes:
    held, size = _buffer(), view.viewport().size()
    writer = QPdfWriter(held)
    writer.setTitle(view.accessibleName())
    writer.setCreator("rmt studio")
    writer.setResolution(_DOTS)
    inches = QSizeF(size.width() / _DOTS, size.height() / _DOTS)
    page = QPageSize(inches, QPageSize.Unit.Inch, "plot", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    _paint(view, writer, QRectF(_whole_page(writer)))
    return bytes(held.data().data())


def _whole_page(writer: QPagedPaintDevice) -> QRect:
    return QRect(0, 0, writer.width(), writer.height())


def _paint(view: pg.GraphicsView, device: QPaintDevice, target: QRectF) -> None:
    """Paint the background, which a vector format would lack, and the view over it."""
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(target, view.backgroundBrush())
    with _points_as_shapes(view):
        view.render(painter, target, view.viewport().rect(), Qt.AspectRatioMode.IgnoreAspectRatio)
    painter.end()


@contextmanager
def _points_as_shapes(view: pg.GraphicsView) -> Iterator[None]:
    """Have points drawn as shapes, where pyqtgraph else copies pixels made for the screen."""
    points = [item for item in view.scene().items() if isinstance(item, pg.ScatterPlotItem)]
    for item in points:
        item.setExportMode(True, {"antialias": True})
    try:
        yield
    finally:
        for item in points:
            item.setExportMode(False)


def _buffer() -> QBuffer:
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    return held


PICTURES: dict[str, Callable[[pg.GraphicsView], bytes]] = {".png": _png, ".svg": _svg, ".pdf": _pdf}
