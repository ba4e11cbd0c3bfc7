"""The work behind prune-restore cycles in the window, each course in a folder of its own.

The folder's name follows from what the cycles depend on, their final sparsity aside: so a course
that was stopped goes on where it stood, and one that is through goes on to a higher sparsity.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetensors import safe_open

from rmt_studio.errors import InputError
from rmt_studio.studies.cycles import CycleRecipe, run_cycles
from rmt_studio.studies.cycles.folder import ROWS, read_cycle, read_cycles
from rmt_studio.studies.identity import Identity
from rmt_studio.studies.trial import read_evaluation
from rmt_studio.studio.state_folder import can_begin_anew
from rmt_studio.studio.targets import Measurement
from rmt_studio.studio.tasks import learned_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles import CycleRow, Cycles

_NAME_LENGTH = 16  # letters of the hash in a folder's name


@dataclass(frozen=True)
class CyclesAsked:
    """What the form says.

    Attributes:
        recipe: methods, shares and settings.
        labelled: whether labelled images teach; else the dense model on the calibration ones.
        limit: number of images to evaluate on; None for all.
    """

    recipe: CycleRecipe
    labelled: bool
    limit: int | None = None


@dataclass(frozen=True, eq=False)
class CyclesScene:
    """What a course works on.

    Attributes:
        model: the dense model.
        analysis: its spectra.
        images: to evaluate on.
        calibration: to learn from, with labels or without.
        device: where to learn and evaluate.
        folder: where courses are kept.
        anew: forget what the folder of this course holds.
    """

    model: LoadedModel
    analysis: Analysis
    images: ImageSet
    calibration: ImageSet
    device: str
    folder: Path
    anew: bool = False


@dataclass(frozen=True, eq=False)
class Cycled:
    """A cycle, and how its model learned as the model itself says."""

    row: CycleRow
    learned: str


def run_course(
    scene: CyclesScene,
    asked: CyclesAsked,
    tell: Callable[[Cycled | Measurement | Path], None],
    progress: Progress,
) -> Cycles:
    """Prune, restore and learn cycle by cycle.

    Args:
        scene: model and images.
        asked: recipe and number of images.
        tell: gets the file of rows, then the accuracy of the dense model and each cycle.
        progress: may raise `Cancelled`.

    Raises:
        InputError: as `run_cycles` does, or the folder cannot be made.
    """
    scene.model.read(progress)
    folder = _folder(scene, asked)
    tell(folder / ROWS)

    def told(row: CycleRow, _model: PrunedModel | None) -> None:
        if row.cycle == 1:
            kept = read_cycles(folder)["dense"]
            dense = read_evaluation(kept, scene.images, row.evaluation.names)
            tell(Measurement(scene.model, dense))
        with safe_open(folder / row.file, framework="pt") as file:
            tell(Cycled(row, learned_in(file.metadata() or {})))

    with can_begin_anew(folder):
        return run_cycles(
            scene.model,
            asked.recipe,
            scene.calibration,
            evaluation=scene.images,
            folder=folder,
            limit=asked.limit,
            analysis=scene.analysis,
            device=scene.device,
            resume=True,
            on_cycle=told,
            progress=progress,
        )


def open_cycle(
    folder: Path, model: LoadedModel, recipe: CycleRecipe, row: CycleRow, progress: Progress
) -> PrunedModel:
    """Return the model of a cycle, its weights read from the folder of the course.

    Raises:
        InputError: the file is gone or holds something else.
    """
    model.read(progress)
    return read_cycle(folder / row.file, model, recipe, row.sparsity, progress)


def _folder(scene: CyclesScene, asked: CyclesAsked) -> Path:
    """Return the folder of a course, emptied where it is to begin anew.

    Raises:
        InputError: it cannot be made.
    """
    identity = Identity.of(
        scene.model,
        scene.images,
        calibration=scene.calibration,
        limit=asked.limit,
        analysis=scene.analysis,
    )
    recipe = asked.recipe.model_dump(mode="json", exclude={"sparsity"})
    text = json.dumps([identity.record(), recipe], sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:_NAME_LENGTH]
    folder = scene.folder / f"cycles-{name}"
    try:
        if scene.anew:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(folder, error.strerror or str(error)) from error
    return folder
