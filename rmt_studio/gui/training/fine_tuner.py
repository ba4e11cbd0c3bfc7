"""Fine-tuning of the open model: what was asked, how it goes, and what becomes of the best one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from rmt_studio.gui.refusals import why_not_prune
from rmt_studio.gui.training.asked import Ending, Outcome, Validation
from rmt_studio.gui.training.earlier import EarlierWork
from rmt_studio.gui.training.remembered import remember
from rmt_studio.gui.training.training_images import TrainingImages
from rmt_studio.gui.work import Work
from rmt_studio.pruning import PrunedModel
from rmt_studio.studies.finetune import FineTuned
from rmt_studio.studio import tasks
from rmt_studio.studio.document import ModelOpened
from rmt_studio.studio.job_events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
)
from rmt_studio.studio.retold.done import images_told
from rmt_studio.studio.retold.tuning import Tuned
from rmt_studio.studio.targets import Measurement
from rmt_studio.studio.training_course import Best, Course
from rmt_studio.studio.training_tasks import Kept, Levels, Tuning, run_fine_tuning

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.gui.training.asked import Asked
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.document import DocumentEvent
    from rmt_studio.studio.jobs import Job


@dataclass(frozen=True, eq=False)
class _Told:
    """Something that the job found, on its way to the window's thread."""

    tuning: Tuning
    what: object


class FineTuner(Work):
    """Starts the job and puts what it found into the document; outlives the window that shows it.

    Attributes:
        images: to learn from.
        earlier: whether what the form says was begun before.
        asked: what the last start asked for.
        scene: what it works on; None before the first start.
        levels: accuracies of both models on the validation images; None while not known.
        course: how it goes.
        where: where its state is kept; None while not known.
        ending: None while it runs.
        outcome: what became of the best model; None while it runs.
        progress: the last report of the job.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._bench, self._desk = workbench, workbench.jobs
        self._job: Job | None = None
        self.images = TrainingImages(workbench)
        self.earlier = EarlierWork(self, self._desk)
        self._base: PrunedModel | None = None  # before it was fine-tuned here
        self._result: PrunedModel | None = None  # after that
        self._how: Tuned | None = None
        self._forget()
        self._desk.arrived.connect(self._arrived)
        self._desk.job_changed.connect(self._job_changed)
        workbench.document_changed.connect(self._document_changed)

    @property
    def running(self) -> bool:
        """Whether the job has not ended."""
        return self._job is not None

    @property
    def stopping(self) -> bool:
        """Whether it was told to end and has not yet."""
        return self._job is not None and self._job.cancelling

    @property
    def told(self) -> Tuned | None:
        """How the document's pruned model was fine-tuned here; None where it was not."""
        pruned = self._bench.document.pruned
        return self._how if pruned is not None and pruned is self._result else None

    def refusal(self) -> str:
        """Return why nothing can be fine-tuned; empty when it can, as far as images do not say."""
        document = self._bench.document
        if document.model is not None and not document.model.can_run:
            return self.tr("the model's architecture is not known")
        if reason := why_not_prune(document):
            return reason
        if document.images is None:
            return self.tr("open an image folder to evaluate on first")
        return "" if document.analyzed else self.tr("wait until every spectrum is known")

    def start(self, asked: Asked, *, anew: bool = False) -> None:
        """Begin, or go on where an earlier fine-tuning with just these settings stopped.

        It begins with the model as the rules left it, also where that has been fine-tuned since.
        """
        if self.running or (tuning := self._tuning(asked, anew=anew)) is None:
            return
        remember(asked, tuning.model)
        self._base = tuning.pruned
        self._forget()
        self.asked = asked
        self._start(tuning)

    def look_for_earlier(self, asked: Asked) -> None:
        """Find out whether an earlier run of this work can be gone on with; `earlier` knows."""
        self.earlier.look(None if self.running else self._tuning(asked, anew=False))

    def stop(self) -> None:
        """End the job; the best model so far is kept."""
        if self._job is not None:
            self._job.cancel()
            self.changed.emit()

    # --- starting ----------------------------------------------------------------------------

    def _start(self, tuning: Tuning) -> None:
        self.scene, self.ending, self.outcome = tuning, None, None
        work = partial(run_fine_tuning, tuning, partial(_post, self._desk.post, tuning))
        again = replace(tuning, anew=False)
        there = partial(self._restart, tuning, replace(again, device="cpu"))
        self._job = self._desk.start(
            self.tr("Fine-tune · {0}").format(tuning.recipe.name or self.tr("own rules")),
            work,
            _nothing_more,
            lane=tuning.device,
            again=partial(self._restart, tuning, again),
            elsewhere=there if tuning.device != "cpu" else None,
        )
        self.changed.emit()

    def _restart(self, former: Tuning, tuning: Tuning) -> None:
        """Take the work up again, if it is still the one on show."""
        if former is self.scene and not self.running:
            self._start(tuning)

    def _tuning(self, asked: Asked, *, anew: bool) -> Tuning | None:
        """Return the work that is asked for; None while something is missing for it."""
        document, images = self._bench.document, self.images.of(labelled=asked.labelled)
        model, reported, dense = document.model, document.images, document.dense_run
        if self.refusal() or model is None or reported is None or images is None:
            return None
        pruned = self._before()
        return Tuning(
            model=model,
            recipe=document.recipe,
            pruned=pruned,
            analysis=document.analysis,
            calibration=document.calibration,
            images=images,
            validation=reported if asked.validation is Validation.REPORTED else None,
            holds_out=asked.validation is Validation.HELD_OUT,
            reported=reported,
            dense=dense.evaluation if dense else None,
            start=self._known(pruned, reported) if dense else None,
            settings=asked.settings,
            device=self._bench.device,
            batch_size=self._bench.runs.batch_size,
            anew=anew,
        )

    def _before(self) -> PrunedModel | None:
        """Return the pruned model as it was before it was fine-tuned here; None to make it."""
        pruned = self._bench.document.pruned
        return self._base if pruned is not None and pruned is self._result else pruned

    def _known(self, pruned: PrunedModel | None, images: ImageSet) -> Evaluation | None:
        """Return the newest evaluation on these images of a pruned model; None to make it."""
        document = self._bench.document
        if pruned is None and document.recipe.needs_images:
            return None  # with other calibration images than now it was another model
        names = tuple(sample.name for sample in images.samples)
        what = document.recipe, tasks.learned_by(pruned) if pruned else "", names
        runs = (
            run.evaluation
            for run in reversed(document.runs)
            if (run.recipe, run.learned, run.evaluation.names) == what
        )
        return next(runs, None)

    # --- what the job says -------------------------------------------------------------------

    def _forget(self) -> None:
        self.asked: Asked | None = None
        self.scene: Tuning | None = None
        self.levels: Levels | None = None
        self.course = Course()
        self.where: Kept | None = None
        self.ending: Ending | None = None
        self.outcome: Outcome | None = None
        self.progress: JobProgressed | None = None

    def _arrived(self, event: object) -> None:
        if not isinstance(event, _Told) or event.tuning is not self.scene:
            return
        match event.what:
            case Course() as course:
                self.course = course
            case Levels() as levels:
                self.levels = levels
            case Kept() as where:
                self.where = where
            case PrunedModel() as pruned:
                self._base = pruned
                self._bench.runs.take_pruned(pruned, event.tuning.calibration)
            case Measurement(model, found):
                self._bench.runs.take_evaluation(model, self._bench.runs.label_of(model), found)
        self.changed.emit()

    def _job_changed(self, event: object) -> None:
        if self._job is None or not isinstance(event, JobEvent) or event.job_id != self._job.id:
            return
        match event:
            case JobProgressed():
                self.progress = event
                self.progressed.emit()
            case JobFinished(result=FineTuned() as found):
                self.course = replace(self.course, epochs=found.reports, best=_best_of(found))
                self._end(Ending.EARLY if found.stopped == "early" else Ending.DONE)
            case JobFailed():
                self._end(Ending.FAILED)
            case JobCancelled():
                self._end(Ending.STOPPED, keeps=not event.reason)

    def _end(self, ending: Ending, *, keeps: bool = True) -> None:
        self._job, self.ending = None, ending
        if keeps and self.scene is not None:
            self.outcome = self._keep(self.course.best, self.scene)
        self.changed.emit()

    def _keep(self, best: Best | None, tuning: Tuning) -> Outcome:
        """Make the best model the pruned one, where that makes sense, and a row of the results."""
        runs, document = self._bench.runs, self._bench.document
        if best is None:
            return Outcome.WORSE if self.course.epochs else Outcome.NO_EPOCH
        found, outcome = best.report.validation, Outcome.TAKEN
        if found is not None and self.levels is not None and found < self.levels.pruned:
            outcome = Outcome.WORSE
        elif runs.take_pruned(best.model, tuning.calibration):
            self._result, self._how = best.model, _told(self.asked, tuning)
        else:
            outcome = Outcome.OTHER_RULES
        if document.images is not None:
            runs.evaluate(best.model, document.images, self._bench.device)
        return outcome

    def _document_changed(self, event: DocumentEvent) -> None:
        if isinstance(event, ModelOpened):
            self.stop()
            self._job = self._base = self._result = None
            self._forget()
            self.changed.emit()


def _post(post: Callable[[object], None], tuning: Tuning, what: object) -> None:
    post(_Told(tuning, what))


def _told(asked: Asked | None, tuning: Tuning) -> Tuned | None:
    images = images_told(tuning.images)
    if asked is None or images is None:
        return None
    return Tuned(asked.settings, images, asked.labelled, asked.validation.value)


def _nothing_more(_found: FineTuned) -> None:
    """Do nothing: the end of the job told all."""


def _best_of(found: FineTuned) -> Best | None:
    if not found.best_epoch:
        return None
    return Best(found.model, found.reports[found.best_epoch - 1])
