"""A course of cycles: prune, put back, fine-tune, evaluate, keep; and going on with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.evaluation.accuracy import Evaluation, spread
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import Progress, no_progress
from rmt_studio.studies.course import STEPS
from rmt_studio.studies.cycles.course import Course
from rmt_studio.studies.cycles.folder import CycleFolder
from rmt_studio.studies.cycles.reallocation import entries_to_remove
from rmt_studio.studies.finetune import require_images
from rmt_studio.studies.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles.recipe import CycleRecipe
    from rmt_studio.studies.cycles.row import CycleReport, CycleRow

    OnCycle = Callable[[CycleRow, PrunedModel | None], None]


@dataclass(frozen=True, eq=False)
class Cycles:
    """What a course came to.

    Attributes:
        dense: the accuracy of the dense model.
        rows: of the cycles, in order.
        model: the pruned model after the last.
    """

    dense: Evaluation
    rows: tuple[CycleRow, ...]
    model: PrunedModel


def run_cycles(
    dense: LoadedModel,
    recipe: CycleRecipe,
    images: ImageSet,
    *,
    evaluation: ImageSet,
    folder: Path,
    limit: int | None = None,
    validation: ImageSet | None = None,
    analysis: Analysis | None = None,
    device: str = "cpu",
    resume: bool = False,
    on_cycle: OnCycle | None = None,
    on_report: Callable[[CycleReport], None] | None = None,
    progress: Progress = no_progress,
) -> Cycles:
    """Prune and fine-tune cycle by cycle; after each the folder holds its weights and its row.

    On a CPU with a given number of threads the bytes are the same whether or not the course was
    interrupted and gone on with.

    Args:
        dense: the model at the beginning, and the teacher; not changed.
        recipe: targets, methods and fine-tuning.
        images: to learn from; labels are needed unless its distillation is 1.
        evaluation: labelled images that each cycle is measured on. Nothing is learned or chosen
            from them.
        folder: made if missing; receives ``cycle-01.safetensors`` ... and ``cycles.json``.
        limit: at most so many of the images to evaluate on.
        validation: labelled images that say which epoch of a fine-tuning is the best.
        analysis: spectra and fits of the dense model, where they are at hand.
        device: where to compute.
        resume: go on with the course in the folder, if there is one.
        on_cycle: called with the row of each cycle and its model; at the beginning with the rows
            of an earlier run and None.
        on_report: called with the steps and epochs of the training.
        progress: may raise `Cancelled`; finished cycles are kept.

    Raises:
        InputError: images that do not serve, a target that the model has passed already, a folder
            with other cycles, or one that cannot be written.
    """
    usable_device(device)
    require_images(dense, images, recipe.fine_tuning)
    entries_to_remove(dense, dense, recipe.targets[0])
    names = tuple(evaluation.samples[place].name for place in spread(len(evaluation), limit))
    identity = Identity.of(
        dense, evaluation, calibration=images, limit=limit, seed=recipe.fine_tuning.seed,
        analysis=analysis,
    )  # fmt: skip
    kept = CycleFolder.open(folder, recipe, identity, evaluation, names, resume=resume)
    course = Course(
        dense, recipe, images, evaluation, limit, validation, analysis, device, kept, on_report
    )
    course.prepare(progress)
    if on_cycle is not None:
        for row in kept.rows:
            on_cycle(row, None)
    current = course.latest()
    for cycle in range(len(kept.rows) + 1, len(recipe.targets) + 1):
        row, current = course.cycle(cycle, current, course.part(progress, cycle))
        if on_cycle is not None:
            on_cycle(row, current)
    progress(STEPS, STEPS, "")
    assert current is not None  # noqa: S101 - a recipe has a cycle
    assert kept.dense is not None  # noqa: S101 - since it was prepared
    return Cycles(kept.dense, tuple(kept.rows), current)
