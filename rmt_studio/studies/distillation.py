"""Bring a pruned model back towards the dense one on unlabelled images, its masks frozen.

The dense model is the teacher: on random views of the calibration images the pruned one learns to
give the same logits and the same final features. No label is looked at, and what a rule removed
stays removed.

Source: Hinton, Vinyals & Dean (2015), "Distilling the knowledge in a neural network"; features as
in Romero et al. (2015), "FitNets".
"""

from __future__ import annotations

import copy
import json
import math
from typing import TYPE_CHECKING

import torch

from rmt_studio.errors import InputError
from rmt_studio.evaluation.private_copy import private_copy
from rmt_studio.models.devices import native_precision, usable_device
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning import Distillation
from rmt_studio.studies.crops import Crops
from rmt_studio.studies.learned import with_network
from rmt_studio.training.losses import divergence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel

_WARM_UP = 10  # steps in which the learning rate rises
_BETAS = (0.9, 0.98)  # a few hundred steps are too few for the usual 0.999
_MASKED = ("masked", "dense")


def distill(
    dense: LoadedModel,
    pruned: PrunedModel,
    images: ImageSet,
    settings: Distillation | None = None,
    *,
    device: str = "cpu",
    on_step: Callable[[int, float], None] | None = None,
    progress: Progress = no_progress,
) -> PrunedModel:
    """Return the pruned model after learning from the dense one; both are left as they are.

    All parameters that are not frozen move, but for the entries that a mask removed. A matrix kept
    as factors is not moved at all: its rank would not survive. So stored parameters are the same
    before and after.

    Args:
        dense: the teacher.
        pruned: the student, made from it by `rmt_studio.pruning.prune`.
        images: unlabelled; more help more.
        settings: how long and how to learn.
        device: where to compute; bfloat16 products there if it has them.
        on_step: called after each step with its number and its loss.
        progress: called between steps; may raise `Cancelled`.

    Raises:
        InputError: an image cannot be read, or the loss is not finite.
    """
    settings = settings or Distillation()
    place = usable_device(device)
    views = Crops(images, dense.data_config, settings.smallest_crop, progress)
    teacher = private_copy(dense.module, place)
    student = copy.deepcopy(pruned.module).to(place).eval()
    fixed = _fixed_entries(pruned, place)
    learned = _Lesson(teacher, student, fixed, settings)
    for step, batch in enumerate(_batches(views, settings)):
        progress(step, settings.steps, "learning from the dense model")
        loss = learned.step(batch.to(place), step)
        if not math.isfinite(loss):
            reason = f"has a loss of {loss} after {step} steps"
            raise InputError("distillation", reason, "choose a smaller learning rate")
        if on_step is not None:
            on_step(step, loss)
    progress(settings.steps, settings.steps, "")
    home = next(pruned.module.parameters()).device
    note = {"distillation": json.dumps(settings.model_dump(mode="json"), sort_keys=True)}
    return with_network(dense, pruned, student.to(home), note)


class _Lesson:
    """Teacher, student and optimiser."""

    def __init__(
        self,
        teacher: nn.Module,
        student: nn.Module,
        fixed: dict[str, Tensor],
        settings: Distillation,
    ) -> None:
        self._teacher, self._student, self._settings = teacher, student, settings
        named = dict(student.named_parameters())
        self._fixed = [
            (named[key], mask, named[key].detach().clone()) for key, mask in fixed.items()
        ]
        self._parameters = [parameter for parameter in named.values() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._parameters, lr=settings.learning_rate, betas=_BETAS, weight_decay=0.0
        )

    def step(self, batch: Tensor, step: int) -> float:
        """Take one step and return its loss."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * _schedule(step, self._settings.steps)
        with native_precision(batch.device):
            with torch.no_grad():
                features, logits = _outputs(self._teacher, batch)
            ours, our_logits = _outputs(self._student, batch)
        loss = self._loss(features.float(), logits.float(), ours.float(), our_logits.float())
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        with torch.no_grad():
            for parameter, mask, values in self._fixed:
                parameter.copy_(torch.where(mask, values, parameter))
        return loss.item()

    def _loss(self, features: Tensor, logits: Tensor, ours: Tensor, our_logits: Tensor) -> Tensor:
        apart = divergence(our_logits, logits, self._settings.temperature)
        distance = (ours - features).square().mean() / features.square().mean()
        return apart + self._settings.features * distance


def _outputs(module: nn.Module, batch: Tensor) -> tuple[Tensor, Tensor]:
    """Return final features and logits."""
    features = module.forward_features(batch)  # pyright: ignore[reportCallIssue]
    return features, module.forward_head(features)  # pyright: ignore[reportCallIssue]


def _schedule(step: int, steps: int) -> float:
    rise = min(1.0, (step + 1) / _WARM_UP)
    return rise * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def _batches(views: Crops, settings: Distillation) -> Iterator[Tensor]:
    """Yield the views of each step; every image comes once before any comes again."""
    generator = torch.Generator().manual_seed(settings.seed)
    waiting: list[int] = []
    for _ in range(settings.steps):
        while len(waiting) < settings.batch:
            waiting += torch.randperm(len(views), generator=generator).tolist()
        yield views.draw(waiting[: settings.batch], generator)
        del waiting[: settings.batch]


def _fixed_entries(pruned: PrunedModel, device: torch.device) -> dict[str, Tensor]:
    """Return, by parameter, which entries must not move: removed ones, and matrices of factors."""
    fixed: dict[str, Tensor] = {}
    for layer in pruned.layers:
        effect = pruned.effects.get(layer.name)
        if effect is None:
            continue
        parameter = pruned.module.get_parameter(layer.parameter)
        mask = fixed.setdefault(layer.parameter, torch.zeros_like(parameter, dtype=torch.bool))
        rows = mask.view(mask.shape[0], -1)[slice(*layer.rows) if layer.rows else slice(None)]
        rows |= pruned.weight(layer) == 0 if effect.stored_as in _MASKED else True
    return {name: mask.to(device) for name, mask in fixed.items()}
