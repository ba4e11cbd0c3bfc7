"""The row over a plot: its legend, what its other axis is, back to the whole, and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.spectrum.legend import Legend
from rmt_studio.gui.spectrum.segments import Toggle

if TYPE_CHECKING:
    from rmt_studio.gui.spectrum.pages import Page


class ToolRow(QWidget):
    """Belongs to the page in view.

    Attributes:
        legend: what the colours mean.
        log_other: makes the axis logarithmic that carries no eigenvalues.
        reset: shows the first view again.
        help: what am I looking at?
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        tip = self.tr("Logarithmic axis, of densities, shares or ranks")
        self.log_other = Toggle("log_other", self.tr("log y"), tip)
        self.reset = QToolButton()
        self.reset.setObjectName("reset_view")
        self.reset.setText("↺")
        self.reset.setToolTip(self.tr("Show the first view again (Home, or a double click)"))
        self.reset.setAccessibleName(self.tr("Show the first view again"))
        self.reset.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.help = HelpButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.legend, 1)
        for button in (self.log_other, self.reset, self.help):
            row.addWidget(button)
        self.setMinimumWidth(1)

    def show_page(self, page: Page) -> None:
        """Offer what a page has."""
        self.log_other.setVisible(bool(page.other_axis))
        self.log_other.setText(page.other_axis)
        self.reset.setVisible(page.zooms)
        self.help.set_topic(page.key, page.title)
