"""How often a model is right: top-1, top-5, loss, agreement with a reference, and how sure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from rmt_studio.data.decoded_ahead import DecodedAhead
from rmt_studio.data.images import open_images
from rmt_studio.errors import InputError
from rmt_studio.evaluation import cost
from rmt_studio.evaluation.batches import BatchSize, images_that_fit, outputs
from rmt_studio.evaluation.intervals import paired_difference, wilson
from rmt_studio.evaluation.private_copy import between_blocks, private_copy
from rmt_studio.evaluation.result import Evaluation, RunningAccuracy
from rmt_studio.models.devices import usable_device
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel

__all__ = ["Evaluation", "RunningAccuracy", "evaluate", "spread"]


class _Outcome(NamedTuple):
    """Per image: the predicted class, the true class, true class among five, cross-entropy."""

    predictions: np.ndarray
    targets: np.ndarray
    among_five: np.ndarray
    losses: np.ndarray


def evaluate(
    model: LoadedModel,
    images: ImageSet | str | Path,
    *,
    reference: Evaluation | None = None,
    device: str = "cpu",
    batch_size: int | None = None,
    limit: int | None = None,
    progress: Progress = no_progress,
    on_batch: Callable[[RunningAccuracy], None] | None = None,
) -> Evaluation:
    """Run the model over the images and count, in fp32.

    Args:
        model: not changed, and free to be read meanwhile.
        images: an image set, or the path of an image folder; decoded in threads, transformed as
            the model's own data config says.
        reference: an evaluation of another model on the same images, to compare with.
        device: ``cpu``, ``cuda:0``, ...; another device than the model's gets a copy of it.
        batch_size: by default the size at which most images a second were measured, of those that
            fit 0.3 s and the device's memory; halved when memory runs out. The result does not
            depend on it.
        limit: at most so many images, spread evenly over the set.
        progress: called between images and between the blocks of the model with images done.
        on_batch: called after each batch with the accuracy so far.

    Raises:
        InputError: an image that cannot be read, a class count that is not the model's, an
            unusable device, a reference on other images, outputs that are not finite.
    """
    start = time.perf_counter()
    place = usable_device(device)
    if isinstance(images, str | Path):
        images = open_images(images, num_classes=getattr(model, "num_classes", None))
    order = spread(len(images), limit)
    names = tuple(images.samples[index].name for index in order)
    if reference is not None:
        _refuse_other_images(reference, names, images.name)
    dataset = images.with_transform(model.data_config)
    module = private_copy(model.module, place)
    run = _Run(module, len(images.class_names), len(order), place, progress, on_batch)
    with DecodedAhead(dataset, order) as decoded:
        outcome = run.over(decoded, BatchSize.of(batch_size))
    counts = cost.parameters(module)
    return Evaluation(
        label=model.title,
        images=images.name,
        n=len(order),
        **_rates(outcome),
        **_comparison(outcome, reference),
        seconds=time.perf_counter() - start,
        device=str(place),
        parameters=counts.total,
        nonzero_parameters=counts.nonzero,
        names=names,
        predictions=outcome.predictions,
        targets=outcome.targets,
    )


def spread(total: int, limit: int | None) -> list[int]:
    """Return the places of at most ``limit`` images, evenly spread over ``total``.

    Raises:
        InputError: a limit below 1, or no images.
    """
    if total < 1:
        raise InputError("images", "there are none to evaluate", "give another folder")
    if limit is None or limit >= total:
        return list(range(total))
    if limit < 1:
        raise InputError("limit", f"{limit} is below 1", "give the number of images to use")
    return [place * total // limit for place in range(limit)]


@dataclass
class _Run:
    """One pass over the images, with the count so far."""

    module: torch.nn.Module
    classes: int
    total: int
    device: torch.device
    progress: Progress
    on_batch: Callable[[RunningAccuracy], None] | None
    done: int = 0
    right: int = 0

    def over(self, decoded: DecodedAhead, size: BatchSize) -> _Outcome:
        parts: list[_Outcome] = []
        images_that_fit(self.device, 1)  # from here on its peak is that of a batch
        with between_blocks(self.module, self.tick), torch.inference_mode():
            while (batch := decoded.take(size.current, self.tick)) is not None:
                start = time.perf_counter()
                logits = outputs(self.module, batch[0], size, self.device)
                seconds = time.perf_counter() - start
                size.took(len(logits), seconds, images_that_fit(self.device, size.current))
                self._refuse(logits)
                parts.append(_judge(logits, batch[1]))
                self._announce(parts[-1])
        return _Outcome(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def tick(self) -> None:
        self.progress(self.done, self.total, self._note())

    def _note(self) -> str:
        if not self.done:
            return "first images"
        low, high = wilson(self.right, self.done)
        return f"top-1 {self.right / self.done:.1%} ({100 * low:.1f}-{100 * high:.1f})"

    def _announce(self, part: _Outcome) -> None:
        self.done += len(part.targets)
        self.right += int((part.predictions == part.targets).sum())
        if self.on_batch is not None:
            top1, interval = self.right / self.done, wilson(self.right, self.done)
            self.on_batch(RunningAccuracy(self.done, self.total, top1, interval))
        self.tick()

    def _refuse(self, logits: Tensor) -> None:
        if logits.ndim != 2 or logits.shape[1] != self.classes:
            reason = f"gives outputs of shape {tuple(logits.shape[1:])} for {self.classes} classes"
            raise InputError("the model", reason, "give images of the classes it was trained on")
        if not bool(torch.isfinite(logits).all()):
            reason = "gives outputs that are not finite, so nothing can be counted"
            raise InputError("the model", reason, "look for damaged or overflowing weights")


def _judge(logits: Tensor, targets: Tensor) -> _Outcome:
    predictions = logits.argmax(dim=1)
    best = logits.topk(min(5, logits.shape[1]), dim=1).indices
    among = (best == targets[:, None]).any(dim=1) | (predictions == targets)
    losses = F.cross_entropy(logits.double(), targets, reduction="none")
    return _Outcome(predictions.numpy(), targets.numpy(), among.numpy(), losses.numpy())


def _rates(outcome: _Outcome) -> dict[str, Any]:
    correct = outcome.predictions == outcome.targets
    return {
        "top1": float(correct.mean()),
        "top5": float(outcome.among_five.mean()),
        "loss": float(outcome.losses.mean()),
        "top1_interval": wilson(int(correct.sum()), len(correct)),
    }


def _comparison(outcome: _Outcome, reference: Evaluation | None) -> dict[str, Any]:
    if reference is None:
        keys = ("agreement", "top1_difference", "top1_difference_interval")
        return dict.fromkeys(keys)
    correct = outcome.predictions == outcome.targets
    gained, lost = (
        int((correct & ~reference.correct).sum()),
        int((reference.correct & ~correct).sum()),
    )
    return {
        "agreement": float((outcome.predictions == reference.predictions).mean()),
        "top1_difference": (gained - lost) / len(correct),
        "top1_difference_interval": paired_difference(gained, lost, len(correct)),
    }


def _refuse_other_images(reference: Evaluation, names: tuple[str, ...], images: str) -> None:
    if reference.names != names:
        reason = f"was measured on {reference.n} images of {reference.images}, not on these"
        next_step = f"evaluate the reference on the same {len(names)} images of {images}"
        raise InputError(f"the reference {reference.label}", reason, next_step)
