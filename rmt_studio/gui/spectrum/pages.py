"""The pages behind the tabs: plots of the spectrum and the entries, vectors, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from rmt_studio.gui.spectrum.cdf import CdfPlot
from rmt_studio.gui.spectrum.density import DensityPlot
from rmt_studio.gui.spectrum.details import DetailsPage
from rmt_studio.gui.spectrum.entries_plot import EntriesPlot, Histogram
from rmt_studio.gui.spectrum.quantiles import QuantilePlot
from rmt_studio.gui.spectrum.scree import ScreePlot
from rmt_studio.gui.spectrum.tabs import FittingTabs, Tab
from rmt_studio.gui.spectrum.tail import TailPlot
from rmt_studio.gui.spectrum.vectors import VectorsPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.gui.spectrum.chart import Chart
    from rmt_studio.gui.spectrum.closer import Closer
    from rmt_studio.gui.spectrum.cut import Cut
    from rmt_studio.gui.spectrum.legend import Mark
    from rmt_studio.gui.spectrum.shown import Shown
    from rmt_studio.gui.spectrum.spectrum_plot import SpectrumPlot

PLOTS: tuple[Callable[[], SpectrumPlot], ...] = (
    DensityPlot,
    CdfPlot,
    QuantilePlot,
    ScreePlot,
    TailPlot,
)
"""Those that show the spectrum and the cut, as their tabs stand."""


@dataclass(frozen=True)
class Page:
    """What is known of a page without drawing it.

    Attributes:
        key: its name in settings and among the help texts.
        title: what a person calls it.
        other_axis: what the button says that makes its other axis logarithmic; empty for none.
        zooms: whether it has a view to go back to.
    """

    key: str
    title: str
    other_axis: str = ""
    zooms: bool = True


class Pages(QStackedWidget):
    """One page per tab; what a page needs is drawn when it is in view.

    Args:
        plots: one of each kind of `PLOTS`, where they were made before: together they take longer
            than a window may stand still.
        parent: of the widget.

    Attributes:
        tabs: the bar that chooses the page; it stands elsewhere.
        plots: the pages that show the spectrum and the cut.
        entries: the page of the entries.
        vectors: the page of the singular vectors of one value.
        details: the page of the numbers.
        infos: what is known of each page.
    """

    def __init__(self, plots: Iterable[SpectrumPlot] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots = tuple(plots) or tuple(kind() for kind in PLOTS)
        self.entries, self.vectors, self.details = EntriesPlot(), VectorsPage(), DetailsPage()
        self.charts: tuple[Chart, ...] = (*self.plots, self.entries)
        for page in (*self.charts, self.vectors, self.details):
            self.addWidget(page)
        self.infos = self._infos()
        self._drawn: dict[SpectrumPlot, Shown] = {}
        self.tabs = FittingTabs("spectrum_tabs", self.tr("Plots of the spectrum"), self._tabs())
        self.tabs.currentChanged.connect(self._turn)

    @property
    def plot(self) -> SpectrumPlot | None:
        """The plot of the spectrum in view, if it is one."""
        return next((plot for plot in self.plots if plot is self.currentWidget()), None)

    @property
    def chart(self) -> Chart | None:
        """The plot in view, that of the entries among them; None on the page of numbers."""
        return next((chart for chart in self.charts if chart is self.currentWidget()), None)

    @property
    def info(self) -> Page:
        """What is known of the page in view."""
        return self.infos[self.currentIndex()]

    @property
    def fixed_scale(self) -> tuple[str, str]:
        """Why the page in view has no choice of quantity, and of axis; empty where it has one."""
        page = self.currentWidget()
        if page is self.details or page is self.vectors:
            both = self.tr("This page gives eigenvalues and singular values as numbers")
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

    @property
    def wants_vectors(self) -> bool:
        """Whether the page in view shows the singular vectors of one value."""
        return self.currentWidget() is self.vectors

    def draw(self, shown: Shown, cut: Cut | None, text: str, closer: Closer) -> None:
        """Bring the page in view up to date; what it shows already is not drawn again."""
        plot = self.plot
        if self.chart is self.entries:
            other = Histogram(closer.other_entries, closer.other_label)
            self.entries.show_entries(closer.entries, other, log=shown.log_other)
        elif self.wants_vectors:
            self.vectors.show_pair(
                shown, closer.ranks or (0, 0), closer.basis, closer.places, closer.basis_refusal
            )
        elif plot is None:
            self.details.show_details(shown, closer.entries, closer.spikes)
        elif shown.same_picture(self._drawn.get(plot)):
            plot.show_cut(cut, text)
        else:
            self._drawn[plot] = shown
            plot.show_layer(shown, cut, text)

    def recolor(self) -> None:
        """Take the theme's colours."""
        for chart in self.charts:
            chart.recolor()
        self.vectors.recolor()

    def marks(self) -> tuple[Mark, ...]:
        """Return the legend of the page in view."""
        page = self.chart or (self.vectors if self.wants_vectors else None)
        return page.marks() if page is not None else ()

    def reset_view(self) -> None:
        """Show the first view of the page in view again."""
        page = self.chart or (self.vectors if self.wants_vectors else None)
        if page is not None:
            page.reset_view()

    def _turn(self, index: int) -> None:
        self.setCurrentIndex(index)

    def _infos(self) -> tuple[Page, ...]:
        log_y = self.tr("log y")
        return (
            Page("density", self.tr("Density"), log_y),
            Page("cdf", self.tr("Cumulative distribution"), log_y),
            Page("quantiles", self.tr("Quantiles against the law")),
            Page("scree", self.tr("Scree"), self.tr("log x")),
            Page("tail", self.tr("Upper tail")),
            Page("entries", self.tr("Entries"), log_y),
            Page("vectors", self.tr("Singular vectors")),
            Page("details", self.tr("Details"), zooms=False),
        )

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
                self.tr("Vectors"),
                self.tr("Vectors"),
                self.tr("Singular vectors of one value, as pictures over inputs and outputs"),
            ),
            Tab(
                self.tr("Details"),
                self.tr("Details"),
                self.tr("All numbers of this matrix, and its spikes"),
            ),
        )
