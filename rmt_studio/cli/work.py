"""What the commands do: the main job of the window, step by step in a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.cli.report import (
    accuracy_line,
    export_record,
    progress_bar,
    pruned_line,
    pruned_record,
    screen,
    write_json,
)
from rmt_studio.cli.written import Shape, write
from rmt_studio.data.images import ImageSet, digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.models.devices import usable_device
from rmt_studio.models.export import require_choice
from rmt_studio.models.loading import LoadedModel, load_model
from rmt_studio.pruning import (
    CalibrationStatistics,
    Recipe,
    calibration_images,
    fill_recipe,
    method_named,
)
from rmt_studio.reports import model_record
from rmt_studio.studies import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.analysis import Analysis
    from rmt_studio.pruning import Distillation

__all__ = [
    "Target",
    "evaluate_command",
    "images_for",
    "load",
    "model_record",
    "prune_command",
    "require_targets",
]


class Target(NamedTuple):
    """What ``prune`` aims at, as `rmt_studio.pruning.fill_recipe` takes it."""

    method: str
    sparsity: float | None
    of: str
    pattern: str | None = None
    seed: int = 0

    @property
    def needs_images(self) -> bool:
        """Whether the method looks at calibration images; `InputError` for an unknown one."""
        return method_named(self.method).needs_images

    @property
    def takes_images(self) -> bool:
        """Whether it does so where there are some."""
        return method_named(self.method).takes_images


def load(name: str, checkpoint: Path | None) -> LoadedModel:
    """Load a model with a progress bar."""
    with progress_bar("Load") as progress:
        return load_model(name, checkpoint=checkpoint, progress=progress)


def require_targets(sources: tuple[Path | None, ...], *targets: Path | None) -> None:
    """Refuse, before any work is done, files that could not be written or would hit another.

    Raises:
        InputError: the folder of a target is missing or read-only, or the target is a source or
            another target.
    """
    taken = [path.resolve() for path in sources if path is not None]
    for target in (path.resolve() for path in targets if path is not None):
        if target in taken:
            raise InputError(target, "is named twice", "give each file a name of its own")
        if not os.access(target.parent, os.W_OK):
            reason = "lies in a folder that is missing or may not be written to"
            raise InputError(target, reason, "choose another folder")
        taken.append(target)


def prune_command(
    name: str,
    checkpoint: Path | None,
    recipe_file: Path | None,
    target: Target | None,
    output: Path,
    save_recipe: Path | None,
    json: Path | None,
    *,
    shape: Shape,
    calibration: Path | None = None,
    distillation: Distillation | None = None,
) -> None:
    """Prune, learn where asked, export, verify; print and write what was done."""
    require_targets((checkpoint, recipe_file), output, save_recipe, json)
    require_choice(shape.format, shape.dtype, output)
    recipe = Recipe.open(recipe_file) if recipe_file is not None else None
    needed = target.needs_images if target else bool(recipe and recipe.needs_images)
    images = calibration_images(calibration) if calibration is not None else None
    model = load(name, checkpoint)
    wanted = target is not None and target.takes_images and model.source.kind == "demo"
    if images is None and (needed or wanted or distillation is not None):
        images = _own_images(model)
    analysis = _analyzed(model) if target else None
    known = None if images is None else CalibrationStatistics(model, images)
    if target and analysis is not None:
        recipe = _filled(model, analysis, target, images, known)
        if recipe.note:
            screen.print(f"{target.method}: {recipe.note}")
    recipe = recipe or Recipe()
    if distillation is not None:
        recipe = recipe.model_copy(update={"recovery": distillation})
    with progress_bar("Prune") as progress:
        pruned = carry_out(
            model,
            recipe,
            analysis=analysis,
            calibration=images,
            statistics=known,
            progress=progress,
        )
    screen.print(pruned_line(pruned))
    report = write(pruned, output, shape)
    if save_recipe is not None:
        pruned.recipe.save(save_recipe)
    if json is not None:
        told = {**model_record(model), **pruned_record(pruned), "export": export_record(report)}
        write_json(json, told)


def evaluate_command(
    name: str,
    checkpoint: Path | None,
    data: Path | None,
    device: str,
    batch_size: int | None,
    json: Path | None,
) -> None:
    """Print the accuracy on an image folder and write it where asked."""
    usable_device(device)
    require_targets((checkpoint,), json)
    if data is not None and not data.is_dir():
        raise InputError(data, "is not a folder", "give a folder with one sub-folder per class")
    model = load(name, checkpoint)
    images = digits() if name == "demo" and data is None else images_for(model, data)
    with progress_bar("Evaluate") as progress:
        result = evaluate(
            model, images, device=device, batch_size=batch_size, progress=progress
        )  # fmt: skip
    screen.print(f"{model.title}: {accuracy_line(result)}")
    if json is not None:
        write_json(json, {**model_record(model), **result.record()})


def images_for(model: LoadedModel, data: Path | None) -> ImageSet:
    """Return the images to evaluate on; the demo brings its own.

    Raises:
        InputError: no folder was named, or it does not fit the model.
    """
    if data is not None:
        return open_images(data, num_classes=model.num_classes)
    if model.source.kind == "demo":
        return digits()
    raise InputError("--data", "is missing", "name an image folder with one sub-folder per class")


def images_to_learn_from(model: LoadedModel, data: Path | None, *, labels: bool) -> ImageSet:
    """Return the images of a folder, or the training digits of the demo.

    Raises:
        InputError: there is no folder named, or none that can be learned from.
    """
    if data is None:
        if model.source.kind == "demo":
            return digits("train")
        raise InputError("--data", "is missing", "name the folder of images to learn from")
    if labels:
        return open_images(data, num_classes=model.num_classes)
    return calibration_images(data)


def _own_images(model: LoadedModel) -> ImageSet:
    """Return the images that the demo brings to calibrate with: those that it was trained on.

    Raises:
        InputError: it is another model.
    """
    if model.source.kind == "demo":
        return digits("train")
    next_step = "name an image folder, at any depth; labels are not looked at"
    raise InputError("--calibration", "is missing, this way of pruning needs images", next_step)


def _analyzed(model: LoadedModel) -> Analysis:
    with progress_bar("Analyse") as progress:
        return analyze(model, progress=progress, cache=SpectrumCache())


def _filled(
    model: LoadedModel,
    analysis: Analysis,
    target: Target,
    images: ImageSet | None,
    known: CalibrationStatistics | None,
) -> Recipe:
    with progress_bar("Fill rules") as progress:
        return fill_recipe(
            model,
            analysis,
            target.method,
            target.sparsity,
            of=target.of,
            calibration=images,
            seed=target.seed,
            pattern=target.pattern,
            statistics=known,
            progress=progress,
        )
