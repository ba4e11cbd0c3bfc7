"""The jobs that a person started: how far each is, how long it takes, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmt_studio.gui.elided_label import ElidedLabel
from rmt_studio.gui.theme import number_font, theme
from rmt_studio.studies.course import STEPS
from rmt_studio.studio.jobs import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)

if TYPE_CHECKING:
    from rmt_studio.gui.workbench import Workbench

ROWS_KEPT = 20
_STEPS = 1000  # of a progress bar; counts of a job may be larger than a bar can hold
_MARK_WIDTH = 14
_LEAST_TEXT, _LEAST_END = 9, 18  # characters that are shown in any case
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def clock_text(seconds: float) -> str:
    """Return a duration as ``m:ss``, or ``h:mm:ss`` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def duration_text(seconds: float) -> str:
    """Return how long something took: tenths of a second below ten, then a clock."""
    if seconds < 0.05:
        return "<0.1 s"
    return f"{seconds:.1f} s" if seconds < 9.95 else clock_text(seconds)


class JobRow(QWidget):
    """One job: its title, a button that ends it, a bar, and what it says.

    What it says stands under the bar while the job runs, and under the title when it failed: a
    count, the time left or a reason need the whole width. How it ended fits beside the title.
    """

    def __init__(self, event: JobQueued, workbench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self._workbench, self._id = workbench, event.job_id
        self.setObjectName(f"job_{event.job_id}")
        self.running = True
        self.title = ElidedLabel(event.title, self, least=_LEAST_TEXT)
        waiting = self.tr("waits for {}").format(event.lane)
        self.note = ElidedLabel(waiting, self, least=_LEAST_TEXT)
        self.mark = QLabel(self)
        self.bar = QProgressBar(self)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self._build(event.title)
        self.cancel_button.clicked.connect(self._cancel)

    def follow(self, event: JobEvent) -> None:
        """Show what happened to the job."""
        if isinstance(event, JobProgressed):
            self._progress(event)
        elif isinstance(event, JobStarted):
            self.note.set_text(self.tr("starting…"))
        elif isinstance(event, JobFinished):
            self._end("✓", "good", self.tr("done in {}").format(duration_text(event.seconds)))
        elif isinstance(event, JobFailed):
            self._end("✕", "poor", self.tr("failed: {}").format(event.message), beside=False)
            self.setToolTip(event.message)
        elif isinstance(event, JobCancelled):
            self._end("–", "muted", self.tr("cancelled"))

    def recolor(self) -> None:
        """Take the theme's colours."""
        color = getattr(theme().colors, str(self.mark.property("color") or "muted"))
        self.mark.setStyleSheet(f"color: {color};")

    def _build(self, title: str) -> None:
        self.note.setProperty("muted", True)
        self.note.setFont(number_font(self.font().pointSizeF() * 0.9))
        self.mark.setFixedWidth(_MARK_WIDTH)
        self.mark.hide()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of {}").format(title))
        self.cancel_button.setProperty("flat", True)
        self.cancel_button.setToolTip(self.tr("End this job"))
        self.cancel_button.setAccessibleName(self.tr("Cancel {}").format(title))
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(self.mark)
        self._line.addWidget(self.title, 1)
        self._line.addWidget(self.cancel_button)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 6)
        self._rows.setSpacing(3)
        self._rows.addLayout(self._line)
        self._rows.addWidget(self.bar)
        self._rows.addWidget(self.note)

    def _progress(self, event: JobProgressed) -> None:
        share = event.done / event.total if event.total > 0 else 0.0
        self.bar.setValue(round(_STEPS * min(max(share, 0.0), 1.0)))
        if event.total == STEPS:  # shares of a whole, nothing that could be counted
            counted = f"{100 * share:.0f} %"
        else:
            counted = self.tr("{} of {}").format(event.done, event.total) if event.total > 1 else ""
        left = event.seconds_left
        time = "" if left is None else self.tr("{} left").format(clock_text(left))
        self.note.set_text(" · ".join(part for part in (counted, time, event.note) if part))

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.cancel_button.setText(self.tr("Cancelling…"))
        self._workbench.cancel_job(self._id)

    def _end(self, mark: str, color: str, note: str, *, beside: bool = True) -> None:
        self.running = False
        self.bar.hide()
        self.cancel_button.hide()
        self.mark.setText(mark)
        self.mark.setProperty("color", color)
        self.recolor()
        self.mark.show()
        if beside:
            self._rows.removeWidget(self.note)
            self._line.addWidget(self.note)
            self.note.setAlignment(_RIGHT)
            self.note.keep(_LEAST_END)
        else:
            under = QHBoxLayout()
            under.setContentsMargins(_MARK_WIDTH + self._line.spacing(), 0, 0, 0)
            self._rows.removeWidget(self.note)
            under.addWidget(self.note)
            self._rows.addLayout(under)
        self.note.set_text(note)


class JobsPanel(QFrame):
    """One row per job, the newest on top; work that only serves a view has none."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._rows: dict[int, JobRow] = {}
        self.setObjectName("jobs_panel")
        self.setProperty("card", True)
        self.setMinimumSize(240, 120)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._pages = QStackedWidget(self)
        self._build()
        workbench.job_changed.connect(self._job_changed)
        theme().changed.connect(self._recolor)

    @property
    def rows(self) -> list[JobRow]:
        """The rows, the newest first."""
        return list(reversed(self._rows.values()))

    def _build(self) -> None:
        heading = QLabel(self.tr("Jobs"), self)
        heading.setProperty("heading", True)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(self._list)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        self._list.setAutoFillBackground(False)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 8, 8)
        column.setSpacing(6)
        column.addWidget(heading)
        column.addWidget(self._pages, 1)

    def _empty_page(self) -> QWidget:
        text = QLabel(
            self.tr("Nothing has run yet. Analyse, Prune, Evaluate and Export run here."), self
        )
        text.setObjectName("jobs_empty_text")
        text.setProperty("muted", True)
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        return text

    def _job_changed(self, event: object) -> None:
        if isinstance(event, JobQueued):
            if not event.quiet:
                self._add(event)
        elif isinstance(event, JobEvent) and event.job_id in self._rows:
            self._rows[event.job_id].follow(event)

    def _add(self, event: JobQueued) -> None:
        row = JobRow(event, self._workbench, self._list)
        self._rows[event.job_id] = row
        self._column.insertWidget(0, row)
        self._pages.setCurrentIndex(1)
        ended = [key for key, old in self._rows.items() if not old.running]
        for key in ended[: max(0, len(self._rows) - ROWS_KEPT)]:
            self._rows.pop(key).deleteLater()

    def _recolor(self) -> None:
        for row in self._rows.values():
            row.recolor()
