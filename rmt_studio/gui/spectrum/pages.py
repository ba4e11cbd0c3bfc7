"""The pages behind the tabs: five plots of the spectrum, one of the entries, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from rmt_studio.gui.spectrum.cdf import CdfPlot
from rmt_studio.gui.spectrum.density import DensityPlot
from rmt_studio.gui.spectrum.details import DetailsPage
from rmt_studio.gui.spectrum.entries_plot import EntriesPlot
from rmt_studio.gui.spectrum.quantiles import QuantilePlot
from rmt_studio.gui.spectrum.scree import ScreePlot
from rmt_studio.gui.spectrum.segments import Toggle
from rmt_studio.gui.spectrum.tabs import FittingTabs, Tab
from rmt_studio.gui.spectrum.tail import TailPlot

if TYPE_CHECKING:
    from rmt_studio.analysis.details import EntryDetails, SpikeDetails
    from rmt_studio.gui.spectrum.chart import Chart
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot


class Pages(QStackedWidget):
    """One page per tab; what a page needs is drawn when it is in view.

    Attributes:
        tabs: the bar that chooses the page; it stands elsewhere.
        log_density: the button that makes densities logarithmic; it stands beside the tabs.
        plots: the pages that show the spectrum and the cut.
        entries: the page of the entries.
        details: the page of the numbers.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots: tuple[SpectrumPlot, ...] = (
            DensityPlot(),
            CdfPlot(),
            QuantilePlot(),
            ScreePlot(),
            TailPlot(),
        )
        self.entries, self.details = EntriesPlot(), DetailsPage()
        self.charts: tuple[Chart, ...] = (*self.plots, self.entries)
        for page in (*self.charts, self.details):
            self.addWidget(page)
        self._drawn: dict[SpectrumPlot, Shown] = {}
        self.tabs = FittingTabs("spectrum_tabs", self.tr("Plots of the spectrum"), self._tabs())
        self.tabs.currentChanged.connect(self._turn)
        self.log_density = self._toggle()

    @property
    def plot(self) -> SpectrumPlot | None:
        """The plot of the spectrum in view, if it is one."""
        return next((plot for plot in self.plots if plot is self.currentWidget()), None)

    @property
    def chart(self) -> Chart | None:
        """The plot in view, that of the entries among them; None on the page of numbers."""
        return next((chart for chart in self.charts if chart is self.currentWidget()), None)

    @property
    def fixed_scale(self) -> tuple[str, str]:
        """Why the page in view has no choice of quantity, and of axis; empty where it has one."""
        page = self.currentWidget()
        if page is self.details:
            both = self.tr("Details give eigenvalues and singular values as numbers")
            return both, both
        if page is self.entries:
            entries = self.tr("This page shows the entries of the matrix, not its spectrum")
            return entries, entries
        tail = self.tr("The tail is always on logarithmic axes, where a power law is straight")
        return "", tail if isinstance(page, TailPlot) else ""

    @property
    def wants_entries(self) -> bool:
        """Whether the page in view shows the entries."""
        return self.currentWidget() in (self.entries, self.details)

    @property
    def wants_spikes(self) -> bool:
        """Whether the page in view shows the singular vectors of the spikes."""
        return self.currentWidget() is self.details

    def draw(
        self,
        shown: Shown,
        cut: Cut | None,
        text: str,
        entries: EntryDetails | None,
        spikes: SpikeDetails | None,
    ) -> None:
        """Bring the page in view up to date; what it shows already is not drawn again."""
        plot = self.plot
        if self.chart is self.entries:
            self.entries.show_entries(entries, log=shown.log_density)
        elif plot is None:
            self.details.show_details(shown, entries, spikes)
        elif shown.same_picture(self._drawn.get(plot)):
            plot.show_cut(cut, text)
        else:
            self._drawn[plot] = shown
            plot.show_layer(shown, cut, text)

    def recolor(self) -> None:
        """Take the theme's colours."""
        for chart in self.charts:
            chart.recolor()

    def _turn(self, index: int) -> None:
        self.setCurrentIndex(index)
        self.log_density.setVisible(self.currentWidget() in (self.plots[0], self.entries))

    def _toggle(self) -> Toggle:
        toggle = Toggle("log_density", self.tr("log y"), self.tr("Logarithmic density axis"))
        policy = toggle.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # no tab moves when another one is chosen
        toggle.setSizePolicy(policy)
        return toggle

    def _tabs(self) -> tuple[Tab, ...]:
        quantiles = self.tr("Each value against where noise would put it")
        return (
            Tab(
                self.tr("Density"),
                self.tr("Density"),
                self.tr("Histogram of the spectrum under the law"),
            ),
            Tab(
                self.tr("CDF"),
                self.tr("CDF"),
                self.tr("Cumulative distribution, and how far the law is off"),
            ),
            Tab(self.tr("Quantiles"), self.tr("Q-Q"), quantiles),
            Tab(self.tr("Scree"), self.tr("Scree"), self.tr("Values by rank")),
            Tab(
                self.tr("Tail"),
                self.tr("Tail"),
                self.tr("Upper tail on logarithmic axes with its power law"),
            ),
            Tab(
                self.tr("Entries"),
                self.tr("Entries"),
                self.tr("Histogram of the matrix entries under the normal law"),
            ),
            Tab(
                self.tr("Details"),
                self.tr("Details"),
                self.tr("All numbers of this matrix, and its spikes"),
            ),
        )
