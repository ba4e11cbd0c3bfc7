"""All that a recipe asks for: prune, then learn from the dense model where it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning import PrunedModel, prune
from rmt_studio.studies.course import portion
from rmt_studio.studies.distillation import distill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import CalibrationStatistics, Recipe

_PRUNING = 0.2  # share of the progress that pruning takes where learning follows


def carry_out(
    model: LoadedModel,
    recipe: Recipe,
    *,
    analysis: Iterable[LayerAnalysis] | None = None,
    calibration: ImageSet | None = None,
    statistics: CalibrationStatistics | None = None,
    device: str = "cpu",
    on_step: Callable[[int, float], None] | None = None,
    progress: Progress = no_progress,
) -> PrunedModel:
    """Return what becomes of a model under a recipe; the model itself is left untouched.

    Args:
        model: the dense model.
        recipe: rules by layer name, and whether and how to learn afterwards.
        analysis: spectra and fits, where they are at hand, see `rmt_studio.pruning.prune`.
        calibration: unlabelled images to measure the layers with and to learn from.
        statistics: what is known already of the model on these images, see
            `rmt_studio.pruning.fill_recipe`.
        device: where to learn.
        on_step: called after each step of learning with its number and its loss.
        progress: may raise `Cancelled`.

    Raises:
        InputError: the recipe does not fit the model, or needs calibration images and there are
            none.
    """
    if recipe.recovery is None:
        return prune(
            model,
            recipe,
            analysis=analysis,
            calibration=calibration,
            statistics=statistics,
            progress=progress,
        )
    if calibration is None:
        reason = "learns from the dense model and needs calibration images for that"
        raise InputError("recipe", reason, "give an image folder (--calibration); no labels needed")
    pruned = prune(
        model,
        recipe,
        analysis=analysis,
        calibration=calibration,
        statistics=statistics,
        progress=portion(progress, 0.0, _PRUNING, "pruning"),
    )
    return distill(
        model,
        pruned,
        calibration,
        recipe.recovery,
        device=device,
        on_step=on_step,
        progress=portion(progress, _PRUNING, 1.0, ""),
    )
