"""What all plots of this card have in common: axes, zoom, colours, and a word when empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsWidget, QLabel, QVBoxLayout

from rmt_studio.gui.plots import PlotMenu
from rmt_studio.gui.spectrum.axes import END_LABEL, Axis, axis_of
from rmt_studio.gui.spectrum.crosshair import Crosshair
from rmt_studio.gui.spectrum.zoom_box import ZoomBox
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.legend import Mark
    from rmt_studio.gui.spectrum.shown import OutOfView

_ZOOM = 0.8
_ZOOM_KEYS = {
    Qt.Key.Key_Plus: _ZOOM,
    Qt.Key.Key_Equal: _ZOOM,
    Qt.Key.Key_Minus: 1 / _ZOOM,
}
_ABOVE_STRETCH, _BELOW_STRETCH = 5, 3
_BESIDE_NOTICE = 24  # px left and right of a notice


class Chart(pg.GraphicsView):
    """One or more plots under each other; plus, minus and Home zoom in, out and back.

    The wheel zooms, a drag moves the view, one with Shift held zooms into a box, a double click
    goes back. The mouse's place is told in numbers. Where there is nothing to draw, a notice says
    why.

    Signals:
        view_changed (): another part of the axis is in view.
    """

    view_changed = Signal()

    def __init__(self, name: str, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tip)
        self.setMinimumSize(160, 110)
        self._rows = QGraphicsGridLayout()
        self._rows.setContentsMargins(1, 3, END_LABEL, 1)
        self._rows.setVerticalSpacing(6)
        self._whole = QGraphicsWidget()
        self._whole.setLayout(self._rows)
        self.setCentralItem(self._whole)
        self._plots: list[pg.PlotItem] = []
        self._boxes: list[ZoomBox] = []
        self.saving = PlotMenu(self)
        self.crosshair = Crosshair(self)
        self.notice = QLabel(self)
        self.notice.setObjectName(f"{name}_notice")
        self.notice.setProperty("muted", True)
        self.notice.setWordWrap(True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.hide()
        over = QVBoxLayout(self)
        over.setContentsMargins(_BESIDE_NOTICE, 0, _BESIDE_NOTICE, 0)
        over.addWidget(self.notice)

    @property
    def drawn_plots(self) -> tuple[pg.PlotItem, ...]:
        """The plots that are there, from top to bottom; none while a notice is in their place."""
        if not self._whole.isVisible():
            return ()
        return tuple(plot for plot in self._plots if plot.isVisible())

    def reset_view(self) -> None:
        """Show the first view again."""
        raise NotImplementedError

    def marks(self) -> tuple[Mark, ...]:
        """Return the legend."""
        raise NotImplementedError

    def out_of_view(self) -> OutOfView | None:
        """Return what the view does not hold; None where it holds all by its nature."""
        return None

    def recolor(self) -> None:
        """Take the theme's colours; a subclass adds its own."""
        self.setBackground(theme().colors.panel)
        for plot in self._plots:
            for side in ("bottom", "left"):
                axis_of(plot, side).recolor()
        for box in self._boxes:
            box.recolor()
        self.crosshair.recolor()

    def say(self, notice: str) -> None:
        """Say something in place of the plots; an empty text shows them again."""
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))
        self._whole.setVisible(not notice)

    # --- for subclasses ------------------------------------------------------------------------

    def _add_plot(self, row: int = 0, *, zoom_y: bool = False) -> pg.PlotItem:
        """Return a new plot with our axes, without menu and buttons."""
        axes: dict[str, pg.AxisItem] = {"bottom": Axis("bottom"), "left": Axis("left", grid=True)}
        box = ZoomBox()
        self._boxes.append(box)
        plot = pg.PlotItem(viewBox=box, axisItems=axes, enableMenu=False)
        self._rows.addItem(plot, row, 0)
        self._plots.append(plot)
        plot.hideButtons()
        box.setMouseEnabled(x=True, y=zoom_y)
        box.disableAutoRange()
        box.sigRangeChanged.connect(self._view_moved)
        for axis in axes.values():
            axis.setZValue(-1)  # under the view: grid lines must not cross bars and labels
        axes["left"].setWidth(54)
        return plot

    def _add_plot_below(self, above: pg.PlotItem, *, zoom_y: bool = False) -> pg.PlotItem:
        """Return a second, lower plot over the same axis as ``above``."""
        below = self._add_plot(1, zoom_y=zoom_y)
        below.getViewBox().setXLink(above.getViewBox())
        self._rows.setRowStretchFactor(0, _ABOVE_STRETCH)
        self._rows.setRowStretchFactor(1, _BELOW_STRETCH)
        axis_of(above, "bottom").setStyle(showValues=False)
        return below

    def _show_below(self, there: bool) -> None:
        """Show the lower of two plots, or give its room to the upper one."""
        below = self._plots[1]
        if there == below.isVisible():
            return
        below.setVisible(there)
        if there:
            self._rows.addItem(below, 1, 0)
        else:
            self._rows.removeItem(below)
        self._rows.setRowStretchFactor(1, _BELOW_STRETCH if there else 0)

    def _view_moved(self, *_range: object) -> None:
        self.view_changed.emit()

    def _zoom(self, factor: float) -> None:
        box = self._plots[0].getViewBox()
        _x, zoom_y = box.mouseEnabled()
        box.scaleBy(x=factor, y=factor if zoom_y else None)

    # --- Qt ------------------------------------------------------------------------------------

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        for plot in getattr(self, "_plots", ()):  # the base class resizes while it is made
            plot.layout.activate()
            axis_of(plot, "left").fit_caption()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        key = ev.key()
        if key == Qt.Key.Key_Home:
            self.reset_view()
        elif key in _ZOOM_KEYS:
            self._zoom(_ZOOM_KEYS[Qt.Key(key)])
        else:
            ev.ignore()

    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self.crosshair.hide()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(ev)
        self.reset_view()
