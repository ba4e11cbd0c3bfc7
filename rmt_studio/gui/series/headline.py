"""Which matrix is shown, and its figures at this checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rmt_studio.analysis.series_metrics import METRICS
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.series.time_plots import metric_text
from rmt_studio.gui.spectrum.captions import number_text
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from rmt_studio.gui.series.scrub import Scrub

_FIGURES = ("upper_edge", "spikes", "bulk_fraction", "alpha", "variance")


class Headline(QWidget):
    """The name of the matrix over a row of figures; ``corner`` has room for buttons."""

    def __init__(self, scrub: Scrub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scrub = scrub
        self.name, self.shape = ElidedLabel(least=8), QLabel()
        self.name.setObjectName("series_layer_name")
        self.name.setProperty("heading", True)
        self.shape.setProperty("muted", True)
        self.shape.setFont(number_font())
        self.figures = {key: _Figure(term(METRICS[key].label)) for key in _FIGURES}
        self.corner = QHBoxLayout()
        self.corner.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.name, 1)
        top.addWidget(self.shape)
        top.addLayout(self.corner)
        row = QHBoxLayout()
        row.setSpacing(14)
        for figure in self.figures.values():
            row.addWidget(figure)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(row)
        scrub.step_changed.connect(self.refresh)
        scrub.layer_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the figures of this checkpoint."""
        scrub, layer = self._scrub, self._scrub.shown
        self.name.set_text(scrub.layer)
        shape = "" if layer is None else self.tr("{0} × {1}").format(*layer.shape)
        self.shape.setText(shape)
        for key, figure in self.figures.items():
            value = None if layer is None else METRICS[key].value(layer)
            figure.show_text("–" if value is None else metric_text(key, value))

    def spoken(self) -> str:
        """Return the figures in words, for a screen reader."""
        figures = ", ".join(figure.accessibleName() for figure in self.figures.values())
        scrub = self._scrub
        return f"{scrub.layer}, {scrub.checkpoint}: {figures}" if scrub.count else ""

    def left_out(self) -> str:
        """Return what of the spectrum the view does not hold."""
        scrub, picture, layer = self._scrub, self._scrub.picture, self._scrub.shown
        if scrub.layer and scrub.count and layer is None:
            return self.tr("nothing but zeros at this checkpoint")
        frame = picture.frame(scrub.place) if picture is not None and scrub.count else None
        if frame is None or layer is None:
            return ""
        parts = []
        if frame.right:
            largest = number_text(float(layer.spectrum.eigenvalues[0]))
            parts.append(self.tr("{0} beyond the axis, up to {1}").format(frame.right, largest))
        if frame.left:
            parts.append(self.tr("{0} to its left").format(frame.left))
        if layer.fit.zeros:
            parts.append(self.tr("{0} are zero").format(layer.fit.zeros))
        return "; ".join(parts)


class _Figure(QWidget):
    """A number under its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        caption, self._number = QLabel(name), QLabel()
        caption.setProperty("muted", True)
        caption.setFont(number_font(number_font().pointSizeF() * 0.85))
        self._number.setFont(number_font(bold=True))
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance("0.00·10⁻³"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(caption)
        column.addWidget(self._number)
        self._name = name

    def show_text(self, text: str) -> None:
        """Show the number."""
        self._number.setText(text)
        self.setAccessibleName(f"{self._name}: {text}")
