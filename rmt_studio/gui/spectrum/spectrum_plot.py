"""What the plots of a spectrum have in common: one threshold line, its keys, the overlays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal

from rmt_studio.gui.spectrum.chart import Chart
from rmt_studio.gui.spectrum.legend import overlay_marks
from rmt_studio.gui.spectrum.pick_mark import PickMark
from rmt_studio.gui.spectrum.threshold_line import ThresholdLine

if TYPE_CHECKING:
    import pyqtgraph as pg
    from PySide6.QtGui import QFocusEvent, QKeyEvent
    from PySide6.QtWidgets import QWidget

    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.legend import Mark
    from rmt_studio.gui.spectrum.shown import Shown

    Point = tuple[float, float]  # on the axes

_NUDGE, _LARGE_NUDGE = 1.01, 1.10
_DOWN = (Qt.Key.Key_Left, Qt.Key.Key_Down)
_UP = (Qt.Key.Key_Right, Qt.Key.Key_Up)
_PICKED = "singular value that is looked at"
_CUT, _NO_CUT = "threshold of the pruning rule", "proposed threshold, no rule is set"


class SpectrumPlot(Chart):
    """One way to look at a spectrum, with the rule's cut as a line that can be dragged.

    Left and Right move the cut by 1 % (with Shift 10 %), Delete removes it. Where a rule does not
    cut what is shown there is no line. Subclasses draw in `_draw`, move the line in `_draw_cut`,
    and say in `_first_view` what is in view at first.

    Signals:
        cut_grabbed (): a drag of the line begins.
        cut_moved (float): the eigenvalue the line is dragged to.
        cut_released (): the drag is over.
        cut_drag_cancelled (): the drag is to be undone.
        cut_nudged (float, bool): a factor for the cut, and whether the key repeats.
        cut_removed (): the rule shall not cut.
        value_picked (int): the rank of the singular value that was clicked, 0 for the largest.
        value_reached (int): the rank up to which all values are to be looked at.
    """

    cut_grabbed = Signal()
    cut_moved = Signal(float)
    cut_released = Signal()
    cut_drag_cancelled = Signal()
    cut_nudged = Signal(float, bool)
    cut_removed = Signal()
    value_picked = Signal(int)
    value_reached = Signal(int)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        tip = self.tr(
            "Drag the green line, or press Left and Right, to move the cut (Shift: 10 %); "
            "Delete removes it, Escape ends a drag.\n"
            "A click, or Page Up and Page Down, looks at one value in every plot; with Shift at "
            "all from there to another.\n"
            "Wheel zooms, Shift and a drag zoom into a box, a drag moves the view, a double click "
            "resets it."
        )
        super().__init__(name, title, tip, parent)
        self._shown: Shown | None = None
        self._cut: Cut | None = None
        self._lines: list[ThresholdLine] = []
        self._picked: tuple[int, int] | None = None
        self._marks: list[PickMark] = []
        self.sceneObj.sigMouseClicked.connect(self._clicked)  # pyright: ignore[reportOptionalMemberAccess]

    # --- for the view ------------------------------------------------------------------------

    def show_layer(self, shown: Shown, cut: Cut | None, text: str) -> None:
        """Draw a layer; its first view is set unless the same axis was shown already."""
        before, self._shown, self._cut = self._shown, shown, cut
        self._draw(shown)
        if not self._same_axes(shown, before):
            self.reset_view()
        self.show_cut(cut, text)
        self.show_picked(self._picked)
        # else items that wait for it change within the paint, and all is painted twice
        self.sceneObj.prepareForPaint()  # pyright: ignore[reportOptionalMemberAccess]

    def show_picked(self, ranks: tuple[int, int] | None) -> None:
        """Mark two singular values and what is between, 0 for the largest; one twice, or none."""
        self._picked = ranks
        shown = self._shown
        if shown is None or ranks is None or max(ranks) >= shown.positions.size:
            for mark in self._marks:
                mark.hide()
        else:
            ends = (self._picked_places(shown, rank) for rank in ranks)
            for mark, *places in zip(self._marks, *ends, strict=True):
                mark.show_between(*places)

    def show_cut(self, cut: Cut | None, text: str) -> None:
        """Move the threshold line, or take it away; nothing else is drawn anew."""
        if self._shown is None:
            return
        self._cut = cut
        for line in self._lines:
            line.setVisible(cut is not None)
        name = _CUT if cut is not None and cut.active else _NO_CUT
        self.saving.name_items(dict.fromkeys(self._lines, name))
        self._draw_cut(self._shown, cut, text)

    def reset_view(self) -> None:
        """Show the bulk, a margin and the cut again."""
        if self._shown is not None:
            self._first_view(self._shown, self._cut)

    def recolor(self) -> None:
        super().recolor()
        for item in (*self._lines, *self._marks):
            item.recolor()

    def marks(self) -> tuple[Mark, ...]:
        own = self._own_marks(self._shown) if self._shown is not None else ()
        return (*own, *overlay_marks(self._shown))

    # --- for subclasses ------------------------------------------------------------------------

    def _draw(self, shown: Shown) -> None:
        raise NotImplementedError

    def _draw_cut(self, shown: Shown, cut: Cut | None, text: str) -> None:
        raise NotImplementedError

    def _first_view(self, shown: Shown, cut: Cut | None) -> None:
        raise NotImplementedError

    def _own_marks(self, shown: Shown) -> tuple[Mark, ...]:
        raise NotImplementedError

    def _same_axes(self, shown: Shown, before: Shown | None) -> bool:
        """Return whether a view that was chosen for ``before`` stays for ``shown``."""
        return shown.same_axis(before)

    def _picked_places(self, shown: Shown, rank: int) -> tuple[Point, ...]:
        """Return where a singular value stands in each plot; the marks stand along one axis."""
        return tuple((float(shown.positions[rank]), 0.0) for _ in self._marks)

    def _nearest(self, shown: Shown, x: float, y: float) -> int:
        """Return the rank of the singular value next to a place of a plot; here next to ``x``."""
        _ = y
        return int(np.abs(shown.positions - x).argmin())

    def _add_mark(self, plot: pg.PlotItem, angle: int = 90, *, ring: bool = False) -> None:
        """Add what marks the value that is looked at: a line, and a ring where points are drawn."""
        mark = PickMark(plot, angle, ring=ring)
        self._marks.append(mark)
        self.saving.name_items(dict.fromkeys(mark.items, _PICKED))

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
        self.saving.name_items({line: _NO_CUT})
        return line

    def _line_moved(self, place: float) -> None:
        if self._shown is not None:
            self.cut_moved.emit(float(self._shown.scale.eigenvalue(place)))

    def _clicked(self, event: Any) -> None:  # noqa: ANN401 - pyqtgraph's own event
        place = event.scenePos()
        boxes = (plot.getViewBox() for plot in self.drawn_plots)
        box = next((box for box in boxes if box.sceneBoundingRect().contains(place)), None)
        plain = event.button() == Qt.MouseButton.LeftButton and not event.double()
        if self._shown is not None and box is not None and plain and not event.isAccepted():
            at = box.mapSceneToView(place)
            reaches = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            signal = self.value_reached if reaches else self.value_picked
            signal.emit(self._nearest(self._shown, at.x(), at.y()))

    def _cancel_drag(self) -> bool:
        return any(line.cancel_drag() for line in self._lines)  # one line is dragged at a time

    # --- Qt ------------------------------------------------------------------------------------

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        key, shift = ev.key(), bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        factor = _LARGE_NUDGE if shift else _NUDGE
        if self._cut is not None and (key in _UP or key in _DOWN):
            self.cut_nudged.emit(factor if key in _UP else 1 / factor, ev.isAutoRepeat())
        elif self._cut is not None and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cut_removed.emit()
        elif key != Qt.Key.Key_Escape or not self._cancel_drag():
            super().keyPressEvent(ev)

    def focusInEvent(self, ev: QFocusEvent) -> None:
        super().focusInEvent(ev)
        self._show_focus(ev.reason() != Qt.FocusReason.MouseFocusReason)

    def focusOutEvent(self, ev: QFocusEvent) -> None:
        super().focusOutEvent(ev)
        self._show_focus(False)

    def _show_focus(self, focused: bool) -> None:
        for line in self._lines:
            line.set_focused(focused)
