"""From a target to an evaluated pruned model, as one piece of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.pruning import (
    METHODS,
    CalibrationStatistics,
    PrunedModel,
    Recipe,
    fill_recipe,
)
from rmt_studio.studies import carry_out
from rmt_studio.studies.course import portion

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.evaluation.result import Evaluation
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress

# passes of one image through the network that the pieces cost, as far as images decide about that
_PASSES_TO_FILL, _PASSES_TO_PRUNE, _PASSES_PER_VIEW = 5, 3, 4
_BLIND = 10  # passes that a piece costs which looks at no image


@dataclass(frozen=True, eq=False)
class Measurement:
    """The accuracy of a model."""

    model: LoadedModel
    evaluation: Evaluation


Piece = Recipe | PrunedModel | Measurement


@dataclass(frozen=True)
class Target:
    """How much shall go, and how.

    Attributes:
        method: a key of `rmt_studio.pruning.METHODS`.
        sparsity: share to remove, in [0, 1).
        of: what it is a share of, "blocks" or "model".
        pattern: such as ``"2:4"``, which says the share of the blocks by itself; or None.
    """

    method: str
    sparsity: float
    of: str = "blocks"
    pattern: str | None = None


def best_method(calibration: ImageSet | None) -> str:
    """Return the key of the method to recommend, with these calibration images or without any."""
    automatic = METHODS.get("auto")
    if automatic is not None and (calibration is not None or not automatic.needs_images):
        return automatic.key
    return "magnitude" if calibration is None else "second-order"


def fill_rules(
    model: LoadedModel,
    analysis: Analysis,
    target: Target,
    calibration: ImageSet | None,
    progress: Progress,
    *,
    statistics: CalibrationStatistics | None = None,
) -> Recipe:
    """Return a recipe that reaches a target; see `fill_recipe`."""
    return fill_recipe(
        model,
        analysis,
        target.method,
        None if target.pattern else target.sparsity,
        of=target.of,
        calibration=calibration,
        pattern=target.pattern,
        statistics=statistics,
        progress=progress,
    )


@dataclass(frozen=True, eq=False)
class Situation:
    """What a target is reached from.

    Attributes:
        model: the dense model.
        analysis: its spectra.
        images: to evaluate on; None to prune alone.
        calibration: for the methods that want some.
        dense: accuracy of the dense model on ``images``, where it is known.
        device: where to learn and to evaluate.
        batch_size: images in a batch of an evaluation; None for automatic.
    """

    model: LoadedModel
    analysis: Analysis
    images: ImageSet | None
    calibration: ImageSet | None
    dense: Evaluation | None
    device: str
    batch_size: int | None = None


def reach_target(
    start: Situation, target: Target, tell: Callable[[Piece], None], progress: Progress
) -> None:
    """Fill the rules, prune, recover where the rules say so, and evaluate beside the dense model.

    Args:
        start: model, images and what is known of them.
        target: how much shall go, and how.
        tell: called in this order with the recipe, the pruned model, the evaluation of the dense
            model where that was not known, and the evaluation of the pruned one.
        progress: may raise `Cancelled`; what was told by then holds.

    Raises:
        InputError: the target cannot be met, or an image cannot be read.
    """
    seen = len(start.images) if start.images else 0
    looks = seen * (1 if start.dense else 2)
    filling, pruning = (_seen(target, start, n) for n in (_PASSES_TO_FILL, _PASSES_TO_PRUNE))
    walk, known = _Walk(progress), None
    if start.calibration is not None:
        known = CalibrationStatistics(start.model, start.calibration)
    recipe = fill_rules(
        start.model,
        start.analysis,
        target,
        start.calibration,
        walk.piece(filling, pruning + looks, "rules"),
        statistics=known,
    )
    tell(recipe)
    pruned = carry_out(
        start.model,
        recipe,
        analysis=start.analysis,
        calibration=start.calibration,
        statistics=known,
        device=start.device,
        progress=walk.piece(pruning + _recovering(recipe), looks, "pruning"),
    )
    tell(pruned)
    if start.images is None:
        return
    dense = start.dense
    if dense is None:
        reports = walk.piece(seen, seen, "dense model")
        dense = evaluate(
            start.model,
            start.images,
            device=start.device,
            batch_size=start.batch_size,
            progress=reports,
        )
        tell(Measurement(start.model, dense))
    reports = walk.piece(seen, 0, "pruned model")
    found = evaluate(
        pruned,
        start.images,
        reference=dense,
        device=start.device,
        batch_size=start.batch_size,
        progress=reports,
    )
    tell(Measurement(pruned, found))


@dataclass
class _Walk:
    """Progress over pieces of which more is known the further one is; it never goes back."""

    progress: Progress
    done: float = 0.0

    def piece(self, cost: float, later: float, name: str) -> Progress:
        """Return the callback of the next piece, which costs so much, as those after it do."""
        begin = self.done
        self.done = begin + (1 - begin) * cost / (cost + later)
        return portion(self.progress, begin, self.done, name)


def _seen(target: Target, start: Situation, passes: int) -> float:
    """Return the cost of a piece that looks so often at each calibration image, if it does."""
    looks = METHODS[target.method].looks_at_images and start.calibration is not None
    return passes * len(start.calibration or ()) if looks else _BLIND


def _recovering(recipe: Recipe) -> float:
    learning = recipe.recovery
    return _PASSES_PER_VIEW * learning.steps * learning.batch if learning is not None else 0.0
