"""The course of a training: epochs of steps, the best, early stop, going on where it was."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rmt_studio.data.decoded_ahead import DecodedAhead
from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.training.reports import EpochReport, Report, Score, StepReport
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
    Tick = Callable[[], None]
    OnEpoch = Callable[[Parameters, EpochReport, Tick], None]

_SAVE_SECONDS = 60.0
_SAVING_SHARE = 0.05  # of the time, at most, goes into saving


@dataclass(frozen=True)
class Trained:
    """What training gave.

    Attributes:
        parameters: of the best epoch, by name, float32 on the CPU.
        reports: of all epochs.
        stopped: "done", or "early" when patience ran out.
        best_epoch: 1 for the first; 0 where validation found none better than the start.
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
    on_epoch: OnEpoch | None = None,
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
        validate: scores the parameters at the start and of each epoch; without it the training
            loss says which epoch is the best.
        file: where to save how far it is, after each epoch and now and then.
        resume: go on with what the file holds; else the file must not hold a run yet.
        on_report: called after each step and each epoch; those that an earlier run did are told
            again first.
        on_epoch: called after each epoch with its parameters, its report and a function to call
            now and then, before it is saved; of an earlier run, with the best.
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
    if validate is not None and standing.start is None:
        start = validate(_as_they_are(module), course.validating(0))
        standing = replace(standing, start=start)
    saver = _Saver(lesson, file)
    while not course.ended(standing):
        standing = course.epoch(standing, saver)
        tick = course.keeping(standing)
        parameters = weights.finished(tick)
        standing = course.judged(standing, parameters, validate)
        if on_epoch is not None:
            on_epoch(parameters, standing.reports[-1], tick)
        saver.save(standing, tick)
        course.tell(standing.reports[-1])
    progress(course.steps, course.steps, "")
    best = _as_they_are(module) if standing.best is None else standing.best
    stopped = "done" if len(standing.reports) == settings.epochs else "early"
    return Trained(best, standing.reports, stopped, standing.best_epoch)


def _as_they_are(module: nn.Module) -> Parameters:
    return {name: weight.detach().cpu().float() for name, weight in module.named_parameters()}


def _nobody(_report: Report) -> None:
    pass


class _Saver:
    """Saves now and then, so that saving takes a small share of the time."""

    def __init__(self, lesson: Lesson, file: RunFile | None) -> None:
        self._lesson, self._file = lesson, file
        self._last, self._took = time.monotonic(), 0.0

    def save(self, standing: Standing, tick: Tick) -> None:
        if self._file is None:
            return
        start = time.monotonic()
        standing.save(self._lesson, self._file, tick)
        self._last = time.monotonic()
        self._took = self._last - start

    def now_and_then(self, standing: Standing, tick: Tick) -> None:
        if time.monotonic() - self._last > max(_SAVE_SECONDS, self._took / _SAVING_SHARE):
            self.save(standing, tick)


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

    def tell_again(self, standing: Standing, on_epoch: OnEpoch | None) -> None:
        """Tell of the epochs that an earlier run did, and hand on the best of them."""
        for report in standing.reports:
            self.tell(report)
        if standing.best is not None and on_epoch is not None:
            report = standing.reports[standing.best_epoch - 1]
            on_epoch(standing.best, report, self._tick(0, Standing()))

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
                saver.now_and_then(standing, tick)

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
            score = validate(parameters, self.validating(epoch))
        report = EpochReport(
            epoch=epoch,
            epochs=self._settings.epochs,
            loss=sum(losses) / len(losses),
            validation=score.top1 if score else None,
            best=False,
            validation_loss=score.loss if score else None,
        )
        report = replace(report, best=standing.rank is None or report.rank > standing.rank)
        standing = replace(standing, reports=(*standing.reports, report), losses=())
        return replace(standing, best=parameters, best_epoch=epoch) if report.best else standing

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

    def _tick(self, step: int, standing: Standing) -> Tick:
        note = f"epoch {len(standing.reports) + 1} of {self._settings.epochs}"
        if standing.losses:
            note += f", loss {standing.losses[-1]:.4f}"
        return lambda: self._progress(step, self.steps, note)

    def keeping(self, standing: Standing) -> Tick:
        """Return what to call while an epoch is kept whose steps are done."""
        return self._tick((len(standing.reports) + 1) * self._per_epoch, standing)

    def validating(self, epoch: int) -> Progress:
        """Return the callback of a validation after an epoch, or before the first."""

        def report(done: int, total: int, note: str = "") -> None:
            when = f"epoch {epoch} of {self._settings.epochs}" if epoch else "start"
            said = f"{when}, validating {done}/{total}"
            self._progress(epoch * self._per_epoch, self.steps, said)

        return report
