"""The card in the centre: header, figures, and the plots and numbers of one matrix."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.spectrum.captions import (
    cut_caption,
    entries_captions,
    foot_captions,
    overlay_captions,
)
from rmt_studio.gui.spectrum.cut import cut_of
from rmt_studio.gui.spectrum.cut_editor import CutEditor
from rmt_studio.gui.spectrum.empty import is_awaited, why_empty
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.header import LayerHeader
from rmt_studio.gui.spectrum.headline import Headline
from rmt_studio.gui.spectrum.legend import Legend
from rmt_studio.gui.spectrum.missing import missing_counterpart, missing_null
from rmt_studio.gui.spectrum.overlays import Other
from rmt_studio.gui.spectrum.pages import Pages
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.gui.theme import number_font, theme
from rmt_studio.studio.document import DocumentEvent, RecipeChanged

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
    from rmt_studio.gui.workbench import Workbench

_LOW = 430  # pixels; below it the legend gives its line to the plot
_TAB = Qt.FocusPolicy.TabFocus
_PATIENCE = 150  # ms; most views are there before, and no sentence flashes by


class SpectrumView(QFrame):
    """One matrix's spectrum under its law, its overlays, and the cut of its rule as a line.

    Only the page in view is drawn; the others catch up when their tab is chosen.

    Args:
        workbench: what is shown.
        parent: of the widget.
        patience: ms for which the last picture stays while the next is computed.
    """

    def __init__(
        self, workbench: Workbench, parent: QWidget | None = None, *, patience: int = _PATIENCE
    ) -> None:
        super().__init__(parent)
        self.setObjectName("spectrum_view")
        self.setProperty("card", True)
        self.setMinimumSize(380, 300)
        self._workbench = workbench
        self._editor = CutEditor(workbench, self)
        self._patience = QTimer(self, singleShot=True, interval=patience)
        self._build()
        self._connect()
        self._show_layer()

    # --- putting together --------------------------------------------------------------------

    def _build(self) -> None:
        self.header, self.headline = LayerHeader(self._workbench), Headline()
        self.legend, self.pages = Legend(), Pages()
        self.tabs, self.plots = self.pages.tabs, self.pages.plots
        self.log_density = self.pages.log_density
        self.foot, self.overlay_foot = _small_label("foot"), _small_label("overlay_foot")
        self.message = self._message_label()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._content())
        around = QVBoxLayout(self)
        around.setContentsMargins(15, 12, 15, 10)
        around.setSpacing(8)
        around.addWidget(self.header)
        around.addWidget(self._stack, 1)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Go from top to bottom: the header, the bar of tabs, then the page."""
        inside = self.pages.details.findChildren(QWidget)
        pages = (w for w in (*self.pages.charts, *inside) if w.focusPolicy() & _TAB)
        for before, after in pairwise((*self.header.stops, self.tabs, self.log_density, *pages)):
            QWidget.setTabOrder(before, after)

    def _content(self) -> QWidget:
        content = QWidget()
        tab_row = QHBoxLayout()
        tab_row.setSpacing(6)
        tab_row.addWidget(self.tabs, 1)
        tab_row.addWidget(self.log_density)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.headline)
        column.addSpacing(6)
        column.addLayout(tab_row)
        column.addSpacing(6)
        column.addWidget(self.legend)
        column.addWidget(self.pages, 1)
        column.addWidget(self.overlay_foot)
        column.addWidget(self.foot)
        return content

    def _message_label(self) -> QLabel:
        label = QLabel()
        label.setObjectName("spectrum_message")
        label.setProperty("muted", True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        return label

    def _connect(self) -> None:
        bench, editor = self._workbench, self._editor
        self._patience.timeout.connect(self._say_why_empty_now)
        bench.document_changed.connect(self._document_changed)
        bench.selection_changed.connect(self._selection_changed)
        bench.job_changed.connect(self._jobs_changed)
        bench.lens.changed.connect(self._show_layer)
        theme().changed.connect(self._recolor)
        self.header.scale_changed.connect(self._show_layer)
        self.log_density.toggled.connect(self._show_layer)
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
        """What is shown: a layer through its view; None while its spectrum is not known."""
        return self._workbench.lens.shown

    def _shown(self, layer: LayerAnalysis) -> Shown:
        lens, scale = self._workbench.lens, self.header.scale(layer.spectrum.samples)
        other = Other(lens.compared, lens.compared_label) if lens.compared is not None else None
        return Shown(layer, scale, self.log_density.isChecked(), lens.null, other)

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

    def _show_layer(self, *_: object) -> None:
        layer = self.layer
        if layer is None:
            self._say_why_empty()
            return
        self._patience.stop()
        self._stack.setCurrentIndex(1)
        self.header.show()
        self.header.show_layer(layer, len(self._editor.names) - 1)
        self.headline.show_layer(layer)
        self._draw_page()

    def _tab_chosen(self, _index: int) -> None:
        lens = self._workbench.lens
        self.header.set_reasons(*self.pages.fixed_scale)
        lens.want("entries", self.pages.wants_entries)
        lens.want("spikes", self.pages.wants_spikes)
        self._draw_page()

    def _draw_page(self) -> None:
        layer, lens = self.layer, self._workbench.lens
        if layer is not None:
            self.pages.draw(self._shown(layer), *self._cut(layer), lens.entries, lens.spikes)
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
            self._describe(layer, text)

    def _show_words(self, layer: LayerAnalysis) -> None:
        """Explain the page in view: its legend, its overlays, what it leaves out."""
        chart, lens = self.pages.chart, self._workbench.lens
        self._show_legend()
        if chart is not None:
            self.legend.show_marks(chart.marks())
        missing = missing_null(lens), missing_counterpart(lens)
        self.overlay_foot.set_variants(*overlay_captions(self._shown(layer), *missing))
        drawn = self.pages.plot is not None  # nothing is laid over the entries and the numbers
        self.overlay_foot.setVisible(drawn and bool(self.overlay_foot.variants[0]))
        self._describe(layer, self._cut(layer)[1])

    def _describe(self, layer: LayerAnalysis, cut: str) -> None:
        """Say in words what is shown, to a screen reader and in the foot line."""
        if self.pages.chart is not None:
            description = f"{layer.name}: {cut}" if cut else layer.name
            self.pages.chart.setAccessibleDescription(description)
        self._view_changed()

    def _show_legend(self) -> None:
        self.legend.setVisible(self.pages.chart is not None and self.height() >= _LOW)

    def _view_changed(self) -> None:
        layer, chart, entries = self.layer, self.pages.chart, self._workbench.lens.entries
        if layer is None or chart is None:
            self.foot.set_variants("")
        elif chart is self.pages.entries:
            self.foot.set_variants(*(entries_captions(entries) if entries is not None else ("",)))
        else:
            captions = foot_captions(layer, chart.out_of_view(), self.header.scale(1))
            self.foot.set_variants(*captions)
        self.foot.setVisible(chart is not None)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_legend()


def _small_label(name: str) -> FittingLabel:
    label = FittingLabel()
    label.setObjectName(name)
    label.setProperty("muted", True)
    label.setFont(number_font(number_font().pointSizeF() * 0.85))
    return label
