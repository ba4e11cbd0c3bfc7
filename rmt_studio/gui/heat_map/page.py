"""The heat map with the choice of its metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.heat_map.grid import Grid, grid_of
from rmt_studio.gui.heat_map.metrics import METRICS, Metric, can_differ, values_of
from rmt_studio.gui.heat_map.picture import Picture
from rmt_studio.gui.heat_map.plot import HeatMap
from rmt_studio.gui.heat_map.scale import scale_of
from rmt_studio.gui.layers.columns import Column
from rmt_studio.gui.layers.specs import SPECS, by_key
from rmt_studio.gui.layers.texts import wrapped
from rmt_studio.gui.plots.help import HelpButton

if TYPE_CHECKING:
    from rmt_studio.gui.layers.row import LayerRow
    from rmt_studio.gui.workbench import Workbench

_METRIC, _LOG = "heat_map/metric", "heat_map/log"


class HeatMapPage(QWidget):
    """Shows rows of the layer table as a `HeatMap`; a click chooses layers of the workbench."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._rows: list[LayerRow] = []
        self._faint: frozenset[str] = frozenset()
        self._grid = Grid((), (), {})
        self.map = HeatMap(self)
        self.metric_box = QComboBox(self)
        self.log_box = QCheckBox(self.tr("Log"), self)
        self.difference_box = QCheckBox(self.tr("Difference"), self)
        self.readout = ElidedLabel(parent=self)
        self.help = HelpButton("heat_map", self.tr("Heat map of blocks and roles"))
        self._build()
        self._restore()
        self.metric_box.currentIndexChanged.connect(self._choose_metric)
        self.log_box.toggled.connect(self._choose_metric)
        self.difference_box.toggled.connect(self._choose_metric)
        self.map.chosen.connect(self._choose)
        self.map.pointed.connect(self._say)
        workbench.selection_changed.connect(self._show_chosen)

    @property
    def shown_metric(self) -> Metric:
        """What is shown."""
        column = Column(self.metric_box.currentData())
        differs = self.difference_box.isChecked() and can_differ(column)
        return Metric(column, log=self.log_box.isChecked(), difference=differs and self._comparing)

    def choose_metric(self, column: Column) -> None:
        """Show another figure."""
        self.metric_box.setCurrentIndex(METRICS.index(column))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key goes to, in order."""
        return (self.metric_box, self.log_box, self.difference_box, self.help, self.map)

    def show_rows(self, rows: list[LayerRow], faint: frozenset[str]) -> None:
        """Show these rows; ``faint`` are those that a filter hides in the table."""
        names = [row.layer.name for row in sorted(rows, key=_place)]
        if names != list(self._grid.names.values()):
            self._grid = grid_of(names)
        self._rows, self._faint = rows, faint
        self._show()

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def _comparing(self) -> bool:
        return self._workbench.document.compared is not None

    def _show(self) -> None:
        self._offer()
        metric, bench = self.shown_metric, self._workbench
        values = values_of(self._rows, metric, bench.document.compared)
        picture = Picture(
            grid=self._grid,
            metric=metric,
            values=values,
            scale=scale_of(values.values(), metric.kind),
            faint=self._faint,
            selected=frozenset(bench.selection),
            current=bench.current,
        )
        self.map.show_picture(picture)
        self._say(None)

    def _offer(self) -> None:
        """Enable what makes sense with this metric now, and say why the rest does not."""
        column = Column(self.metric_box.currentData())
        self.difference_box.setEnabled(self._comparing and can_differ(column))
        tip = self.tr("Show the compared model less the open one")
        if not self._comparing:
            tip = self.tr("Compare with another model first (Analyse menu)")
        elif not can_differ(column):
            tip = self.tr("This figure is that of the open model's matrix or rule alone")
        self.difference_box.setToolTip(tip)
        positive = all(
            not isinstance(value := row.values[column], int | float) or value > 0
            for row in self._rows
        )
        self.log_box.setEnabled(positive and not self.shown_metric.difference)
        self.log_box.setToolTip(
            self.tr("Colours by the logarithm")
            if self.log_box.isEnabled()
            else self.tr("Zero and negative numbers have no logarithm")
        )

    def _show_chosen(self) -> None:
        self.map.show_chosen(frozenset(self._workbench.selection), self._workbench.current)
        self._say(None)

    def _say(self, pointed: str | None) -> None:
        name = pointed or self._workbench.current
        self.readout.set_text(self.map.picture.readout(name) if name else "")

    # --- what a person does ----------------------------------------------------------------------

    def _choose_metric(self) -> None:
        QSettings().setValue(_METRIC, SPECS[self.shown_metric.column].key)
        QSettings().setValue(_LOG, self.log_box.isChecked())
        self._show()

    def _choose(self, names: frozenset[str], current: str) -> None:
        model = self._workbench.document.model
        layers = model.layers if model else ()
        self._workbench.select(tuple(x.name for x in layers if x.name in names), current)

    # --- putting together ------------------------------------------------------------------------

    def _build(self) -> None:
        for column in METRICS:
            spec = SPECS[column]
            self.metric_box.addItem(self.tr(spec.name or spec.title), int(column))
            place = self.metric_box.count() - 1
            self.metric_box.setItemData(
                place, wrapped(self.tr(spec.tip)), Qt.ItemDataRole.ToolTipRole
            )
        self.metric_box.setObjectName("heat_map_metric")
        self.metric_box.setAccessibleName(self.tr("Figure of the heat map"))
        self.metric_box.setToolTip(self.tr("Which figure of each matrix the colours show"))
        self.metric_box.setMinimumContentsLength(12)
        self.metric_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.log_box.setAccessibleName(self.tr("Logarithmic colours"))
        self.difference_box.setAccessibleName(self.tr("Difference to the compared model"))
        self.readout.setObjectName("heat_map_readout")
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.metric_box, 1)
        line.addWidget(self.log_box)
        line.addWidget(self.difference_box)
        line.addWidget(self.help)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 10, 0)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self.map, 1)
        column.addWidget(self.readout)

    def _restore(self) -> None:
        kept = by_key(str(QSettings().value(_METRIC) or ""))
        self.choose_metric(Column.KS if kept is None or kept not in METRICS else kept)
        self.log_box.setChecked(str(QSettings().value(_LOG)).lower() == "true")


def _place(row: LayerRow) -> int:
    return row.place
