"""The experiments of the window: what was asked, what has been measured, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

from rmt_studio.gui.job_desk import DISK
from rmt_studio.gui.terms import term
from rmt_studio.gui.work import Work
from rmt_studio.studies.lab import EXPERIMENTS, LabResult, LabRow
from rmt_studio.studio import lab_tasks
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)
from rmt_studio.studio.lab_estimate import estimate
from rmt_studio.studio.state_folder import lab_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studies.lab import LabSettings
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.lab_estimate import Estimate
    from rmt_studio.studio.lab_tasks import KeptResult, LabAsked

_PAUSE = 50  # ms between two drawings while rows come in


@dataclass(frozen=True, eq=False)
class _Told:
    """Something that a run measured, on its way to the window's thread."""

    asked: LabAsked
    what: LabRow | LabResult


class Lab(Work):
    """One run at a time; it outlives the window that shows it, and every model.

    Signals:
        kept_changed (): `kept` is another.
        estimate_changed (): `estimate` is another.

    Attributes:
        key: of the experiment whose rows are there; empty while there are none.
        settings: they were measured with.
        rows: in the order in which they were measured.
        result: what they came to; None while that is not known.
        stopped: whether the run was stopped before its end.
        failure: why the last run ended, where it failed.
        kept: earlier results, the newest first.
        estimate: what was asked for last would take; None while that is not known.
        folder: where results are kept.
    """

    kept_changed = Signal()
    estimate_changed = Signal()

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._bench, self._desk = workbench, workbench.jobs
        self._job: Job | None = None
        self._asked: LabAsked | None = None
        self.folder: Path = lab_folder()
        self.kept: tuple[KeptResult, ...] = ()
        self.estimate: Estimate | None = None
        self._estimated: tuple[str, LabSettings] | None = None
        self._estimating: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self.changed)
        self._clear()
        self._desk.arrived.connect(self._arrived)
        self._desk.job_changed.connect(self._job_changed)

    @property
    def running(self) -> bool:
        """Whether the job has not ended."""
        return self._job is not None

    def start(self, key: str, settings: LabSettings, data: Path | None) -> None:
        """Run an experiment on the chosen device, unless one is running."""
        if self.running:
            return
        self._clear()
        device = self._bench.device
        settings = settings.model_copy(update={"device": device})
        self.scene, self.key, self.settings = key, key, settings
        self._asked = asked = lab_tasks.LabAsked(key, settings, data, self.folder)
        work = partial(lab_tasks.run_lab, asked, partial(_post, self._desk.post, asked))
        self._job = self._desk.start(
            self.tr("Lab: {0}").format(term(EXPERIMENTS[key].title)),
            work,
            partial(self._done, asked),
            lane=device,
            outlives=True,
            again=partial(self.start, key, settings, data),
        )
        self.changed.emit()

    def ask_estimate(self, key: str, settings: LabSettings) -> None:
        """Find out what a run would take on the chosen device; `estimate_changed` tells it."""
        device = self._bench.device
        wanted = key, settings.model_copy(update={"device": device})
        if wanted == self._estimated:
            return
        if self._estimating is not None:
            self._estimating.cancel()
        self._estimated, self.estimate = wanted, None
        self._estimating = self._desk.start(
            self.tr("Estimate the time"),
            partial(estimate, *wanted),
            partial(self._foreseen, wanted),
            lane=device,
            quiet=True,
            outlives=True,
        )
        self.estimate_changed.emit()

    def stop(self) -> None:
        """End the run; what was measured stays, here and on disk."""
        if self._job is not None:
            self._job.cancel()

    def look(self) -> None:
        """Look which earlier results there are."""
        work = partial(_kept, self.folder)
        self._desk.start(
            self.tr("Look for earlier results"),
            work, self._looked, lane=DISK, quiet=True, outlives=True,
        )  # fmt: skip

    def reopen(self, kept: KeptResult) -> None:
        """Show an earlier result."""
        if self.running:
            return
        self._desk.start(
            self.tr("Open the result"),
            partial(_read, kept),
            partial(self._reopened, kept),
            lane=DISK, quiet=True, outlives=True,
        )  # fmt: skip

    def forget(self, kept: KeptResult) -> None:
        """Delete an earlier result; what is shown of it stays."""
        self._desk.start(
            self.tr("Delete the result"),
            partial(_forget, kept, self.folder),
            self._looked, lane=DISK, quiet=True, outlives=True,
        )  # fmt: skip

    # --- what the jobs say -------------------------------------------------------------------

    def _clear(self) -> None:
        self.scene, self.key, self.failure = None, "", ""
        self.settings: LabSettings | None = None
        self.rows: list[LabRow] = []
        self.result: LabResult | None = None
        self.stopped = False
        self.progress = None

    def _arrived(self, event: object) -> None:
        if not isinstance(event, _Told) or event.asked is not self._asked:
            return
        if isinstance(event.what, LabRow):
            self.rows.append(event.what)
        else:
            self.result, self.stopped = event.what, True
        if not self._soon.isActive():  # many rows at once, as of a run that goes on: one drawing
            self._soon.start()

    def _done(self, asked: LabAsked, result: LabResult) -> None:
        if asked is self._asked:
            self.result = result
            self.changed.emit()

    def _foreseen(self, wanted: tuple[str, LabSettings], found: Estimate) -> None:
        if wanted == self._estimated:
            self.estimate = found
            self.estimate_changed.emit()

    def _looked(self, kept: tuple[KeptResult, ...]) -> None:
        if kept != self.kept:
            self.kept = kept
            self.kept_changed.emit()

    def _reopened(self, kept: KeptResult, result: LabResult) -> None:
        if self.running:
            return
        self._clear()
        self._asked = None
        self.scene, self.key, self.settings = result.key, result.key, result.settings
        self.rows, self.result = list(result.rows), result
        self.stopped = kept.stopped
        self.changed.emit()

    def _job_changed(self, event: object) -> None:
        if self._job is None or not isinstance(event, JobEvent) or event.job_id != self._job.id:
            return
        if isinstance(event, JobProgressed):
            self.progress = event
            self.progressed.emit()
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._job = None
            self.failure = event.message if isinstance(event, JobFailed) else ""
            self.scene = self.key if self.rows else None
            self.stopped = self.stopped or isinstance(event, JobCancelled)
            self.changed.emit()
            self.look()


def _post(post: Callable[[object], None], asked: LabAsked, what: LabRow | LabResult) -> None:
    post(_Told(asked, what))


def _kept(folder: Path, _progress: object) -> tuple[KeptResult, ...]:
    return lab_tasks.kept_results(folder)


def _read(kept: KeptResult, _progress: object) -> LabResult:
    return lab_tasks.read_kept(kept)


def _forget(kept: KeptResult, folder: Path, _progress: object) -> tuple[KeptResult, ...]:
    lab_tasks.forget_result(kept)
    return lab_tasks.kept_results(folder)
