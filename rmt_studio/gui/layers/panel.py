"""The panel of the layers: a filter, the table, and a line that sums it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.filter_bar import FilterBar
from rmt_studio.gui.layers.filter_proxy import LayerFilter
from rmt_studio.gui.layers.row import Quality
from rmt_studio.gui.layers.row_menu import RowMenu
from rmt_studio.gui.layers.selection_link import SelectionLink
from rmt_studio.gui.layers.table_model import LayerTableModel
from rmt_studio.gui.layers.table_view import LayerTable
from rmt_studio.studio.document import (
    AnalysisCleared,
    ComparedChanged,
    EffectsChanged,
    LayersAnalyzed,
    ModelOpened,
    RecipeChanged,
)

if TYPE_CHECKING:
    from rmt_studio.gui.layers.row import LayerRow
    from rmt_studio.gui.workbench import Workbench

_ARRANGE_AFTER = 250  # ms without a change, after which rows go to their new places


class LayerPanel(QFrame):
    """Shows the layers of the open document and lets a person choose among them."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setObjectName("layer_panel")
        self.setProperty("card", True)
        self.setMinimumSize(330, 160)
        self.model = LayerTableModel(workbench.document, self)
        self.proxy = LayerFilter(self.model, self)
        self.table = LayerTable(self.model, self.proxy, self)
        self.filter_bar = FilterBar(self.table.column_menu, self)
        self.row_menu = RowMenu(self.table, workbench)
        self._link = SelectionLink(self.table, self.proxy, workbench)
        self._arrange_timer = QTimer(self, singleShot=True, interval=_ARRANGE_AFTER)
        self._foot = ElidedLabel(parent=self)
        self._pages = QStackedWidget(self)
        self._build()
        self._arrange_timer.timeout.connect(self.arrange)
        self.filter_bar.query_changed.connect(self._filter)
        self.filter_bar.left.connect(self.table.setFocus)
        workbench.document_changed.connect(self._document_changed)
        workbench.selection_changed.connect(self._sum_up)
        self._show_page()

    def arrange(self) -> None:
        """Filter and sort anew; the layer on show stays the same."""
        with self._link.silence():
            self.proxy.arrange()
        self._link.arranged()
        self._sum_up()

    # --- following the document ----------------------------------------------------------------

    def _document_changed(self, event: object) -> None:
        if isinstance(event, ModelOpened):
            self.table.show_comparison(False)
            self.model.reload()
            self._show_page()
        elif isinstance(event, AnalysisCleared):
            self._refresh(tuple(row.layer.name for row in self.model.rows), Column.SPECTRUM)
        elif isinstance(event, LayersAnalyzed):
            self._refresh(event.names, Column.SPECTRUM)
            self._choose_first(event.names)
        elif isinstance(event, ComparedChanged):
            self.table.show_comparison(self._workbench.document.comparing != "none")
            self._refresh(tuple(row.layer.name for row in self.model.rows), Column.EDGE_CHANGE)
            self.table.fit_columns()  # for what stands in the cells now
        elif isinstance(event, RecipeChanged | EffectsChanged):
            self._refresh(event.names, Column.CUT)

    def _refresh(self, names: tuple[str, ...], first: Column) -> None:
        self.model.refresh(names, first)
        if (self.model.sorted_by or 0) >= first or self.proxy.query.tests:
            self._arrange_timer.start()
        self._sum_up()

    def _choose_first(self, names: tuple[str, ...]) -> None:
        """Show the first matrix of the blocks; where there are no blocks, the first of all."""
        document = self._workbench.document
        if self._workbench.current is not None:
            return
        candidates = document.analysis if document.analyzed else map(document.layer, names)
        known = [layer for layer in candidates if layer is not None]
        in_blocks = [layer.name for layer in known if layer.layer.in_block]
        rest = [layer.name for layer in known] if document.analyzed else []
        first = next(iter(in_blocks + rest), None)
        if first is not None:
            self._workbench.select((first,), first)

    def _filter(self) -> None:
        with self._link.silence():
            self.proxy.set_query(self.filter_bar.query)
        self._link.arranged()
        self._link.reveal()
        self._sum_up()

    # --- putting together ----------------------------------------------------------------------

    def _build(self) -> None:
        self._foot.setObjectName("layer_foot")
        self._foot.setProperty("muted", True)
        self._foot.setIndent(4)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        bar = QHBoxLayout()
        bar.setContentsMargins(4, 0, 10, 0)
        bar.addWidget(self.filter_bar)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        column.addWidget(self._foot)
        self._pages.addWidget(page)
        self._pages.addWidget(EmptyPage(self))
        frame = QVBoxLayout(self)
        frame.setContentsMargins(8, 12, 2, 10)
        frame.addWidget(self._pages)

    def _show_page(self) -> None:
        self._pages.setCurrentIndex(0 if self.model.rows else 1)
        self._sum_up()

    # --- the line below ------------------------------------------------------------------------

    def _sum_up(self) -> None:
        rows = self.model.rows
        shown = [row for row in rows if self.proxy.query.accepts(row)]
        chosen = len(self._workbench.selection)
        count = self.tr("{} matrices").format(len(rows))
        if len(shown) < len(rows):
            count = self.tr("{} of {} matrices").format(len(shown), len(rows))
        selected = [self.tr("{} selected").format(chosen)] if chosen > 1 else []
        parts = [count, *selected, *self._comparison(), self._fit_summary(shown)]
        self._foot.set_text(" · ".join(parts))

    def _comparison(self) -> list[str]:
        """Say which model the columns of changes speak of, while there are any."""
        document = self._workbench.document
        if document.compared is not None:
            return [self.tr("Δ to {}").format(document.compared.label)]
        if document.comparing == "pruned" and document.pruned is None:
            return [self.tr("Δ once pruned")]
        return [self.tr("Δ being computed")] if document.comparing != "none" else []

    def _fit_summary(self, rows: list[LayerRow]) -> str:
        known = [row.quality for row in rows if row.quality is not None]
        wanted = sum(not row.zeros for row in rows)
        if len(known) < wanted:
            return self.tr("{} of {} spectra known").format(len(known), wanted)
        good = known.count(Quality.GOOD)
        one = self.tr("1 fits the law (KS under its null), {others}")
        many = self.tr("{n} fit the law (KS under its null), {others}")
        others = len(known) - good
        not_so = self.tr("1 does not") if others == 1 else self.tr("{n} do not").format(n=others)
        return (one if good == 1 else many).format(n=good, others=not_so)


class EmptyPage(QWidget):
    """What stands in place of the table while no model is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_empty_page")
        heading = QLabel(self.tr("No model is open"))
        heading.setProperty("heading", True)
        text = QLabel(
            self.tr(
                "Open a model, drop a checkpoint or a model folder on the window, "
                "or start with the demo. Each of its weight matrices gets a row here."
            )
        )
        text.setProperty("muted", True)
        text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 34, 0)
        column.addStretch(2)
        for label in (heading, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(3)
