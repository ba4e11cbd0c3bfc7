"""One optimiser step: gradients over the pieces of a batch, clipped, and AdamW."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.func import functional_call

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError, is_out_of_memory
from rmt_studio.training.losses import penalty, prediction_loss
from rmt_studio.training.network import PREFIX, FeaturesAndLogits, interruptible
from rmt_studio.training.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from rmt_studio.training.settings import FineTuning
    from rmt_studio.training.weights import Weights

PIECE_ON_CPU = 8
"""Images at a time on the CPU: more are not faster there, and a pass through them is left soon."""

_SMALLEST_SCALE = 2.0**-10


class Lesson:
    """Student, teacher and optimiser.

    Networks run in evaluation mode: statistics of batch norms stay as they are and nothing is
    dropped, so a step does not depend on how its batch is cut.

    Attributes:
        weights: what moves.
        optimizer: AdamW over their leaves.
        precision: of the products.
        piece: images at a time; halved when memory runs out, the batch stays.
    """

    def __init__(
        self,
        student: nn.Module,
        weights: Weights,
        settings: FineTuning,
        teacher: nn.Module | None,
        device: torch.device,
    ) -> None:
        self.weights, self._settings, self._device = weights, settings, device
        self._student = FeaturesAndLogits(student).eval()
        self._teacher = None
        if settings.needs_teacher:
            if teacher is None:
                raise InputError("training", "learns from a dense model, and there is none")
            self._teacher = FeaturesAndLogits(teacher).eval()
        self.precision = Precision(settings.precision, device)
        self.piece = min(settings.batch, PIECE_ON_CPU) if device.type == "cpu" else settings.batch
        decay = {True: settings.weight_decay, False: 0.0}
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [leaf], "weight_decay": decay[weights.decays(name)]}
                for name, leaf in weights.leaves.items()
            ],
            lr=settings.learning_rate,
        )

    def step(self, images: Tensor, targets: Tensor, rate: float, tick: Callable[[], None]) -> float:
        """Take one step and return its loss.

        Args:
            images: shape (batch, channels, height, width).
            targets: class indices, shape (batch,).
            rate: the learning rate.
            tick: called between blocks; what it raises leaves parameters and moments untouched.

        Raises:
            InputError: loss or gradient is not finite; parameters are as before the step.
            DeviceError: memory does not hold a single image.
        """
        loss = self._gradients(images.to(self._device), targets.to(self._device), tick)
        if not math.isfinite(loss):
            raise InputError("training", f"has a loss of {loss}", _SMALLER)
        scaler = self.precision.scaler
        scaler.unscale_(self.optimizer)
        leaves = list(self.weights.leaves.values())
        norm = torch.nn.utils.clip_grad_norm_(leaves, self._settings.clip or math.inf)
        if not scaler.is_enabled() and not norm.isfinite():
            raise InputError("training", "has a gradient that is not finite", _SMALLER)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        scaler.step(self.optimizer)
        scaler.update()
        if scaler.is_enabled() and scaler.get_scale() < _SMALLEST_SCALE:
            reason = "has gradients that are not finite in float16 at any scale"
            raise InputError("training", reason, "choose float32 or bfloat16")
        return loss

    def _gradients(self, images: Tensor, targets: Tensor, tick: Callable[[], None]) -> float:
        """Leave the gradients of the loss in the leaves; memory that runs out halves pieces."""
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                return self._accumulated(images, targets, tick)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            self.optimizer.zero_grad(set_to_none=True)
            if self.piece == 1:
                reason = "memory does not hold a single image of this model with its gradients"
                raise DeviceError("the device", reason, "close other programs or choose another")
            self.piece = self.piece // 2
            if self._device.type == "cuda":
                torch.cuda.empty_cache()

    def _accumulated(self, images: Tensor, targets: Tensor, tick: Callable[[], None]) -> float:
        total, first = 0.0, True
        pieces = zip(images.split(self.piece), targets.split(self.piece), strict=True)
        for piece, labels in pieces:
            tick()
            parameters = self.weights.parameters()
            loss = self._loss(piece, labels, parameters, tick) * (len(piece) / len(images))
            if first:
                extra = penalty(self.weights.matrices(parameters), self._settings)
                loss = loss if extra is None else loss + extra
                first = False
            self.precision.scaler.scale(loss).backward()
            total += loss.item()
        return total

    def _loss(
        self,
        images: Tensor,
        targets: Tensor,
        parameters: dict[str, Tensor],
        tick: Callable[[], None],
    ) -> Tensor:
        named = {PREFIX + name: parameter for name, parameter in parameters.items()}
        with self.precision.products():
            theirs = None
            if self._teacher is not None:
                with torch.no_grad(), interruptible(self._teacher.network, tick):
                    theirs = self._teacher(images)
            with interruptible(self._student.network, tick):
                ours = functional_call(self._student, named, (images,))
        return prediction_loss(ours, theirs, targets, self._settings)


_SMALLER = "choose a smaller learning rate or another precision"
