"""The course of a training: epochs of steps, the best, early stop, going on where it was."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rmt_studio.data.decoded_ahead import DecodedAhead
from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.training.reports import EpochReport, Report, StepReport
from rmt_studio.training.run_file import RunFile, require_no_run
from rmt_studio.training.schedule import learning_rate
from rmt_studio.training.standing import Standing
from rmt_studio.training.step import Lesson
from rmt_studio.training.weights import Bound, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import torch
    from torch import Tensor, nn

    from rmt_studio.training.settings import FineTuning
    from rmt_studio.training.views import Views

    Parameters = dict[str, Tensor]

_SAVE_SECONDS = 60.0
_SAVING_SHARE = 0.05  # of the time, at most, goes into saving


@dataclass(frozen=True)
class Score:
    """What validation found: top-1 and cross-entropy."""

    top1: float
    loss: float


@dataclass(frozen=True)
class Trained:
    """What training gave.

    Attributes:
        parameters: of the best epoch, by name, float32 on the CPU.
        reports: of all epochs.
        stopped: "done", or "early" when patience ran out.
        best_epoch: 1 for the first.
    """

    parameters: Parameters
    reports: tuple[EpochReport, ...]
    stopped: Literal["done", "early"]
    best_epoch: int


def train(
    module: nn.Module,
    bound: Mapping[str, Sequence[Bound]],
    views: Views,
    settings: FineTuning,
    *,
    device: torch.device,
    teacher: nn.Module | None = None,
    validate: Callable[[Parameters, Progress], Score] | None = None,
    file: RunFile | None = None,
    resume: bool = False,
    on_report: Callable[[Report], None] | None = None,
    on_epoch: Callable[[Parameters, EpochReport], None] | None = None,
    progress: Progress = no_progress,
) -> Trained:
    """Train what the constraints leave free; the module itself is not changed.

    What is computed depends on the arguments alone (on a CPU with a given number of threads, bit
    for bit), not on when a run was interrupted and gone on with.

    Args:
        module: the network at the start, on ``device``.
        bound: constraints by parameter, see `Weights`; parameters that are not named are free.
        views: the pictures.
        settings: how.
        device: where to compute.
        teacher: the dense network on ``device``, where the loss looks at it.
        validate: scores the parameters of an epoch; without it the training loss says which epoch
            is the best.
        file: where to save how far it is, after each epoch and now and then.
        resume: go on with what the file holds; else the file must not hold a run yet.
        on_report: called after each step and each epoch; those that an earlier run did are told
            again first.
        on_epoch: called after each epoch with its parameters, before it is saved; of an earlier
            run, with the best.
        progress: called between steps and between blocks, in steps; may raise `Cancelled`.

    Raises:
        InputError: a loss that is not finite, a run in the file that differs, an image that cannot
            be read.
    """
    weights = Weights(module, bound, device)
    lesson = Lesson(module, weights, settings, teacher, device)
    course = _Course(lesson, views, settings, on_report or _nobody, progress)
    standing = Standing.read(lesson, file) if resume and file is not None else Standing()
    if file is not None and not resume:
        require_no_run(file.folder)
        standing.save(lesson, file)
    course.tell_again(standing, on_epoch)
    saver = _Saver(lesson, file)
    while not course.ended(standing):
        standing = course.epoch(standing, saver)
        parameters = weights.finished()
        standing = course.judged(standing, parameters, validate)
        if on_epoch is not None:
            on_epoch(parameters, standing.reports[-1])
        saver.save(standing)
        course.tell(standing.reports[-1])
    progress(course.steps, course.steps, "")
    assert standing.best is not None  # noqa: S101 - the first epoch is the best so far
    stopped = "done" if len(standing.reports) == settings.epochs else "early"
    return Trained(standing.best, standing.reports, stopped, standing.best_epoch)


def _nobody(_report: Report) -> None:
    pass


class _Saver:
    """Saves now and then, so that saving takes a small share of the time."""

    def __init__(self, lesson: Lesson, file: RunFile | None) -> None:
        self._lesson, self._file = lesson, file
        self._last, self._took = time.monotonic(), 0.0

    def save(self, standing: Standing) -> None:
        if self._file is None:
            return
        start = time.monotonic()
        standing.save(self._lesson, self._file)
        self._last = time.monotonic()
        self._took = self._last - start

    def now_and_then(self, standing: Standing) -> None:
        if time.monotonic() - self._last > max(_SAVE_SECONDS, self._took / _SAVING_SHARE):
            self.save(standing)


class _Course:
    """Epochs of steps over the views."""

    def __init__(
        self,
        lesson: Lesson,
        views: Views,
        settings: FineTuning,
        tell: Callable[[Report], None],
        progress: Progress,
    ) -> None:
        self._lesson, self._views, self._settings = lesson, views, settings
        self.tell, self._progress = tell, progress
        asked, batch = settings.steps, settings.batch
        self._items = len(views) if asked is None else asked * batch
        self._per_epoch = math.ceil(self._items / batch)
        self.steps = settings.epochs * self._per_epoch

    def tell_again(
        self, standing: Standing, on_epoch: Callable[[Parameters, EpochReport], None] | None
    ) -> None:
        """Tell of the epochs that an earlier run did, and hand on the best of them."""
        for report in standing.reports:
            self.tell(report)
        if standing.best is not None and on_epoch is not None:
            on_epoch(standing.best, standing.reports[standing.best_epoch - 1])

    def ended(self, standing: Standing) -> bool:
        """Whether all epochs are done, or patience ran out."""
        done, patience = len(standing.reports), self._settings.patience
        waited = done - standing.best_epoch
        return done == self._settings.epochs or (patience is not None and waited >= patience)

    def epoch(self, standing: Standing, saver: _Saver) -> Standing:
        """Take the steps of an epoch that are left."""
        number, batch = len(standing.reports), self._settings.batch
        order = self._views.order(number, self._items, len(standing.losses) * batch)
        with DecodedAhead(self._views, order) as decoded:
            while True:
                step = number * self._per_epoch + len(standing.losses)
                tick = self._tick(step, standing)
                found = decoded.take(batch, tick)
                if found is None:
                    return standing
                height, rise = self._settings.learning_rate, self._settings.warm_up
                rate = learning_rate(step, self.steps, height, rise)
                loss = self._taken(*found, rate, tick, step)
                standing = replace(standing, losses=(*standing.losses, loss))
                self.tell(StepReport(step + 1, self.steps, number + 1, loss, rate))
                saver.now_and_then(standing)

    def judged(
        self,
        standing: Standing,
        parameters: Parameters,
        validate: Callable[[Parameters, Progress], Score] | None,
    ) -> Standing:
        """Return the standing after an epoch, its report the last and its parameters if best."""
        epoch, losses = len(standing.reports) + 1, standing.losses
        score = None
        if validate is not None:
            score = validate(parameters, self._validating(epoch))
        report = EpochReport(
            epoch=epoch,
            epochs=self._settings.epochs,
            loss=sum(losses) / len(losses),
            validation=score.top1 if score else None,
            best=False,
            validation_loss=score.loss if score else None,
        )
        best = standing.best is None or _rank(report) > _rank(
            standing.reports[standing.best_epoch - 1]
        )
        report = replace(report, best=best)
        return Standing(
            reports=(*standing.reports, report),
            best=parameters if best else standing.best,
            best_epoch=epoch if best else standing.best_epoch,
        )

    def _taken(
        self, images: Tensor, targets: Tensor, rate: float, tick: Callable[[], None], step: int
    ) -> float:
        try:
            return self._lesson.step(images, targets, rate, tick)
        except InputError as error:
            if type(error) is not InputError:
                raise
            reason = f"{error.reason} in step {step + 1} of {self.steps}"
            raise InputError(error.thing, reason, error.next_step) from error

    def _tick(self, step: int, standing: Standing) -> Callable[[], None]:
        note = f"epoch {len(standing.reports) + 1} of {self._settings.epochs}"
        if standing.losses:
            note += f", loss {standing.losses[-1]:.4f}"
        return lambda: self._progress(step, self.steps, note)

    def _validating(self, epoch: int) -> Progress:
        def report(done: int, total: int, note: str = "") -> None:
            said = f"epoch {epoch} of {self._settings.epochs}, validating {done}/{total}"
            self._progress(epoch * self._per_epoch, self.steps, said)

        return report


def _rank(report: EpochReport) -> tuple[float, float]:
    """Return what is higher for a better epoch: top-1, and among equals a lower loss."""
    if report.validation is None or report.validation_loss is None:
        return (0.0, -report.loss)
    return (report.validation, -report.validation_loss)
