"""The card in the centre: header, figures, and four plots of one layer's spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.spectrum.captions import cut_caption, foot_captions
from rmt_studio.gui.spectrum.cdf import CdfPlot
from rmt_studio.gui.spectrum.cut import cut_of
from rmt_studio.gui.spectrum.cut_editor import CutEditor
from rmt_studio.gui.spectrum.density import DensityPlot
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.header import LayerHeader
from rmt_studio.gui.spectrum.headline import Headline
from rmt_studio.gui.spectrum.legend import Legend
from rmt_studio.gui.spectrum.quantiles import QuantilePlot
from rmt_studio.gui.spectrum.scree import ScreePlot
from rmt_studio.gui.spectrum.segments import Toggle
from rmt_studio.gui.spectrum.shown import Shown
from rmt_studio.gui.theme import number_font, theme
from rmt_studio.studio.document import (
    AnalysisCleared,
    DocumentEvent,
    LayersAnalyzed,
    ModelOpened,
    RecipeChanged,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot
    from rmt_studio.gui.workbench import Workbench

_NARROW = 470  # pixels; below it tabs and button labels are set closer
_LOW = 430  # pixels; below it the legend gives its line to the plot


class SpectrumView(QFrame):
    """One layer's spectrum under its Marchenko-Pastur law, and the cut of its rule as a line.

    Only the plot in view is drawn; the others catch up when their tab is chosen.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spectrum_view")
        self.setProperty("card", True)
        self.setMinimumSize(380, 300)
        self._workbench = workbench
        self._editor = CutEditor(workbench, self)
        self._stale: set[SpectrumPlot] = set()
        self._build()
        self._connect()
        self._show_layer()

    # --- putting together --------------------------------------------------------------------

    def _build(self) -> None:
        self.header, self.headline, self.legend = LayerHeader(), Headline(), Legend()
        self.plots: tuple[SpectrumPlot, ...] = (
            DensityPlot(),
            CdfPlot(),
            QuantilePlot(),
            ScreePlot(),
        )
        self.tabs, self._pages = self._tab_bar(), QStackedWidget()
        for plot in self.plots:
            self._pages.addWidget(plot)
        self.log_density = Toggle(
            "log_density", self.tr("log y"), self.tr("Logarithmic density axis")
        )
        policy = self.log_density.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # no plot moves when another tab is chosen
        self.log_density.setSizePolicy(policy)
        self.foot = FittingLabel()
        self.foot.setObjectName("foot")
        self.foot.setProperty("muted", True)
        self.foot.setFont(number_font(number_font().pointSizeF() * 0.85))
        self.message = self._message_label()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._content())
        around = QVBoxLayout(self)
        around.setContentsMargins(15, 12, 15, 10)
        around.addWidget(self._stack)

    def _content(self) -> QWidget:
        content = QWidget()
        tab_row = QHBoxLayout()
        tab_row.setSpacing(6)
        tab_row.addWidget(self.tabs)
        tab_row.addStretch(1)
        tab_row.addWidget(self.log_density)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for item, gap in ((self.header, 8), (self.headline, 6)):
            column.addWidget(item)
            column.addSpacing(gap)
        column.addLayout(tab_row)
        column.addSpacing(6)
        column.addWidget(self.legend)
        column.addWidget(self._pages, 1)
        column.addWidget(self.foot)
        return content

    def _tab_bar(self) -> QTabBar:
        bar = QTabBar()
        bar.setObjectName("spectrum_tabs")
        bar.setAccessibleName(self.tr("Plots of the spectrum"))
        bar.setDrawBase(False)
        bar.setExpanding(False)
        bar.setUsesScrollButtons(False)
        bar.setMinimumWidth(1)  # it sets its tabs closer rather than keep the card wide
        for text, tip in (
            (self.tr("Density"), self.tr("Histogram of the spectrum under the law")),
            (self.tr("CDF"), self.tr("Cumulative distribution, and how far the law is off")),
            (self.tr("Quantiles"), self.tr("Each value against where noise would put it")),
            (self.tr("Scree"), self.tr("Values by rank")),
        ):
            bar.setTabToolTip(bar.addTab(text), tip)
        return bar

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
        bench.document_changed.connect(self._document_changed)
        bench.selection_changed.connect(self._show_layer)
        bench.job_changed.connect(self._jobs_changed)
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
            plot.view_changed.connect(self._view_changed)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def plot(self) -> SpectrumPlot:
        """The plot in view."""
        return self.plots[self.tabs.currentIndex()]

    @property
    def layer(self) -> LayerAnalysis | None:
        """The layer that is shown; None while its spectrum is not known."""
        current = self._workbench.current
        return self._workbench.document.layer(current) if current is not None else None

    def _document_changed(self, event: DocumentEvent) -> None:
        current = self._workbench.current
        if isinstance(event, RecipeChanged):
            if current in event.names:
                self._show_cut()
        elif isinstance(event, LayersAnalyzed):
            if current in event.names:
                self._show_layer()
        elif isinstance(event, ModelOpened | AnalysisCleared):
            self._show_layer()

    def _jobs_changed(self, _event: object) -> None:
        if self.layer is None:
            self._say_why_empty()

    def _show_layer(self, *_: object) -> None:
        layer = self.layer
        if layer is None:
            self._stale.update(self.plots)
            self._say_why_empty()
            return
        self._stack.setCurrentIndex(1)
        self.header.show_layer(layer, len(self._editor.names) - 1)
        self.headline.show_layer(layer)
        self._stale.update(self.plots)
        self._draw_plot()

    def _tab_chosen(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.log_density.setVisible(index == 0)
        self._draw_plot()

    def _draw_plot(self) -> None:
        layer, plot = self.layer, self.plot
        if layer is None:
            return
        if plot in self._stale:
            scale = self.header.scale(layer.spectrum.samples)
            shown = Shown(layer, scale, self.log_density.isChecked())
            plot.show_layer(shown, *self._cut(layer))
            self._stale.discard(plot)
        self.legend.show_marks(plot.marks())
        self._show_cut()

    def _cut(self, layer: LayerAnalysis) -> tuple[Cut, str]:
        cut = cut_of(self._workbench.document.recipe.rule(layer.name), layer)
        return cut, cut_caption(cut, len(self._editor.names))

    def _show_cut(self) -> None:
        layer = self.layer
        if layer is not None:
            cut, text = self._cut(layer)
            self.plot.show_cut(cut, text)
            self.plot.setAccessibleDescription(f"{layer.name}: {text}")
            self._view_changed()

    def _view_changed(self) -> None:
        layer, out = self.layer, self.plot.out_of_view()
        if layer is not None:
            self.foot.set_variants(*foot_captions(layer, out, self.header.scale(1)))

    def _say_why_empty(self) -> None:
        document, current = self._workbench.document, self._workbench.current
        if document.model is None:
            text = self.tr("Open a model to see the spectra of its weight matrices.")
        elif current is None:
            text = self.tr("Choose a layer in the table to see its spectrum.")
        elif current in document.skipped:
            text = self.tr("{name} holds nothing but zeros and has no spectrum.")
            text = text.format(name=current)
        elif self._workbench.busy:
            text = self.tr("The spectrum of {name} is being computed…").format(name=current)
        else:
            text = self.tr(
                "The spectrum of {name} has not been computed. Choose Analyse to compute it."
            ).format(name=current)
        self.message.setText(text)
        self._stack.setCurrentIndex(0)

    # --- Qt ------------------------------------------------------------------------------------

    def _recolor(self) -> None:
        for plot in self.plots:
            plot.recolor()
        self._draw_plot()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        padding = 7 if self.width() < _NARROW else 14
        self.tabs.setStyleSheet(f"QTabBar::tab {{ padding: 6px {padding}px; }}")
        self.legend.setVisible(self.height() >= _LOW)
