"""The card in the centre: header, figures, and the plots and numbers of one matrix."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.axis_memory import AxisMemory
from rmt_studio.gui.spectrum.captions import cut_caption
from rmt_studio.gui.spectrum.closer import closer_look
from rmt_studio.gui.spectrum.cut import cut_of
from rmt_studio.gui.spectrum.cut_editor import CutEditor
from rmt_studio.gui.spectrum.empty import is_awaited, message_label, why_empty
from rmt_studio.gui.spectrum.footer import Footer
from rmt_studio.gui.spectrum.header import LayerHeader
from rmt_studio.gui.spectrum.headline import Headline
from rmt_studio.gui.spectrum.overlays import Other
from rmt_studio.gui.spectrum.pages import Pages
from rmt_studio.gui.spectrum.picking import Picker
from rmt_studio.gui.spectrum.refit import Refit
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.gui.spectrum.tools import ToolRow
from rmt_studio.gui.spectrum.turning import TabKeys
from rmt_studio.gui.theme import theme
from rmt_studio.studio.document import DocumentEvent, RecipeChanged

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
    from rmt_studio.gui.workbench import Workbench

_TAB = Qt.FocusPolicy.TabFocus
_PATIENCE = 150  # ms; most views are there before, and no sentence flashes by


class SpectrumView(QFrame):
    """One matrix's spectrum under its law, its overlays, and the cut of its rule as a line.

    Only the page in view is drawn; the others catch up when their tab is chosen.

    Args:
        workbench: what is shown.
        parent: of the widget.
        patience: ms for which the last picture stays while the next is computed.
        pages: what stands behind the tabs; made here where it was not before.
    """

    def __init__(
        self,
        workbench: Workbench,
        parent: QWidget | None = None,
        *,
        patience: int = _PATIENCE,
        pages: Pages | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("spectrum_view")
        self.setProperty("card", True)
        self.setMinimumSize(380, 300)
        self._workbench, self.pages = workbench, pages or Pages()
        self._editor = CutEditor(workbench, self)
        self._refit = Refit(workbench)
        self._pictured: LayerAnalysis | None = None
        self._patience = QTimer(self, singleShot=True, interval=patience)
        self._build()
        self._connect()
        self._show_layer()

    # --- putting together --------------------------------------------------------------------

    def _build(self) -> None:
        self.header, self.headline = LayerHeader(self._workbench), Headline()
        self.tools = ToolRow()
        self.tabs, self.plots = self.pages.tabs, self.pages.plots
        self.legend, self.log_other = self.tools.legend, self.tools.log_other
        self.footer = Footer(self._workbench.lens, self.pages)
        self.foot, self.overlay_foot = self.footer.foot, self.footer.overlay
        self.message = message_label()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._content())
        around = QVBoxLayout(self)
        around.setContentsMargins(15, 12, 15, 10)
        around.setSpacing(8)
        around.addWidget(self.header)
        around.addWidget(self._stack, 1)
        self.order_tabs()
        self._picker, self._keys = (
            Picker(self._workbench.lens, self.pages, self),
            TabKeys(self.tabs, self),
        )
        self._axes = AxisMemory()
        if self._axes.quantity:
            self.header.quantity.choose(self._axes.quantity)
        self._show_axes()

    def order_tabs(self) -> None:
        """Go from top to bottom: the header, the bar of tabs, then the page."""
        inside = [
            *self.pages.vectors.findChildren(QWidget),
            *self.pages.details.findChildren(QWidget),
        ]
        pages = (w for w in (*self.pages.charts, *inside) if w.focusPolicy() & _TAB)
        tools = (self.log_other, self.tools.reset, self.tools.help)
        for before, after in pairwise((*self.header.stops, self.tabs, *tools, *pages)):
            QWidget.setTabOrder(before, after)

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.headline)
        column.addSpacing(6)
        column.addWidget(self.tabs)
        column.addSpacing(4)
        column.addWidget(self.tools)
        column.addWidget(self.pages, 1)
        column.addWidget(self.footer)
        return content

    def _connect(self) -> None:
        bench, editor = self._workbench, self._editor
        self._patience.timeout.connect(self._say_why_empty_now)
        bench.document_changed.connect(self._document_changed)
        bench.selection_changed.connect(self._selection_changed)
        bench.job_changed.connect(self._jobs_changed)
        bench.lens.changed.connect(self._show_layer)
        theme().changed.connect(self._recolor)
        self.header.scale_changed.connect(self._scale_chosen)
        self.log_other.toggled.connect(self._scale_chosen)
        self.tools.reset.clicked.connect(self.pages.reset_view)
        bench.lens.picked_changed.connect(self._value_picked)
        self.tabs.currentChanged.connect(self._tab_chosen)
        for plot in self.plots:
            plot.cut_grabbed.connect(editor.grab)
            plot.cut_moved.connect(editor.move)
            plot.cut_drag_cancelled.connect(editor.cancel)
            plot.cut_nudged.connect(editor.nudge)
            plot.cut_removed.connect(editor.remove)
        for chart in self.pages.charts:
            chart.view_changed.connect(self._view_changed)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def plot(self) -> SpectrumPlot | None:
        """The plot of the spectrum in view; None on the tabs of entries and details."""
        return self.pages.plot

    @property
    def layer(self) -> LayerAnalysis | None:
        """What is shown: a layer through its view; None while its spectrum is not known.

        While it is fitted anew it is shown as it was fitted before.
        """
        return self._refit.layer

    def _shown(self, layer: LayerAnalysis) -> Shown:
        lens, scale = self._workbench.lens, self.header.scale(layer.spectrum.samples)
        other = Other(lens.compared, lens.compared_label) if lens.compared is not None else None
        return Shown(layer, scale, self.log_other.isChecked(), lens.null, other)

    def _document_changed(self, event: DocumentEvent) -> None:
        if isinstance(event, RecipeChanged) and self._workbench.current in event.names:
            self._show_cut()
        elif self.layer is None:
            self._say_why_empty()

    def _selection_changed(self) -> None:
        layer = self.layer
        if layer is None:
            self._say_why_empty()
        else:
            self.header.show_layer(layer, len(self._editor.names) - 1)
            self._show_cut()

    def _jobs_changed(self, _event: object) -> None:
        if self.layer is None:
            self._say_why_empty()
        else:
            self._show_refit()

    def _show_refit(self) -> None:
        """Mark a picture whose fit is not the one that is wanted any more."""
        self.headline.setEnabled(not self._refit.text)
        self.footer.show_refit(self._refit.texts)

    def _show_layer(self, *_: object) -> None:
        layer = self.layer
        if layer is None:
            self._say_why_empty()
            return
        self._patience.stop()
        self._stack.setCurrentIndex(1)
        if self._refit.text and layer is self._pictured:
            self._show_refit()
            return
        self._pictured = layer
        self.header.show()
        self.header.show_layer(layer, len(self._editor.names) - 1)
        self.headline.show_layer(layer)
        self._show_refit()
        self._draw_page()

    def _tab_chosen(self, _index: int) -> None:
        lens = self._workbench.lens
        self._show_axes()
        lens.want("entries", self.pages.wants_entries)
        lens.want("spikes", self.pages.wants_spikes)
        lens.want("vectors", self.pages.wants_vectors)
        self._draw_page()

    def _show_axes(self) -> None:
        """Offer the axes of the page in view, as a person left them."""
        page = self.pages.info
        self.header.set_reasons(*self.pages.fixed_scale)
        self.header.axis.choose("log" if self._axes.values_log(page.key) else "linear")
        self.log_other.blockSignals(True)
        self.log_other.setChecked(self._axes.other_log(page.key))
        self.log_other.blockSignals(False)
        self.tools.show_page(page)

    def _scale_chosen(self, *_: object) -> None:
        self._axes.keep_quantity(self.header.quantity.key)
        self._axes.keep(
            self.pages.info.key,
            values_log=self.header.axis.key == "log",
            other_log=self.log_other.isChecked(),
        )
        self._show_layer()

    def _value_picked(self) -> None:
        if self.pages.wants_vectors:
            self._draw_page()

    def _draw_page(self) -> None:
        layer = self.layer
        if layer is not None:
            closer = closer_look(self._workbench, vectors=self.pages.wants_vectors)
            self.pages.draw(self._shown(layer), *self._cut(layer), closer)
            self._picker.show()
            self._show_words(layer)

    def _cut(self, layer: LayerAnalysis) -> tuple[Cut | None, str]:
        """Return the cut of the rule and its words; None where rules do not cut what is shown."""
        if not self._workbench.lens.cuts:
            return None, ""
        cut = cut_of(self._workbench.document.recipe.rule(layer.name), layer)
        return cut, cut_caption(cut, len(self._editor.names))

    def _show_cut(self) -> None:
        layer = self.layer
        if layer is not None and self.plot is not None:
            cut, text = self._cut(layer)
            self.plot.show_cut(cut, text)
            self._describe(text)

    def _show_words(self, layer: LayerAnalysis) -> None:
        """Explain the page in view: its legend, its overlays, what it leaves out."""
        self.legend.show_marks(self.pages.marks())
        self.footer.show_overlays(self._shown(layer))
        self._describe(self._cut(layer)[1])

    def _describe(self, cut: str) -> None:
        """Say in words what is shown, to a screen reader and in the foot line."""
        if self.pages.chart is not None:
            words = self.headline.words
            self.pages.chart.setAccessibleDescription(f"{words}; {cut}" if cut else words)
        self._view_changed()

    def _view_changed(self) -> None:
        self.footer.show_view(self.layer, self.header.scale(1))

    def _say_why_empty(self) -> None:
        """Say why there is nothing; at once, unless it may be there in a moment."""
        shown = self._stack.currentIndex() == 1 and self._patience.interval() > 0
        if not (shown and is_awaited(self._workbench)):
            self._say_why_empty_now()
        elif not self._patience.isActive():
            self._patience.start()

    def _say_why_empty_now(self) -> None:
        self._patience.stop()
        self.message.setText(why_empty(self._workbench))
        self._stack.setCurrentIndex(0)
        waiting = bool(self._workbench.lens.message)  # for a view: another one can be chosen
        self.header.setVisible(waiting)
        if waiting:
            self.header.show_name(self._workbench.current or "")

    # --- Qt ------------------------------------------------------------------------------------

    def _recolor(self) -> None:
        self.pages.recolor()
        self._draw_page()
