"""The series that is open: found, corrected, analysed; it outlives the window that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.analysis import Series, SeriesStep
from rmt_studio.errors import InputError
from rmt_studio.gui.job_desk import DISK
from rmt_studio.gui.series.course import Course
from rmt_studio.studio import series_tasks
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.analysis import Entry
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.series_tasks import SeriesFound

_LANE = "cpu"  # as the analysis of a model
_FILMS = "film"  # beside the analysis: what is known need not wait for the rest
_TOGETHER = 250  # ms: checkpoints that come in so close are drawn once


@dataclass(frozen=True, eq=False)
class _Told:
    """A checkpoint that a job is through with, on its way to the window's thread."""

    course: Course
    what: SeriesStep | Entry


class SeriesDesk(QObject):
    """A folder, what was found in it, and how far its analysis is.

    Signals:
        changed (): `found`, `problem`, or whether something runs.
        grown (): `course` has a checkpoint more, or is another.
        progressed (): `progress` is another.
        failed (str, str): a title and one line for a person.
        told (str): one line for the status bar.

    Attributes:
        folder: that is looked at or open; None before.
        found: its checkpoints and what they are likely to be; None while that is not known.
        course: the analysed checkpoints; None before the first start.
        problem: why the folder could not be opened or analysed.
        progress: the last report of the job.
    """

    changed = Signal()
    grown = Signal()
    progressed = Signal()
    failed = Signal(str, str)
    told = Signal(str)

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = workbench.jobs
        self.folder: Path | None = None
        self.found: SeriesFound | None = None
        self.network = ""
        self.course: Course | None = None
        self.problem = ""
        self.progress: JobProgressed | None = None
        self._job: Job | None = None
        self._growth = QTimer(self, singleShot=True, interval=_TOGETHER)
        self._growth.timeout.connect(self.grown)
        self._desk.arrived.connect(self._arrived)
        self._desk.job_changed.connect(self._job_changed)

    @property
    def running(self) -> bool:
        """Whether the folder is looked at or analysed."""
        return self._job is not None

    def look(self, folder: Path) -> None:
        """Look into a folder, unless it is the open one."""
        if folder == self.folder and (self.running or self.course is not None):
            return
        self.stop()
        self.folder, self.found, self.course = folder, None, None
        self.problem, self.progress = "", None
        title = self.tr("Look into {0}").format(folder.name)
        work, done = partial(series_tasks.look_into, str(folder)), partial(self._looked, folder)
        again = partial(self.look, folder)
        self._job = self._desk.start(title, work, done, lane=DISK, outlives=True, again=again)
        self.changed.emit()
        self.grown.emit()

    def look_again(self) -> None:
        """Look into the folder anew: training may have gone on meanwhile."""
        if self.folder is not None and not self.running:
            folder, self.folder = self.folder, None
            self.look(folder)

    def take(self, name: str, step: int) -> None:
        """Make a checkpoint part of the series as this step; what is wrong with it is said."""
        if self.found is None:
            return
        try:
            self._correct(self.found.listing.take(name, step))
        except InputError as error:
            self.failed.emit(self.tr("This checkpoint was not taken"), str(error))
            self.changed.emit()

    def leave_out(self, name: str) -> None:
        """Leave a checkpoint out."""
        if self.found is not None:
            reason = self.tr("left out by hand")
            self._correct(self.found.listing.leave_out(name, reason))

    def start(self, network: str) -> None:
        """Analyse the checkpoints that are taken, as a network by name."""
        if self.found is None or self.running or not self.found.listing.taken:
            return
        listing = self.found.listing
        self.network, self.problem, self.progress = network, "", None
        self.course = course = Course(listing.folder, listing.left_out)
        title = self.tr("Analyse the series {0}").format(listing.folder.name)
        work = partial(
            series_tasks.run_series, listing, network, partial(_post, self._desk.post, course)
        )
        self._job = self._desk.start(
            title,
            work,
            partial(self._done, course),
            lane=_LANE,
            outlives=True,
            again=partial(self.start, network),
        )
        self.changed.emit()
        self.grown.emit()

    def stop(self) -> None:
        """End the job; checkpoints that are known stay."""
        if self._job is not None:
            self._job.cancel()

    def export_data(self, path: Path) -> None:
        """Write every number known, in the background: .csv or .json."""
        if self.course is not None and self.course.steps:
            work = partial(series_tasks.write_series, self.course.series, str(path))
            self._write(path, work, DISK)

    def export_film(self, layer: str, path: Path, fps: float, *, log: bool) -> None:
        """Write the film of a matrix in the background: .gif or .mp4."""
        if self.course is not None and self.course.steps:
            track = self.course.track(layer)
            work = partial(series_tasks.write_film, track, str(path), fps, log)
            self._write(path, work, _FILMS)

    # --- what jobs say -----------------------------------------------------------------------

    def _write(self, path: Path, work: Callable[..., None], lane: str) -> None:
        title, done = self.tr("Write {0}").format(path.name), partial(self._written, path)
        self._desk.start(title, work, done, lane=lane, outlives=True)

    def _written(self, path: Path, _nothing: object) -> None:
        self.told.emit(self.tr("Saved: {0}").format(path))

    def _correct(self, listing: object) -> None:
        found = self.found
        if found is not None:
            self.found = series_tasks.SeriesFound(listing, found.told, found.offer)  # pyright: ignore[reportArgumentType]
            self.changed.emit()

    def _looked(self, folder: Path, found: SeriesFound) -> None:
        if folder == self.folder:
            self.found = found
            self.changed.emit()

    def _arrived(self, event: object) -> None:
        if not isinstance(event, _Told) or event.course is not self.course:
            return
        if isinstance(event.what, SeriesStep):
            event.course.add(event.what)
        else:
            event.course.left_out = (*event.course.left_out, event.what)
        if not self._growth.isActive():
            self._growth.start()

    def _done(self, course: Course, series: Series) -> None:
        if course is self.course:
            course.architecture = series.architecture
            self.grown.emit()

    def _job_changed(self, event: object) -> None:
        if self._job is None or not isinstance(event, JobEvent) or event.job_id != self._job.id:
            return
        if isinstance(event, JobProgressed):
            self.progress = event
            self.progressed.emit()
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._job = None
            if isinstance(event, JobFailed):
                self.problem = event.message
            if self._growth.isActive():
                self._growth.stop()
                self.grown.emit()
            self.changed.emit()


def _post(post: Callable[[object], None], course: Course, what: SeriesStep | Entry) -> None:
    post(_Told(course, what))
