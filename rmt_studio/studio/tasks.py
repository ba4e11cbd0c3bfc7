"""The work behind the window's jobs: from values of the document to new values.

Module-level functions with ``progress`` last, so that ``functools.partial`` makes a job of each
and no thread ever holds a widget.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from rmt_studio.analysis import Analysis, SpectrumCache, analyze
from rmt_studio.data.images import ImageSet, open_images
from rmt_studio.evaluation.accuracy import Evaluation, evaluate
from rmt_studio.models.export import ExportReport, export
from rmt_studio.models.loading import LoadedModel, load_model
from rmt_studio.models.offer import Offer, offer
from rmt_studio.pruning import (
    Effect,
    LayerProfile,
    PrunedModel,
    Recipe,
    calibration_images,
    sample_inputs,
)
from rmt_studio.studies import carry_out
from rmt_studio.studies.cycles.masked import PROVENANCE as CYCLES
from rmt_studio.studies.finetune import NOTE as FINE_TUNING
from rmt_studio.studio.document import Run
from rmt_studio.studio.foreseen import foreseen_effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.progress import Progress
    from rmt_studio.studio.export_tasks import ExportChoice

Inputs = Mapping[str, Tensor]
_LEARNING = (CYCLES, FINE_TUNING)


def load(name: str, checkpoint: str | None, progress: Progress) -> LoadedModel:
    """Load a model by architecture name, folder or checkpoint."""
    return load_model(name, checkpoint=checkpoint, progress=progress)


def look_at(path: str, progress: Progress) -> Offer:
    """Say what a checkpoint is likely to be, from its header."""
    progress(0, 1, "looking at the file")
    return offer(Path(path), progress)


def read_images(folder: str, classes: int | None, progress: Progress) -> ImageSet:
    """List the images of a folder; ``classes`` is how many the model knows."""
    progress(0, 1, "reading the folder")
    return open_images(folder, num_classes=classes)


def analyze_model(
    model: LoadedModel,
    recipe: Recipe,
    on_layer: Callable[[LayerAnalysis], None],
    device: str,
    progress: Progress,
) -> Analysis:
    """Analyse a model on a device with the bulk fit that the recipe's edges refer to."""
    fit = recipe.bulk_fit
    return analyze(
        model,
        method=fit.method,
        options=fit.options,
        device=device,
        on_layer=on_layer,
        progress=progress,
        cache=SpectrumCache(),
    )


def sample_layer_inputs(model: LoadedModel, images: ImageSet, progress: Progress) -> Inputs:
    """Return a sample of each layer's inputs on these images, by parameter name."""
    model.read(progress)
    return sample_inputs(model, images, progress=progress)


def profile_layer(
    model: LoadedModel, layer: LayerAnalysis, inputs: Inputs, progress: Progress
) -> LayerProfile:
    """Return the sums from which the effect of a moving threshold is a look-up."""
    progress(0, 1)
    sample = inputs.get(layer.layer.parameter)
    return LayerProfile.of(model.weight(layer.layer), layer.spectrum, layer.fit, sample)


def measure_effects(
    model: LoadedModel,
    recipe: Recipe,
    layers: list[LayerAnalysis],
    inputs: Inputs,
    progress: Progress,
) -> dict[str, Effect]:
    """Return what the recipe does to each of the given layers."""
    effects = {}
    for done, layer in enumerate(layers):
        progress(done, len(layers), layer.name)
        sample = inputs.get(layer.layer.parameter)
        rule, weight = recipe.rule(layer.name), model.weight(layer.layer)
        effects[layer.name] = foreseen_effect(weight, rule, layer, sample)
    return effects


def read_calibration(folder: str, progress: Progress) -> ImageSet:
    """List the images of a folder at any depth; labels are not looked for."""
    progress(0, 1, "reading the folder")
    return calibration_images(folder)


def common_files(one: ImageSet, other: ImageSet, progress: Progress) -> int:
    """Return how many files are in both sets; images without a file count as none."""
    progress(0, 1)
    return len(_files(one) & _files(other))


def _files(images: ImageSet) -> set[str]:
    return {os.path.abspath(x.source) for x in images.samples if isinstance(x.source, Path)}


def make_pruned(
    model: LoadedModel,
    recipe: Recipe,
    analysis: Analysis,
    calibration: ImageSet | None,
    device: str,
    progress: Progress,
) -> PrunedModel:
    """Carry a recipe out on a copy of the model."""
    model.read(progress)
    return carry_out(
        model,
        recipe,
        analysis=analysis,
        calibration=calibration,
        device=device,
        progress=progress,
    )


def measure_accuracy(
    model: LoadedModel,
    images: ImageSet,
    reference: Evaluation | None,
    device: str,
    progress: Progress,
    *,
    batch_size: int | None = None,
) -> Evaluation:
    """Evaluate a model on a device, so many images at a time; automatic without a number."""
    model.read(progress)
    return evaluate(
        model,
        images,
        reference=reference,
        device=device,
        batch_size=batch_size,
        progress=progress,
    )


def write_checkpoint(
    model: LoadedModel,
    path: str,
    wanted: ExportChoice,
    accuracy: Mapping[str, Any] | None,
    progress: Progress,
) -> ExportReport:
    """Export a model in a format and verify it in a fresh process."""
    model.read(progress)
    return export(
        model,
        path,
        format=wanted.format,
        dtype=wanted.dtype,
        zstd=wanted.zstd,
        accuracy=accuracy,
        progress=progress,
    )


def run_of(model: LoadedModel, evaluation: Evaluation, label: str) -> Run:
    """Return the row of the results table for an evaluation of ``model``."""
    pruned = model if isinstance(model, PrunedModel) else None
    return Run(
        label=label,
        recipe=pruned.recipe if pruned else None,
        evaluation=evaluation,
        parameters=model.parameter_count,
        parameters_kept=pruned.parameters_kept if pruned else model.parameter_count,
        sparsity=pruned.sparsity if pruned else 0.0,
        block_sparsity=pruned.block_sparsity if pruned else 0.0,
        layer_sparsity={x: e.sparsity for x, e in pruned.effects.items()} if pruned else {},
        learned=learned_by(model),
    )


def learned_by(model: LoadedModel) -> str:
    """Return how a model learned after its rules were carried out; empty where it did not."""
    return learned_in(model.provenance)


def learned_in(provenance: Mapping[str, str]) -> str:
    """Return the same of what a model or its file says of itself."""
    return "\n".join(provenance[key] for key in _LEARNING if key in provenance)
