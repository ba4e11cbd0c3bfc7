"""What is made small: labels, the dense model's predictions, the size of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from rmt_studio.training.settings import FineTuning


def divergence(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return ``T^2 KL(softmax(teacher / T) || softmax(logits / T))``, the mean over images.

    Source: Hinton, Vinyals & Dean (2015), "Distilling the knowledge in a neural network".

    Args:
        logits: of the student, shape (images, classes).
        teacher: of the dense model, the same shape.
        temperature: T.
    """
    return temperature**2 * functional.kl_div(
        (logits / temperature).log_softmax(1),
        (teacher / temperature).log_softmax(1),
        reduction="batchmean",
        log_target=True,
    )


def distance(features: Tensor, teacher: Tensor) -> Tensor:
    """Return ``||f - t||^2 / ||t||^2`` of the final features, the mean over images.

    Source: Romero et al. (2015), "FitNets". Image by image, so that it is the same however a batch
    is cut.
    """
    errors = (features - teacher).flatten(1).square().sum(1)
    return (errors / teacher.flatten(1).square().sum(1)).mean()


def prediction_loss(
    ours: tuple[Tensor, Tensor],
    teacher: tuple[Tensor, Tensor] | None,
    targets: Tensor,
    settings: FineTuning,
) -> Tensor:
    """Return the loss of some images, without penalties on the weights.

    ``(1 - d) CE(logits, targets) + d T^2 KL + f distance`` with d the weight of the distillation
    and f that of the features.

    Args:
        ours: final features and logits of the student.
        teacher: those of the dense model; None where the loss does not look at it.
        targets: class indices, shape (images,); not looked at where d = 1.
        settings: the weights.
    """
    features, logits = (values.float() for values in ours)
    loss = logits.new_zeros(())
    if settings.needs_labels:
        smooth = settings.label_smoothing
        loss = functional.cross_entropy(logits, targets, label_smoothing=smooth)
        loss = (1 - settings.distillation) * loss
    if teacher is not None:
        their_features, their_logits = (values.float() for values in teacher)
        if settings.distillation:
            soft = divergence(logits, their_logits, settings.temperature)
            loss = loss + settings.distillation * soft
        if settings.features:
            loss = loss + settings.features * distance(features, their_features)
    return loss


def penalty(matrices: Iterable[Tensor], settings: FineTuning) -> Tensor | None:
    """Return ``l1 sum |w| + l2 sum w^2`` over the matrices; None where both weights are 0.

    Source: the regularisation of Berlyand et al. (2025).
    """
    if not settings.l1 and not settings.l2:
        return None
    parts = []
    for matrix in matrices:
        if settings.l1:
            parts.append(settings.l1 * matrix.abs().sum())
        if settings.l2:
            parts.append(settings.l2 * matrix.square().sum())
    return torch.stack(parts).sum() if parts else None
