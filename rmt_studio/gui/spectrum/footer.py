"""The lines under the page: what is laid over it, what it leaves out, whether it is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.captions import (
    entries_captions,
    foot_captions,
    overlay_captions,
)
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.missing import missing_counterpart, missing_null
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.lens import Lens
    from rmt_studio.gui.spectrum.pages import Pages
    from rmt_studio.gui.spectrum.scales import Scale
    from rmt_studio.gui.spectrum.shown import Shown


class Footer(QWidget):
    """Three lines of small text; one that has nothing to say takes no room.

    Attributes:
        refit: whether the picture is of the fit before.
        overlay: the null and the other spectrum that are drawn.
        foot: what the view and the law leave out, or the figures of the entries.
    """

    def __init__(self, lens: Lens, pages: Pages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lens, self._pages = lens, pages
        self.refit, self.overlay = _small_label("refit_note"), _small_label("overlay_foot")
        self.foot = _small_label("foot")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (self.refit, self.overlay, self.foot):
            column.addWidget(label)
        self.refit.hide()
        theme().changed.connect(self.recolor)
        self.recolor()

    def recolor(self) -> None:
        """Take the theme's colours: what is not up to date stands out."""
        self.refit.setStyleSheet(f"color: {theme().colors.poor};")

    def show_refit(self, texts: tuple[str, ...]) -> None:
        """Say that the picture is of the fit before, or nothing."""
        if texts != self.refit.variants:
            self.refit.set_variants(*texts)
            self.refit.setVisible(bool(texts[0]))

    def show_overlays(self, shown: Shown) -> None:
        """Say what is laid over a spectrum, and what is missing."""
        missing = missing_null(self._lens), missing_counterpart(self._lens)
        self.overlay.set_variants(*overlay_captions(shown, *missing))
        drawn = self._pages.plot is not None  # nothing is laid over the entries and the numbers
        self.overlay.setVisible(drawn and bool(self.overlay.variants[0]))

    def show_view(self, layer: LayerAnalysis | None, scale: Scale) -> None:
        """Say what the view of the page leaves out."""
        chart, entries = self._pages.chart, self._lens.entries
        if layer is None or chart is None:
            self.foot.set_variants("")
        elif chart is self._pages.entries:
            self.foot.set_variants(*(entries_captions(entries) if entries is not None else ("",)))
        else:
            self.foot.set_variants(*foot_captions(layer, chart.out_of_view(), scale))
        self.foot.setVisible(chart is not None)


def _small_label(name: str) -> FittingLabel:
    label = FittingLabel()
    label.setObjectName(name)
    label.setProperty("muted", True)
    label.setFont(number_font(number_font().pointSizeF() * 0.85))
    return label
