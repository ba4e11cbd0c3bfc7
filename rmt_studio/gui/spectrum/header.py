"""The first lines of the card: which layer, and on which scale it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.looks import Looks
from rmt_studio.gui.spectrum.scales import Quantity, Scale
from rmt_studio.gui.spectrum.segments import Choice, Segments
from rmt_studio.gui.terms import term
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.gui.workbench import Workbench

_GAP = 8


class LayerHeader(QWidget):
    """Name, shape and ratio at the left; the scale and how the layer is looked at, at the right.

    Signals:
        scale_changed (): a person chose another quantity or another axis.
    """

    scale_changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.facts = FittingLabel(), FittingLabel()
        self.name.setObjectName("layer_name")
        self.name.setFont(number_font(number_font().pointSizeF() * 1.3, bold=True))
        self.facts.setObjectName("layer_facts")
        self.facts.setProperty("muted", True)
        self.quantity = Segments("quantity", self.tr("Quantity"), self._quantities())
        self.axis = Segments("axis", self.tr("Axis"), self._axes())
        for segments in (self.quantity, self.axis):
            segments.chosen.connect(self._chosen)
        self.looks = Looks(workbench)
        self._lay_out()
        self.setMinimumWidth(1)  # it says things shorter rather than keep the card wide

    def show_layer(self, layer: LayerAnalysis, others: int) -> None:
        """Show a layer; ``others`` is how many more are selected."""
        rows, columns = layer.shape
        shape, ratio = f"{rows} × {columns}", f"c = {layer.spectrum.ratio:.3g}"
        role = term(layer.role.label)
        more = self.tr(" · {n} more selected").format(n=others) if others else ""
        self.name.set_variants(layer.layer_name)
        self.facts.set_variants(
            f"{shape} · ratio {ratio} · {role}{more}",
            f"{shape} · {ratio} · {role}{more}",
            f"{shape} · {ratio}{more}",
            f"{shape} · {ratio}",
            shape,
        )
        self._shorten()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key goes to, in order."""
        return (*self.quantity.buttons, *self.axis.buttons, self.looks.view, self.looks.overlays)

    def show_name(self, name: str) -> None:
        """Show the name of a layer of which nothing else is known (yet)."""
        self.name.set_variants(name)
        self.facts.set_variants("")
        self._shorten()

    def set_reasons(self, quantity: str, axis: str) -> None:
        """Say why the page in view has no choice of quantity or axis; empty where it has one."""
        self.quantity.set_reason(quantity)
        self.axis.set_reason(axis)

    def scale(self, samples: int) -> Scale:
        """Return the scale that is chosen, for a matrix with ``samples`` as its longer side."""
        return Scale(samples, Quantity(self.quantity.key), self.axis.key == "log")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _chosen(self, _key: str) -> None:
        self.scale_changed.emit()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(5)
        for label, right in ((self.name, (self.quantity, self.axis)), (self.facts, (self.looks,))):
            row = QHBoxLayout()
            row.setSpacing(_GAP)
            row.addWidget(label, 1)
            for widget in right:
                row.addWidget(widget)
            rows.addLayout(row)

    def _shorten(self) -> None:
        """Shorten first the axis, then the quantity, before the name is cut; then the looks."""
        room = self.width() - self.name.natural_width() - 3 * _GAP
        for short_quantity, short_axis in ((False, False), (False, True), (True, True)):
            needed = self.quantity.width_of(short_quantity) + self.axis.width_of(short_axis)
            if needed <= room:
                break
        self.quantity.set_short(short_quantity)
        self.axis.set_short(short_axis)
        shortest = self.facts.natural_width(len(self.facts.variants) - 1)
        self.looks.set_short(self.looks.width_of(False) > self.width() - shortest - 2 * _GAP)

    def _quantities(self) -> tuple[Choice, ...]:
        return (
            Choice(
                Quantity.EIGENVALUE,
                self.tr("eigenvalues λ"),
                "λ",
                self.tr("Show eigenvalues λ = s²/n, the scale of the theory"),
            ),
            Choice(
                Quantity.SINGULAR_VALUE,
                self.tr("singular values s"),
                "s",
                self.tr("Show singular values s, the scale that pruning cuts"),
            ),
        )

    def _axes(self) -> tuple[Choice, ...]:
        return (
            Choice("linear", self.tr("linear"), self.tr("lin"), self.tr("Linear axis")),
            Choice("log", self.tr("log"), self.tr("log"), self.tr("Logarithmic axis")),
        )
