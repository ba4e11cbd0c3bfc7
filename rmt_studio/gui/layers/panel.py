"""The panel of the layers: a filter, the table, and a line that sums it up."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.empty_page import EmptyPage
from rmt_studio.gui.layers.filter_bar import FilterBar
from rmt_studio.gui.layers.filter_proxy import LayerFilter
from rmt_studio.gui.layers.groups import Grouping
from rmt_studio.gui.layers.row import Quality
from rmt_studio.gui.layers.row_menu import RowMenu
from rmt_studio.gui.layers.selection_link import SelectionLink
from rmt_studio.gui.layers.table_model import LayerTableModel
from rmt_studio.gui.layers.table_view import LayerTable
from rmt_studio.gui.layers.views_bar import ViewsBar
from rmt_studio.studio.document import (
    AnalysisCleared,
    ComparedChanged,
    EffectsChanged,
    LayersAnalyzed,
    ModelOpened,
    RecipeChanged,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

    from rmt_studio.gui.heat_map.page import HeatMapPage
    from rmt_studio.gui.layers.row import LayerRow
    from rmt_studio.gui.workbench import Workbench

_GROUPING = "layers/grouping"
_ARRANGE_AFTER = 250  # ms without a change, after which rows go to their new places


class LayerPanel(QFrame):
    """Shows the layers of the open document and lets a person choose among them.

    Signals:
        regrouped (): the layers stand together in another way.
    """

    regrouped = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setObjectName("layer_panel")
        self.setProperty("card", True)
        self.setMinimumSize(330, 160)
        self.model = LayerTableModel(workbench.document, self)
        self.proxy = LayerFilter(self.model, self)
        self.table = LayerTable(self.model, self.proxy, self)
        self.views = ViewsBar(self)
        self.filter_bar = FilterBar(self.table.column_menu, self)
        self.heat_map: HeatMapPage | None = None  # made when it is first wanted
        self.row_menu = RowMenu(self.table, workbench)
        self._link = SelectionLink(self.table, self.proxy, workbench)
        self._arrange_timer = QTimer(self, singleShot=True, interval=_ARRANGE_AFTER)
        self._foot = ElidedLabel(parent=self)
        self._pages, self._views = QStackedWidget(self), QStackedWidget(self)
        self._redraw_timer = QTimer(self, singleShot=True, interval=0)
        self._build()
        self._arrange_timer.timeout.connect(self.arrange)
        self.filter_bar.query_changed.connect(self._filter)
        self.filter_bar.left.connect(self._focus_layers)
        self.views.page_chosen.connect(self.show_view)
        self.table.folded.connect(self._fold)
        self._redraw_timer.timeout.connect(self._redraw)
        workbench.document_changed.connect(self._document_changed)
        workbench.selection_changed.connect(self._sum_up)
        kept = str(QSettings().value(_GROUPING) or "")
        self.group_by(Grouping(kept) if kept in tuple(map(str, Grouping)) else Grouping.NONE)
        self._show_page()

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Offer in the menus of this panel what the window offers of it, as it is there."""
        self.row_menu.offer(actions)
        self.views.offer(actions)

    def reasons(self) -> dict[str, str]:
        """Return for the actions on the groups the reason against them, or nothing."""
        grouped = self.views.grouping is not Grouping.NONE
        none = "" if grouped else self.tr("Group the layers first")
        return {"fold_groups": none, "unfold_groups": none}

    def copy(self) -> None:
        """Put the names of the selected layers on the clipboard, one in a line."""
        QGuiApplication.clipboard().setText("\n".join(self._workbench.selection))

    def order_tabs(self) -> None:
        """Go from top to bottom. In a window only: Qt turns the order when it is put into one."""
        heat_map = self.heat_map.stops if self.heat_map is not None else ()
        stops = (*self.views.stops, *self.filter_bar.stops, self.table, *heat_map)
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    # --- what is shown ---------------------------------------------------------------------------

    def show_view(self, page: int) -> None:
        """Show the table (0) or the heat map (1)."""
        if self.views.tabs.currentIndex() != page:
            self.views.tabs.setCurrentIndex(page)  # which comes back here
            return
        if page == 1 and self.heat_map is None:
            from rmt_studio.gui.heat_map.page import HeatMapPage

            self.heat_map = HeatMapPage(self._workbench, self)
            self._views.addWidget(self.heat_map)
            self.order_tabs()
        self.views.show_page(page)
        self.filter_bar.columns_button.setVisible(page == 0)
        self._views.setCurrentIndex(page)
        self._redraw()

    def group_by(self, grouping: Grouping) -> None:
        """Put the layers of a block, or of a role, under a heading of their own."""
        QSettings().setValue(_GROUPING, str(grouping))
        with self._link.silence():
            self.proxy.group_by(grouping)
        self.show_view(0)
        self.views.show_grouping(grouping)
        self.regrouped.emit()
        self._link.arranged()
        self._link.reveal()

    def fold_all(self, folded: bool) -> None:
        """Fold all groups away, or show them again."""
        self._collapse(self.model.headings if folded else frozenset())

    def _fold(self, title: str) -> None:
        self._collapse(self.model.collapsed ^ {title})

    def _collapse(self, titles: frozenset[str]) -> None:
        with self._link.silence():
            self.proxy.collapse(titles)
        self._link.follow()

    def _redraw(self) -> None:
        """Draw the heat map while it is to be seen."""
        if self.heat_map is not None and self._views.currentIndex() == 1:
            query = self.proxy.query
            faint = frozenset(r.layer.name for r in self.model.rows if not query.accepts(r))
            self.heat_map.show_rows(self.model.rows, faint)

    def _focus_layers(self) -> None:
        shown = self.table if self.heat_map is None else self.heat_map.map
        (self.table if self._views.currentIndex() == 0 else shown).setFocus()

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
            self._redraw_timer.start()
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
            self._redraw_timer.start()
        elif isinstance(event, RecipeChanged | EffectsChanged):
            self._refresh(event.names, Column.CUT)

    def _refresh(self, names: tuple[str, ...], first: Column) -> None:
        self.model.refresh(names, first)
        if (self.model.sorted_by or 0) >= first or self.proxy.query.tests:
            self._arrange_timer.start()
        self._redraw_timer.start()
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
        self._redraw_timer.start()
        self._sum_up()

    # --- putting together ----------------------------------------------------------------------

    def _build(self) -> None:
        self._foot.setObjectName("layer_foot")
        self._foot.setProperty("muted", True)
        self._foot.setIndent(4)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for bar in (self.views, self.filter_bar):
            line = QHBoxLayout()
            line.setContentsMargins(4, 0, 10, 0)
            line.addWidget(bar)
            column.addLayout(line)
        self._views.addWidget(self.table)
        column.addWidget(self._views, 1)
        column.addWidget(self._foot)
        self._pages.addWidget(page)
        self._pages.addWidget(EmptyPage(self))
        frame = QVBoxLayout(self)
        frame.setContentsMargins(8, 6, 2, 10)
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
        one = self.tr("1 fits the law, {others}")
        many = self.tr("{n} fit the law, {others}")
        others = len(known) - good
        not_so = self.tr("1 does not") if others == 1 else self.tr("{n} do not").format(n=others)
        return (one if good == 1 else many).format(n=good, others=not_so)
