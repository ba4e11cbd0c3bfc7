"""The work behind fine-tuning in the window: measure what was lost, then win it back.

Each piece of work has a folder of its own under the state folder, named by a hash of what it
depends on: both models, the images, the settings. So one that was stopped, or whose window was
closed, goes on where it stood when the same is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate, spread
from rmt_studio.studies.carry_out import carry_out
from rmt_studio.studies.course import portion
from rmt_studio.studies.finetune import FineTuned, finetune
from rmt_studio.studio.state_folder import can_begin_anew, training_folder
from rmt_studio.studio.targets import Measurement
from rmt_studio.studio.training_course import Recorder
from rmt_studio.studio.training_state import best_in, folder_for, name_of, reports_in
from rmt_studio.training import holds_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import PrunedModel, Recipe
    from rmt_studio.training import FineTuning

_LEARNING = 4  # passes of an image that a view costs: two networks, and back through one of them
_PRUNING = 3  # passes of a calibration image
_SHARE_HELD_OUT, _MOST_HELD_OUT = 10, 5000  # one in ten, and not more than so many


@dataclass(frozen=True, eq=False)
class Tuning:
    """What fine-tuning works on.

    Attributes:
        model: the dense model.
        recipe: the rules that were carried out, or will be.
        pruned: the model to begin with; None to make it by the rules first.
        analysis: spectra of the dense model.
        calibration: what the rules were carried out with.
        images: to learn from.
        validation: to choose the best epoch on; None to choose it by the training loss.
        holds_out: whether a tenth of ``images`` shall be that.
        reported: the open images, that the results are measured on.
        dense, start: what is known of the accuracy of the dense model and of the pruned one on
            ``reported``.
        settings: how to learn.
        device: where.
        batch_size: images in a batch of an evaluation; None for automatic.
        anew: forget what an earlier run of the same work left.
    """

    model: LoadedModel
    recipe: Recipe
    pruned: PrunedModel | None
    analysis: Analysis
    calibration: ImageSet | None
    images: ImageSet
    validation: ImageSet | None
    reported: ImageSet
    dense: Evaluation | None
    start: Evaluation | None
    settings: FineTuning
    device: str
    batch_size: int | None = None
    holds_out: bool = False
    anew: bool = False


@dataclass(frozen=True)
class Levels:
    """Accuracies of both models on the validation images, of which there are n."""

    dense: float
    pruned: float
    n: int


@dataclass(frozen=True)
class Kept:
    """Where the work is kept, and the epoch that an earlier run of it had reached; 0 for none."""

    folder: Path
    epoch: int


def held_out(images: ImageSet) -> tuple[ImageSet, ImageSet]:
    """Return the images to learn from and, spread evenly, those to choose the best epoch on.

    One image in ten is held out, and not more than 5,000.

    Raises:
        InputError: there are too few images.
    """
    total = len(images)
    if total < _SHARE_HELD_OUT:
        reason = f"has {total} images, too few to hold a tenth of them out"
        raise InputError(images.name, reason, "choose the best epoch on other images")
    chosen = frozenset(spread(total, min(total // _SHARE_HELD_OUT, _MOST_HELD_OUT)))
    parts: tuple[list, list] = ([], [])
    for place, sample in enumerate(images.samples):
        parts[place in chosen].append(sample)
    rest, aside = (tuple(part) for part in parts)
    return replace(images, samples=rest), replace(images, samples=aside)


def divided(tuning: Tuning) -> Tuning:
    """Return the work with the images set aside that it asks for.

    Raises:
        InputError: there are too few.
    """
    if not tuning.holds_out:
        return tuning
    images, validation = held_out(tuning.images)
    return replace(tuning, images=images, validation=validation, holds_out=False)


def epochs_before(tuning: Tuning, progress: Progress) -> int:
    """Return how many epochs an earlier run of the same work has ended."""
    progress(0, 1)
    tuning.model.read(progress)
    return len(reports_in(training_folder() / name_of(divided(tuning))))


def run_fine_tuning(
    tuning: Tuning, tell: Callable[[object], None], progress: Progress
) -> FineTuned:
    """Measure the dense and the pruned model where that was not done, then fine-tune.

    Args:
        tuning: models, images and settings.
        tell: called with a `PrunedModel` where it had to be made, a `Measurement` for each
            evaluation on ``reported``, `Levels`, `Kept`, and a `Course` now and then; the last
            one holds the best model, also when the work ends before its time.
        progress: may raise `Cancelled`.

    Raises:
        InputError: as `finetune` does, or the folder cannot be made.
    """
    tuning.model.read(progress)
    tuning = divided(tuning)
    parts = _Parts(tuning, progress)
    pruned = tuning.pruned
    if pruned is None:
        pruned = carry_out(
            tuning.model,
            tuning.recipe,
            analysis=tuning.analysis,
            calibration=tuning.calibration,
            device=tuning.device,
            progress=parts.next("pruning by the rules"),
        )
        tell(pruned)
    _measure(tuning, pruned, tell, parts)
    folder = folder_for(name_of(tuning), anew=tuning.anew)
    earlier = reports_in(folder)
    tell(Kept(folder, len(earlier)))
    recorder = Recorder(tell, tuning.settings.epochs)
    best = best_in(folder, tuning.model, pruned, tuning.settings)
    recorder.go_on(earlier, best)
    try:
        with can_begin_anew(folder):
            return finetune(
                tuning.model,
                pruned,
                tuning.images,
                tuning.settings,
                validation=tuning.validation,
                device=tuning.device,
                folder=folder,
                resume=holds_run(folder),
                on_report=recorder.report,
                on_best=recorder.better,
                progress=parts.next(""),
            )
    finally:
        recorder.flush()


def _measure(
    tuning: Tuning, pruned: PrunedModel, tell: Callable[[object], None], parts: _Parts
) -> None:
    """Tell the accuracies of both models on the reported and on the validation images."""
    dense, start = tuning.dense, tuning.start
    if dense is None:
        dense = _accuracy(tuning, tuning.model, tuning.reported, None, parts.next("dense model"))
        tell(Measurement(tuning.model, dense))
    if start is None:
        start = _accuracy(tuning, pruned, tuning.reported, dense, parts.next("pruned model"))
        tell(Measurement(pruned, start))
    if tuning.validation is None:
        return
    if tuning.validation is not tuning.reported:
        dense, start = (
            _accuracy(tuning, model, tuning.validation, None, parts.next(f"{name}, held out"))
            for model, name in ((tuning.model, "dense model"), (pruned, "pruned model"))
        )
    tell(Levels(dense.top1, start.top1, dense.n))


def _accuracy(
    tuning: Tuning,
    model: LoadedModel,
    images: ImageSet,
    reference: Evaluation | None,
    progress: Progress,
) -> Evaluation:
    return evaluate(
        model,
        images,
        reference=reference,
        device=tuning.device,
        batch_size=tuning.batch_size,
        progress=progress,
    )


class _Parts:
    """The progress of the parts, each as long as the images that it looks at."""

    def __init__(self, tuning: Tuning, progress: Progress) -> None:
        self._progress, self._done = progress, 0
        costs = []
        if tuning.pruned is None:
            measured = tuning.calibration if tuning.recipe.needs_images else None
            costs.append(1 + _PRUNING * len(measured or ()))
        costs += [len(tuning.reported)] * ((tuning.dense is None) + (tuning.start is None))
        if tuning.validation is not None and tuning.validation is not tuning.reported:
            costs += [len(tuning.validation)] * 2
        asked = tuning.settings
        views = len(tuning.images) if asked.steps is None else asked.steps * asked.batch
        checked = 0 if tuning.validation is None else len(tuning.validation)
        costs.append(asked.epochs * (_LEARNING * views + checked))
        self._costs = costs

    def next(self, name: str) -> Progress:
        """Return the callback of the next part."""
        whole, begin = sum(self._costs), sum(self._costs[: self._done])
        self._done += 1
        end = sum(self._costs[: self._done])
        return portion(self._progress, begin / whole, end / whole, name)
