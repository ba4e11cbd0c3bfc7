"""What the four plots have in common: one threshold line, the keyboard, the view, the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsWidget

from rmt_studio.gui.spectrum.axes import END_LABEL, Axis, axis_of
from rmt_studio.gui.spectrum.threshold_line import ThresholdLine
from rmt_studio.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.legend import Mark
    from rmt_studio.gui.spectrum.shown import OutOfView, Shown

_NUDGE, _LARGE_NUDGE = 1.01, 1.10
_ZOOM = 0.8
_DOWN = (Qt.Key.Key_Left, Qt.Key.Key_Down)
_UP = (Qt.Key.Key_Right, Qt.Key.Key_Up)


class SpectrumPlot(pg.GraphicsView):
    """One way to look at a spectrum, with the rule's cut as a line that can be dragged.

    Left and Right move the cut by 1 % (with Shift 10 %), Delete removes it; plus, minus and Home
    zoom in, out and back; a double click goes back too. Subclasses draw in `_draw`, move the line
    in `_draw_cut`, and say in `_first_view` what is in view at first.

    Signals:
        cut_grabbed (): a drag of the line begins.
        cut_moved (float): the eigenvalue the line is dragged to.
        cut_released (): the drag is over.
        cut_drag_cancelled (): the drag is to be undone.
        cut_nudged (float, bool): a factor for the cut, and whether the key repeats.
        cut_removed (): the rule shall not cut.
        view_changed (): another part of the axis is in view.
    """

    cut_grabbed = Signal()
    cut_moved = Signal(float)
    cut_released = Signal()
    cut_drag_cancelled = Signal()
    cut_nudged = Signal(float, bool)
    cut_removed = Signal()
    view_changed = Signal()

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(
            self.tr(
                "Drag the green line, or press Left and Right, to move the cut (Shift: 10 %); "
                "Delete removes it, Escape ends a drag.\n"
                "Wheel zooms, drag moves the view, a double click resets it."
            )
        )
        self.setMinimumSize(160, 110)
        self._rows = QGraphicsGridLayout()
        self._rows.setContentsMargins(1, 3, END_LABEL, 1)
        self._rows.setVerticalSpacing(6)
        whole = QGraphicsWidget()
        whole.setLayout(self._rows)
        self.setCentralItem(whole)
        self._shown: Shown | None = None
        self._cut: Cut | None = None
        self._plots: list[pg.PlotItem] = []
        self._lines: list[ThresholdLine] = []

    # --- for the view ------------------------------------------------------------------------

    def show_layer(self, shown: Shown, cut: Cut, text: str) -> None:
        """Draw a layer; its first view is set unless the same axis was shown already."""
        before, self._shown, self._cut = self._shown, shown, cut
        same = before is not None and before.layer is shown.layer and before.scale == shown.scale
        self._draw(shown)
        if not same:
            self.reset_view()
        self.show_cut(cut, text)

    def show_cut(self, cut: Cut, text: str) -> None:
        """Move the threshold line; nothing else is drawn anew."""
        if self._shown is not None:
            self._cut = cut
            self._draw_cut(self._shown, cut, text)

    def reset_view(self) -> None:
        """Show the bulk, a margin and the cut again."""
        if self._shown is not None:
            self._first_view(self._shown, self._cut)

    def recolor(self) -> None:
        """Take the theme's colours; a subclass adds its own."""
        self.setBackground(theme().colors.panel)
        for plot in self._plots:
            for side in ("bottom", "left"):
                axis_of(plot, side).recolor()
        for line in self._lines:
            line.recolor()

    def out_of_view(self) -> OutOfView | None:
        """Return what the view does not hold; None where it holds all by its nature."""
        return None

    def marks(self) -> tuple[Mark, ...]:
        """Return the legend."""
        raise NotImplementedError

    # --- for subclasses ------------------------------------------------------------------------

    def _draw(self, shown: Shown) -> None:
        raise NotImplementedError

    def _draw_cut(self, shown: Shown, cut: Cut, text: str) -> None:
        raise NotImplementedError

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        raise NotImplementedError

    def _add_plot(self, row: int = 0, *, zoom_y: bool = False) -> pg.PlotItem:
        """Return a new plot with our axes, without menu and buttons."""
        axes: dict[str, pg.AxisItem] = {"bottom": Axis("bottom"), "left": Axis("left", grid=True)}
        plot = pg.PlotItem(axisItems=axes, enableMenu=False)
        self._rows.addItem(plot, row, 0)
        self._plots.append(plot)
        plot.hideButtons()
        box = plot.getViewBox()
        box.setMouseEnabled(x=True, y=zoom_y)
        box.disableAutoRange()
        box.sigRangeChanged.connect(self._view_moved)
        for axis in axes.values():
            axis.setZValue(-1)  # under the view: grid lines must not cross bars and labels
        axes["left"].setWidth(54)
        return plot

    def _add_line(
        self, plot: pg.PlotItem, angle: int = 90, *, label: float = 0.86, grip: float = 0.5
    ) -> ThresholdLine:
        """Return a new threshold line in ``plot``; label and grip sit at shares of its length."""
        line = ThresholdLine(angle, label=label, grip=grip)
        line.grabbed.connect(self.cut_grabbed)
        line.moved.connect(self._line_moved)
        line.released.connect(self.cut_released)
        line.drag_cancelled.connect(self.cut_drag_cancelled)
        plot.addItem(line, ignoreBounds=True)
        self._lines.append(line)
        return line

    def _line_moved(self, place: float) -> None:
        if self._shown is not None:
            self.cut_moved.emit(float(self._shown.scale.eigenvalue(place)))

    def _cancel_drag(self) -> bool:
        return any(line.cancel_drag() for line in self._lines)  # one line is dragged at a time

    def _view_moved(self, *_range: object) -> None:
        self.view_changed.emit()

    def _zoom(self, factor: float) -> None:
        box = self._plots[0].getViewBox()
        _x, zoom_y = box.mouseEnabled()
        box.scaleBy(x=factor, y=factor if zoom_y else None)

    # --- Qt ------------------------------------------------------------------------------------

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        key, shift = ev.key(), bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        factor = _LARGE_NUDGE if shift else _NUDGE
        if key in _UP or key in _DOWN:
            self.cut_nudged.emit(factor if key in _UP else 1 / factor, ev.isAutoRepeat())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cut_removed.emit()
        elif key == Qt.Key.Key_Home:
            self.reset_view()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(1 / _ZOOM if key == Qt.Key.Key_Minus else _ZOOM)
        elif key != Qt.Key.Key_Escape or not self._cancel_drag():
            ev.ignore()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(ev)
        self.reset_view()

    def focusInEvent(self, ev: QFocusEvent) -> None:
        super().focusInEvent(ev)
        self._show_focus(ev.reason() != Qt.FocusReason.MouseFocusReason)

    def focusOutEvent(self, ev: QFocusEvent) -> None:
        super().focusOutEvent(ev)
        self._show_focus(False)

    def _show_focus(self, focused: bool) -> None:
        for line in self._lines:
            line.set_focused(focused)
