"""The selection phase of SER: the removed entries alone are trained, all else stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rmt_studio.evaluation.private_copy import private_copy
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import Progress, no_progress
from rmt_studio.studies.cycles.masked import pruned_layers
from rmt_studio.training import FineTuning, Report, Views, only_entries, train

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles.ranking import Masks


def values_after_selection(
    dense: LoadedModel,
    pruned: PrunedModel,
    removed: Masks,
    images: ImageSet,
    settings: FineTuning,
    *,
    device: str = "cpu",
    on_report: Callable[[Report], None] | None = None,
    progress: Progress = no_progress,
) -> dict[str, Tensor]:
    """Return each block matrix after the phase; entries that are not removed are what they were.

    Removed entries begin at 0, so what one holds is how far it moved.

    Args:
        dense: the teacher, where the loss looks at it.
        pruned: the student; not changed.
        removed: by layer, which entries may move.
        images: to learn from.
        settings: how long and how.
        device: where to compute.
        on_report: called after each step.
        progress: may raise `Cancelled`.

    Raises:
        InputError: an image cannot be read, or the loss is not finite.
    """
    place = usable_device(device)
    layers = pruned_layers(pruned)
    trained = train(
        private_copy(pruned.module, place),
        only_entries(pruned.module, _by_parameter(pruned, removed)),
        Views(images, dense.data_config, settings),
        settings,
        device=place,
        teacher=private_copy(dense.module, place) if settings.needs_teacher else None,
        on_report=on_report,
        progress=progress,
    )
    unfolded = {name: values.flatten(1) for name, values in trained.parameters.items()
                if values.ndim > 1}  # fmt: skip
    return {
        layer.name: unfolded[layer.parameter][slice(*layer.rows) if layer.rows else slice(None)]
        if layer.parameter in unfolded
        else pruned.weight(layer)
        for layer in layers
    }


def _by_parameter(pruned: PrunedModel, removed: Masks) -> dict[str, Tensor]:
    masks: dict[str, Tensor] = {}
    for layer in pruned_layers(pruned):
        parameter = pruned.module.get_parameter(layer.parameter)
        mask = masks.setdefault(layer.parameter, torch.zeros_like(parameter, dtype=torch.bool))
        rows = mask.view(mask.shape[0], -1)[slice(*layer.rows) if layer.rows else slice(None)]
        rows |= removed[layer.name]
    return masks
