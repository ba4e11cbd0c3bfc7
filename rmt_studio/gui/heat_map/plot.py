"""The heat map as a person uses it: hover, click, arrow keys, several cells at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip

from rmt_studio.gui.heat_map.painting import paint_heat_map
from rmt_studio.gui.heat_map.picture import Layout, Picture
from rmt_studio.gui.heat_map.saving import HeatMapMenu
from rmt_studio.gui.heat_map.steps import STEPS, in_rectangle, neighbour
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.heat_map.picture import Cell

_FONT_SIZE = 8.5  # pt
_WIDEST_LABEL = 0.2  # of the view
_KEY_SHIFT, _KEY_CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class HeatMap(QGraphicsView):
    """Shows a `Picture`; knows no document.

    Signals:
        chosen (object, object): names of the layers that are chosen now, and the one on show.
        pointed (object): the layer under the pointer, or None.
    """

    chosen = Signal(object, object)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        self.setObjectName("heat_map")
        self.setAccessibleName(self.tr("Heat map of the layers"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(240, 120)
        self._font = number_font(_FONT_SIZE)
        self._picture, self._places = Picture(), {}
        self._told: object = None
        self._words = ""
        self._anchor: Cell | None = None
        self._dragged_from: Cell | None = None
        self.saving = HeatMapMenu(self)
        theme().changed.connect(self.recolor)
        self.recolor()

    @property
    def picture(self) -> Picture:
        """What is shown."""
        return self._picture

    @property
    def layout_now(self) -> Layout:
        """Where the parts are."""
        metrics, grid = QFontMetrics(self._font), self._picture.grid
        texts = (*grid.row_labels, grid.caption)
        widest = max(map(metrics.horizontalAdvance, texts), default=0) + 2
        size = self.viewport().width(), self.viewport().height()
        label = min(widest, round(_WIDEST_LABEL * size[0]))
        return Layout.of(size, grid, label, metrics.height())

    def show_picture(self, picture: Picture) -> None:
        """Show these numbers."""
        if picture.grid is not self._picture.grid:
            self._places = {name: place for place, name in picture.grid.names.items()}
            self._anchor = self._dragged_from = None
        self._picture = picture
        current = picture.current
        if (picture.values, picture.metric) != self._told:
            self._told, self._words = (picture.values, picture.metric), picture.summary()
        told = picture.readout(current) if current else ""
        self.setAccessibleDescription(" · ".join(filter(None, (told, self._words))))
        self.viewport().update()

    def show_chosen(self, selected: frozenset[str], current: str | None) -> None:
        """Mark these cells."""
        self.show_picture(replace(self._picture, selected=selected, current=current))

    def recolor(self) -> None:
        """Take the theme's colours."""
        self.setBackgroundBrush(QColor(theme().colors.panel))
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        del rect
        paint_heat_map(painter, self._picture, self.layout_now, self._font)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setSceneRect(QRectF(self.viewport().rect()))

    # --- the mouse -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        row, column = self._under(event)
        names, layout, place = self._picture.grid.names, self.layout_now, event.position()
        if row is not None and column is not None:
            if (row, column) in names:
                self._dragged_from = (row, column)
                self._choose((row, column), event.modifiers())
        elif row is not None and place.x() < layout.left:
            self._choose_all([cell for cell in names if cell[0] == row])
        elif column is not None and place.y() < layout.top:
            self._choose_all([cell for cell in names if cell[1] == column])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row, column = self._under(event)
        cell = None if row is None or column is None else (row, column)
        name = self._picture.grid.names.get(cell) if cell else None
        if self._dragged_from is not None and cell is not None and cell != self._dragged_from:
            self._extend(self._dragged_from, cell)
        elif name is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self._picture.readout(name), self)
        self.pointed.emit(name)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._dragged_from = None

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _under(self, event: QMouseEvent) -> tuple[int | None, int | None]:
        return self.layout_now.at(event.position().x(), event.position().y())

    # --- the keyboard --------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        grid, key = self._picture.grid, Qt.Key(event.key())
        if key == Qt.Key.Key_A and event.modifiers() & _KEY_CONTROL:
            self._choose_all(list(grid.names))
        elif key in STEPS and grid.names:
            here = self._places.get(self._picture.current or "")
            cell = neighbour(grid, here, STEPS[key])
            if event.modifiers() & _KEY_SHIFT and here is not None:
                self._extend(self._anchor or here, cell)
            else:
                self._choose(cell, Qt.KeyboardModifier.NoModifier)
        else:
            super().keyPressEvent(event)

    # --- choosing ------------------------------------------------------------------------------

    def _choose(self, cell: Cell, keys: Qt.KeyboardModifier) -> None:
        name, selected = self._picture.grid.names[cell], self._picture.selected
        here = self._places.get(self._picture.current or "")
        if keys & _KEY_SHIFT and here is not None:
            self._extend(self._anchor or here, cell)
            return
        self._anchor = cell
        if keys & _KEY_CONTROL and selected - {name}:
            wanted = selected ^ {name}
            current = name if name in wanted else self._picture.current
            self.chosen.emit(wanted, current if current in wanted else min(wanted))
        else:
            self.chosen.emit(frozenset((name,)), name)

    def _extend(self, anchor: Cell, cell: Cell) -> None:
        """Choose all cells between two; the far one is on show where there is a matrix."""
        self._anchor, grid = anchor, self._picture.grid
        names = frozenset(in_rectangle(grid, anchor, cell))
        self.chosen.emit(names, grid.names.get(cell, grid.names[anchor]))

    def _choose_all(self, cells: list[Cell]) -> None:
        if cells:
            self._anchor = cells[0]
            names = [self._picture.grid.names[cell] for cell in cells]
            self.chosen.emit(frozenset(names), names[0])
