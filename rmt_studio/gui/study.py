"""The studies of the open model: what was asked, what has been found, and the job behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmt_studio.gui.terms import term
from rmt_studio.gui.work import Work
from rmt_studio.pruning import METHODS
from rmt_studio.studies import Measured, SearchStep
from rmt_studio.studio import study_tasks
from rmt_studio.studio.document import ModelOpened
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studies import MethodComparison, SearchResult, Trial
    from rmt_studio.studio.document import DocumentEvent
    from rmt_studio.studio.jobs import Job
    from rmt_studio.studio.study_tasks import ComparisonAsked, SearchAsked


@dataclass(frozen=True, eq=False)
class _Told:
    """Something that a study's job found, on its way to the window's thread."""

    scene: object
    what: object


class Study(Work):
    """One study; it outlives the window that shows it.

    Attributes:
        asked: what the last start asked for.
        scene: what it works on; None before the first start.
        rows: what was found, in the order in which it was.
        result: what it came to; None while that is not known.
        file: where it is kept; None before the first start.
        progress: the last report of the job.
        folder: where studies are kept.
    """

    def __init__(self, workbench: Workbench, desk: JobDesk) -> None:
        super().__init__(workbench)
        self._bench, self._desk = workbench, desk
        self._job: Job | None = None
        self._running = False
        self.folder = study_tasks.studies_folder()
        self._clear()
        desk.arrived.connect(self._arrived)
        desk.job_changed.connect(self._job_changed)
        workbench.document_changed.connect(self._document_changed)

    @property
    def running(self) -> bool:
        """Whether the job has not ended."""
        return self._running

    @property
    def trials(self) -> list[Any]:
        """The rows without what a search says about them; each has a ``record``."""
        return [row.trial if isinstance(row, SearchStep) else row for row in self.rows]

    @property
    def dense_top1(self) -> float | None:
        """Accuracy of the dense model, as soon as a row tells it."""
        found = next((row for row in self.trials if isinstance(row, Measured)), None)
        return found.evaluation.top1 - found.pair.difference if found else None

    @property
    def about(self) -> str:
        """Which model and images the rows are of."""
        if self.scene is None:
            return ""
        n, images = len(self.scene.images), self.scene.images.name
        limit = min(self.asked.limit or n, n)
        text = self.tr("{0}, {1} images of {2}").format(self.scene.model.title, limit, images)
        if self.scene.calibration is None:
            return text
        used = self.tr("{0}, calibrated on {1} of {2}")
        return used.format(text, len(self.scene.calibration), self.scene.calibration.name)

    def refusal(self, methods: tuple[str, ...]) -> str:
        """Return why a study of these methods cannot start; empty when it can."""
        document = self._bench.document
        if document.model is None:
            return self.tr("open a model first")
        if document.images is None:
            return self.tr("open an image folder first")
        if not document.analyzed:
            return self.tr("wait until every spectrum is known")
        lacking = [m for m in methods if self._bench.image_sets.missing_for(m)]
        if lacking:
            text = self.tr("{0} needs calibration images: open some (File menu)")
            return text.format(term(METHODS[lacking[0]].label))
        return ""

    def start(self, asked: Any, file: Path | None = None, *, anew: bool = False) -> None:  # noqa: ANN401
        """Begin, or go on where an earlier study of the same kind stopped."""
        document = self._bench.document
        if self.running or document.model is None or document.images is None:
            return
        scene = study_tasks.Scene(
            model=document.model,
            analysis=document.analysis,
            images=document.images,
            calibration=document.calibration,
            device=self._bench.device,
            folder=self.folder,
            file=file,
            anew=anew,
        )
        self._begin(scene, asked, partial(self.start, asked, file))

    def _begin(self, scene: Any, asked: Any, again: Callable[[], object]) -> None:  # noqa: ANN401
        """Start the job; ``again`` starts it anew after it failed or was cancelled."""
        self._clear()
        self.asked, self.scene = asked, scene
        self._running = True
        self.changed.emit()  # before the job: what it shows first takes the window's thread longest
        tell = partial(_post, self._desk.post, scene)
        work, done = partial(self._work, scene, asked, tell), partial(self._done, scene)
        self._job = self._desk.start(self._title, work, done, lane=self._bench.device, again=again)

    def stop(self) -> None:
        """End the job; what was found stays, here and in the file."""
        if self._job is not None:
            self._job.cancel()

    def open_recipe(self, row: int) -> None:
        """Make the recipe of a row the open one, as one undo step."""
        trial = self.trials[row]
        if isinstance(trial, Measured) and self.scene is not None:
            text = self.tr("recipe of {0}").format(trial.recipe.name)
            self._bench.replace_recipe(trial.recipe, text)
            told = self.tr("Opened the rules of {0}; Undo brings the former ones back")
            self._bench.told.emit(told.format(trial.recipe.name))

    # --- of each kind ------------------------------------------------------------------------

    _title: str
    _work: Callable[..., Any]

    # --- what the job says -------------------------------------------------------------------

    def _clear(self) -> None:
        self.asked: Any = None
        self.scene: Any = None
        self.rows: list[Any] = []
        self.result: Any = None
        self.file: Path | None = None
        self.progress: JobProgressed | None = None

    def _arrived(self, event: object) -> None:
        if not isinstance(event, _Told) or event.scene is not self.scene:
            return
        self._take(event.what)
        self.changed.emit()

    def _take(self, what: object) -> None:
        """Take what the job told: the file of the study, or a row."""
        if isinstance(what, Path):
            self.file = what
        else:
            self.rows.append(what)

    def _done(self, scene: object, result: object) -> None:
        if scene is self.scene:
            self.result = result
            self.changed.emit()

    def _job_changed(self, event: object) -> None:
        if self._job is None or not isinstance(event, JobEvent) or event.job_id != self._job.id:
            return
        if isinstance(event, JobProgressed):
            self.progress = event
            self.progressed.emit()
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._job, self._running = None, False
            self.changed.emit()

    def _document_changed(self, event: DocumentEvent) -> None:
        if isinstance(event, ModelOpened):
            self.stop()
            self._job, self._running = None, False
            self._clear()
            self.changed.emit()


class ComparisonStudy(Study):
    """Methods side by side."""

    asked: ComparisonAsked | None
    rows: list[Trial]
    result: MethodComparison | None
    _title = "Compare methods"
    _work = staticmethod(study_tasks.run_comparison)


class SearchStudy(Study):
    """The smallest model that is good enough."""

    asked: SearchAsked | None
    rows: list[SearchStep]
    result: SearchResult | None
    _title = "Find the smallest model"
    _work = staticmethod(study_tasks.run_search)


def _post(post: Callable[[object], None], scene: object, what: object) -> None:
    post(_Told(scene, what))
