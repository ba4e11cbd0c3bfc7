"""The page on which a person scrubs through training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.dialogs.base import button, card
from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.plots.help import HelpButton
from rmt_studio.gui.series.course import TIME_PLOTS
from rmt_studio.gui.series.exporting import SeriesExports
from rmt_studio.gui.series.headline import Headline
from rmt_studio.gui.series.keys import move_by_key
from rmt_studio.gui.series.layer_list import LayerList
from rmt_studio.gui.series.scrub import Scrub
from rmt_studio.gui.series.spectrum import SeriesSpectrum
from rmt_studio.gui.series.time_plots import TimePlots
from rmt_studio.gui.series.timeline import Timeline
from rmt_studio.gui.spectrum.legend import BAR, LINE, Legend, Mark
from rmt_studio.gui.spectrum.segments import Toggle
from rmt_studio.gui.studies.words import time_text
from rmt_studio.gui.theme import number_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent

    from rmt_studio.gui.series.desk import SeriesDesk

_STEPS = 1000  # of the progress bar
_WIDTHS = (320, 560, 270)  # px, of the three columns at the window's own size


class SeriesViewer(QWidget):
    """Layers at the left, the spectrum in the middle, its course at the right, the timeline below.

    Signals:
        listing_wanted (): the checkpoints that were taken shall be shown.
    """

    listing_wanted = Signal()

    def __init__(self, desk: SeriesDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.scrub = Scrub(desk, self)
        self.layers, self.spectrum = LayerList(self.scrub), SeriesSpectrum()
        self.times, self.timeline = TimePlots(), Timeline(self.scrub)
        self.headline, self.legend = Headline(self.scrub), Legend()
        self.about, self.beyond = ElidedLabel(least=10), ElidedLabel(least=4)
        self.bar, self.note = QProgressBar(), ElidedLabel(least=12)
        self.exports = SeriesExports(desk, self.scrub, self)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.refresh()
        self._show_progress()

    # --- putting together --------------------------------------------------------------------

    def _make_buttons(self) -> None:
        self.listing_button = button(
            self.tr("Checkpoints…"), tooltip=self.tr("Which files were taken, and as which step")
        )
        self.listing_button.setObjectName("series_listing_button")
        self.export_button = QPushButton(self.tr("Export"))
        self.export_button.setObjectName("series_export")
        self.export_button.setObjectName("series_export")
        self.export_button.setAccessibleName(self.tr("Export"))
        self.export_button.setToolTip(self.tr("Save the film of this layer, or all numbers"))
        self.export_button.setAutoDefault(False)
        menu = QMenu(self.export_button)
        menu.setToolTipsVisible(True)
        menu.addActions(self.exports.actions())
        self.export_button.setMenu(menu)
        self.stop_button = button(
            self.tr("Stop"), tooltip=self.tr("Checkpoints that are known stay")
        )
        self.stop_button.setObjectName("series_stop")
        self.log_button = Toggle("series_log", self.tr("log λ"), self.tr("Logarithmic eigenvalues"))
        self.ghost_button = Toggle(
            "series_ghost", self.tr("first"), self.tr("Outline the first checkpoint")
        )
        self.ghost_button.setChecked(self.scrub.ghost)

    def _lay_out(self) -> None:
        self.about.setObjectName("series_about")
        self.about.setProperty("muted", True)
        for label in (self.beyond, self.note):
            label.setProperty("muted", True)
        self.beyond.setFont(number_font(number_font().pointSizeF() * 0.85))
        self.note.setObjectName("series_note")
        self.beyond.setObjectName("series_beyond")
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.bar.setAccessibleName(self.tr("Progress of the analysis"))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(8)
        for place, part in enumerate((self.layers, self._middle(), self._right())):
            self.split.addWidget(part)
            self.split.setStretchFactor(place, 1 if place == 1 else 0)
        self.split.setSizes(list(_WIDTHS))
        below, line = card(12)
        line.addWidget(self.timeline)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(self._top())
        whole.addWidget(self.split, 1)
        whole.addWidget(below)

    def _top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setContentsMargins(4, 0, 0, 0)
        top.setSpacing(8)
        top.addWidget(self.about, 1)
        top.addWidget(self.note)
        top.addWidget(self.bar)
        for one in (self.stop_button, self.listing_button, self.export_button):
            top.addWidget(one)
        return top

    def _middle(self) -> QWidget:
        panel, column = card(14)
        for one in (self.ghost_button, self.log_button):
            self.headline.corner.addWidget(one)
        self.headline.corner.addWidget(HelpButton("series", self.tr("Training under the lens")))
        column.addWidget(self.headline)
        column.addWidget(self.spectrum, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.beyond)
        column.addLayout(foot)
        return panel

    def _right(self) -> QWidget:
        panel, column = card(10)
        column.addWidget(self.times, 1)
        return panel

    def _connect(self) -> None:
        scrub, desk = self.scrub, self._desk
        scrub.layer_changed.connect(self.refresh)
        scrub.step_changed.connect(self._draw)
        self.times.step_wanted.connect(scrub.go_to_step)
        self.log_button.toggled.connect(scrub.set_log)
        self.ghost_button.toggled.connect(scrub.set_ghost)
        self.ghost_button.toggled.connect(self._show_legend)
        self.listing_button.clicked.connect(self.listing_wanted)
        self.stop_button.clicked.connect(desk.stop)
        desk.progressed.connect(self._show_progress)
        desk.changed.connect(self._show_progress)
        theme().changed.connect(self._show_legend)

    # --- what is shown -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the matrix and all that is known of it."""
        scrub, course = self.scrub, self.scrub.course
        self._show_about()
        self._show_legend()
        known = course is not None and bool(course.steps) and bool(scrub.layer)
        self.export_button.setEnabled(known)
        if known and course is not None:
            track = course.track(scrub.layer)
            self.times.show_track(course.numbers, {key: track.values(key) for key in TIME_PLOTS})
        self._draw()

    def _draw(self) -> None:
        scrub = self.scrub
        self.spectrum.show_frame(scrub.picture, scrub.place, ghost=scrub.ghost)
        self.times.point_at(scrub.place)
        beyond = self.headline.left_out()
        self.beyond.set_text(beyond)
        spoken = (self.headline.spoken(), beyond)
        self.spectrum.setAccessibleDescription("; ".join(filter(None, spoken)))

    def _show_about(self) -> None:
        course = self.scrub.course
        if course is None:
            return
        text = self.tr("{0} checkpoints, {1} matrices · {2}")
        told = text.format(len(course.steps), len(course.names), course.folder)
        if course.left_out:
            told = self.tr("{0} · {1} left out").format(told, len(course.left_out))
        reasons = "\n".join(f"{entry.name}: {entry.reason}" for entry in course.left_out[:12])
        self.about.set_text(told, f"{course.folder}\n{reasons}".strip())

    def _show_legend(self) -> None:
        marks = [
            Mark(BAR, "bulk", self.tr("bulk"), self.tr("bulk")),
            Mark(BAR, "spike", self.tr("spikes"), self.tr("spikes")),
            Mark(LINE, "law", self.tr("Marchenko–Pastur fit"), self.tr("MP fit")),
        ]
        course = self.scrub.course
        if self.scrub.ghost and course is not None and course.steps:
            first = self.tr("first: {0}").format(course.steps[0].name)
            marks.append(Mark(LINE, "compared", first, self.tr("first")))
        self.legend.show_marks(tuple(marks))

    def _show_progress(self) -> None:
        running, report = self._desk.running, self._desk.progress
        for widget in (self.bar, self.note, self.stop_button):
            widget.setVisible(running)
        share = report.done / report.total if report and report.total else 0.0
        self.bar.setValue(round(_STEPS * share))
        self.note.set_text(time_text(report) if running else "")

    # --- Qt ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not move_by_key(self.scrub, event):
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.scrub.play(False)
