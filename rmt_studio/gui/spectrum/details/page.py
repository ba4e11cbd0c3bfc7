"""The page of numbers: two tables, of which one is in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from rmt_studio.gui.spectrum.details.figures import COLUMNS, figures_of
from rmt_studio.gui.spectrum.details.spike_rows import (
    SPIKE_COLUMNS,
    haar_caption,
    short_haar,
    spike_rows,
)
from rmt_studio.gui.spectrum.details.table import NumberTable
from rmt_studio.gui.spectrum.details.table_model import CellTableModel
from rmt_studio.gui.spectrum.fitting import FittingLabel
from rmt_studio.gui.spectrum.segments import Choice, Segments
from rmt_studio.gui.theme import number_font

if TYPE_CHECKING:
    from rmt_studio.analysis.details import EntryDetails, SpikeDetails
    from rmt_studio.gui.spectrum.shown import Shown

_NOTES = frozenset({2})  # the column that says something beside a number
_CARRIED = frozenset({len(SPIKE_COLUMNS) - 1})


class DetailsPage(QWidget):
    """All numbers of a matrix in groups, and its spikes one by one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("details_page")
        self.figures = CellTableModel(COLUMNS, _NOTES, self)
        self.spikes = CellTableModel(SPIKE_COLUMNS, _CARRIED, self)
        self.figure_table = NumberTable("figure_table", self.tr("Numbers"), self.figures)
        self.figure_table.horizontalHeader().hide()
        self.spike_table = NumberTable("spike_table", self.tr("Spikes"), self.spikes)
        self.part = Segments("details_part", self.tr("Part"), self._choices())
        self.part.chosen.connect(self._turn)
        self.caption = FittingLabel()
        self.caption.setObjectName("details_caption")
        self.caption.setProperty("muted", True)
        self.caption.setFont(number_font(number_font().pointSizeF() * 0.85))
        self._lay_out()

    def show_details(
        self, shown: Shown, entries: EntryDetails | None, spikes: SpikeDetails | None
    ) -> None:
        """Show all numbers of a matrix; those that are still computed follow.

        Args:
            shown: what the plots show.
            entries: its entries, or None.
            spikes: the localisation of its singular vectors, or None.
        """
        statistics = entries.statistics if entries is not None else shown.layer.entries
        self.figures.set_rows(figures_of(shown, statistics, spikes))
        rows = spike_rows(shown, spikes)
        self.spikes.set_rows(rows)
        self.nothing.setText(self._why_no_spikes(shown))
        self._spike_stack.setCurrentIndex(1 if rows else 0)
        self.caption.set_variants(*self._captions(shown, spikes))

    # --- putting together --------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.nothing = QLabel()
        self.nothing.setObjectName("no_spikes")
        self.nothing.setProperty("muted", True)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._spike_stack, self._parts = QStackedWidget(), QStackedWidget()
        for widget in (self.nothing, self.spike_table):
            self._spike_stack.addWidget(widget)
        for widget in (self.figure_table, self._spike_stack):
            self._parts.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.part)
        row.addWidget(self.caption, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._parts, 1)

    def _choices(self) -> tuple[Choice, ...]:
        numbers, spikes = self.tr("Numbers"), self.tr("Spikes")
        return (
            Choice("numbers", numbers, numbers, self.tr("All numbers of this matrix")),
            Choice(
                "spikes",
                spikes,
                spikes,
                self.tr("Each value above the threshold, and those under the lower one"),
            ),
        )

    def _turn(self, key: str) -> None:
        self._parts.setCurrentIndex(0 if key == "numbers" else 1)

    # --- words ---------------------------------------------------------------------------------

    def _why_no_spikes(self, shown: Shown) -> str:
        if not shown.lawful:
            return shown.layer.view.why_not
        return self.tr("No spike above the threshold, and no value below the lower one.")

    def _captions(self, shown: Shown, spikes: SpikeDetails | None) -> tuple[str, ...]:
        if not shown.lawful:
            return ("",)
        count = self.tr("{n} spikes").format(n=shown.spikes)
        if shown.spikes == 1:
            count = self.tr("1 spike")
        if spikes is None:
            return (self.tr("{count} · singular vectors: computing…").format(count=count), count)
        return (f"{count} · {haar_caption(spikes)}", f"{count} · {short_haar(spikes)}", count)
