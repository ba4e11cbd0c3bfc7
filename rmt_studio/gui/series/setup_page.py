"""What of a folder is taken, in which order and as what network, before it is analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import StatusLine, button, caption, card, heading
from rmt_studio.gui.inspector.choice_box import ChoiceBox
from rmt_studio.gui.series.listing_model import Column, ListingModel
from rmt_studio.gui.theme import number_font
from rmt_studio.models.opened import BARE

if TYPE_CHECKING:
    from rmt_studio.gui.series.desk import SeriesDesk

_STEP_WIDTH, _NAME_WIDTH = 90, 300  # px
_MOST_NETWORKS = 12


class SetupPage(QWidget):
    """The listing with ticks, the choice of the network, and the button that starts.

    Signals:
        started (): the analysis was asked for.
    """

    started = Signal()

    def __init__(self, desk: SeriesDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: object = None
        self.model = ListingModel(desk, self)
        self.title = heading("")
        self.title.setObjectName("series_title")
        self.summary = caption("")
        self.table = self._made_table()
        self.network = ChoiceBox(
            self.tr("Network"), self.tr("What the checkpoints are opened as; all as the same")
        )
        self.network.setObjectName("series_network")
        self.again = button(
            self.tr("Look again"),
            tooltip=self.tr("List the folder anew: training may have gone on"),
        )
        self.again.setObjectName("series_look_again")
        self.status = StatusLine()
        self.start_button = button(self.tr("Analyse"), primary=True)
        self.start_button.setObjectName("series_start")
        self.start_button.setToolTip(
            self.tr("Compute the spectra of every layer at each ticked checkpoint")
        )
        self._lay_out()
        self.start_button.clicked.connect(self._start)
        self.again.clicked.connect(desk.look_again)
        desk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what the desk found."""
        found = self._desk.found
        if found is None:
            return
        listing = found.listing
        self.title.setText(self.tr("Checkpoints in {0}").format(listing.folder))
        number, out = len(listing.taken), len(listing.left_out)
        text = self.tr("{0} taken in training order, {1} left out").format(number, out)
        if listing.others:
            text = self.tr("{0}; other files: {1}").format(text, listing.others)
        self.summary.setText(text)
        if found.offer is not self._shown:
            self._shown = found.offer
            self._offer_networks()
        self.again.setEnabled(not self._desk.running)
        self.start_button.setEnabled(bool(number) and not self._desk.running)
        self.start_button.setText(self.tr("Analyse {0} checkpoints").format(number))
        if self._desk.problem:
            self.status.tell(self._desk.problem, problem=True)
        elif not number:
            self.status.tell(self.tr("Tick at least one checkpoint."), problem=True)
        else:
            self.status.tell(found.offer.words if not found.told else "")

    def _start(self) -> None:
        self._desk.start(str(self.network.currentData()))
        self.started.emit()

    def _offer_networks(self) -> None:
        found = self._desk.found
        self.network.clear()
        if found is None:
            return
        for name in (*[n for n in found.networks if n != BARE][:_MOST_NETWORKS], BARE):
            text = name
            if name == BARE:
                text = self.tr("The matrices alone, as they are stored")
            elif name == found.told:
                text = self.tr("{0} (the checkpoints say so)").format(name)
            elif name == found.offer.opens_as:
                guessed = found.offer.name
                text = self.tr("{0} (guessed from the shapes)").format(guessed)
            self.network.add(text, name)
            tips = {BARE: self.tr("A fused qkv stays one matrix")}
            self.network.explain(name, tips.get(name, self.tr("Opened as {0}").format(name)))
        self.network.show_choice(found.networks[0])

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("series_listing")
        table.setAccessibleName(self.tr("Checkpoints of the folder"))
        table.setToolTip(self.tr("Untick what does not belong; edit a step to move a checkpoint"))
        table.setModel(self.model)
        table.setFont(number_font())
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section, width in ((Column.NAME, _NAME_WIDTH), (Column.STEP, _STEP_WIDTH)):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, width)
        header.setSectionResizeMode(Column.REASON, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        panel, column = card(16)
        top = QHBoxLayout()
        top.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.summary)
        top.addLayout(words, 1)
        top.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(caption(self.tr("Open them as"), self.network))
        row.addWidget(self.network, 1)
        row.addWidget(self.start_button)
        column.addLayout(row)
        column.addWidget(self.status)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)
