"""Stochastic gradient descent with momentum on pictures that lie on the device as one tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

from rmt_studio.errors import InputError
from rmt_studio.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab.dataset import Pictures
    from rmt_studio.studies.lab.network import FullyConnected
    from rmt_studio.studies.lab.settings import LabSettings


def learning_rate(settings: LabSettings, epoch: int) -> float:
    """Return the learning rate of an epoch, counted from 0."""
    return settings.learning_rate * settings.decay ** (epoch // settings.decay_every)


def batches_of(settings: LabSettings, pictures: int) -> int:
    """Return the batches of one epoch; a last one that is not full is left out.

    An epoch's order is new each time, so no picture is left out twice in a row but by chance.
    """
    return max(1, pictures // settings.batch)


def train(
    network: FullyConnected,
    data: Pictures,
    settings: LabSettings,
    *,
    l1: float,
    l2: float,
    seed: int,
    before_epoch: Callable[[int], None] | None = None,
    after_epoch: Callable[[int, float], None] | None = None,
    progress: Progress = no_progress,
) -> None:
    """Train a network in place; the same seed gives the same weights on one device.

    The penalties ``l1 sum |w| + l2 sum w^2`` over the weight matrices enter by their gradients
    ``l1 sign(w) + 2 l2 w``.

    Args:
        network: on the device of the pictures.
        data: what it learns.
        settings: epochs, batch size and step sizes.
        l1: the L1 penalty.
        l2: the L2 penalty.
        seed: of the order of the pictures.
        before_epoch: called with 0, 1, ... before each epoch.
        after_epoch: called with 1, 2, ... and the mean cross-entropy over the epoch's batches.
        progress: called before every batch.

    Raises:
        InputError: the loss left the range of numbers.
    """
    device = data.train.device
    draw = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=settings.learning_rate, momentum=settings.momentum
    )
    batches = batches_of(settings, len(data.train))
    for epoch in range(settings.epochs):
        if before_epoch is not None:
            before_epoch(epoch)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(settings, epoch)
        order = torch.randperm(len(data.train), generator=draw).to(device)
        total = torch.zeros((), device=device)
        for place in range(batches):
            progress(epoch * batches + place, settings.epochs * batches, f"epoch {epoch + 1}")
            chosen = order[place * settings.batch : (place + 1) * settings.batch]
            loss = cross_entropy(network(data.train[chosen]), data.train_labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            add_penalty_gradients(network, l1, l2)
            optimiser.step()
            total += loss.detach()
        mean = _finite(total.item() / batches, epoch)
        if after_epoch is not None:
            after_epoch(epoch + 1, mean)


@torch.no_grad()
def add_penalty_gradients(network: FullyConnected, l1: float, l2: float) -> None:
    """Add ``l1 sign(w) + 2 l2 w`` to the gradients of the weight matrices."""
    for weight in network.matrices:
        if weight.grad is not None and l2:
            weight.grad.add_(weight, alpha=2 * l2)
        if weight.grad is not None and l1:
            weight.grad.add_(weight.sign(), alpha=l1)


def _finite(loss: float, epoch: int) -> float:
    if loss != loss or loss in {float("inf"), float("-inf")}:
        reason = f"left the range of numbers in epoch {epoch + 1}"
        raise InputError("the training loss", reason, "choose a lower learning rate")
    return loss
