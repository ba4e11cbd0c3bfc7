"""How long an experiment will take on this machine, and how much memory: before it starts.

A few training steps of the network in question are timed, and a decomposition of a small matrix;
the rest is counting. What takes little beside them (noise, statistics, figures) is left out, and a
factor for it is not invented: the time left that the running job shows then corrects it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

from rmt_studio.models.devices import usable_device
from rmt_studio.studies.lab import EXPERIMENTS
from rmt_studio.studies.lab.edge import split_at_edge
from rmt_studio.studies.lab.network import FullyConnected, fresh_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab import LabSettings

INPUTS, CLASSES = 784, 10
TRAINING, TEST = 60_000, 10_000  # pictures of Fashion-MNIST
_STEPS = 3  # timed, after one that is not
_SPLIT = 300  # rows and columns of the matrix whose decomposition is timed
_NUMBER, _WIDE = 4, 8  # bytes


@dataclass(frozen=True)
class Estimate:
    """What a run would take.

    Attributes:
        seconds: of training, evaluating and decomposing.
        memory: bytes beside those of the program.
        networks: how many are trained.
    """

    seconds: float
    memory: int
    networks: int


def estimate(key: str, settings: LabSettings, progress: Progress) -> Estimate:
    """Time a few steps on the device of the settings and count the rest.

    Raises:
        InputError: the device cannot be used.
    """
    device = usable_device(settings.device, torch.float64)
    widths = (INPUTS, *settings.hidden, CLASSES)
    progress(0, 2)
    step = _step_seconds(widths, settings.batch, device)
    progress(1, 2)
    split = _split_seconds(settings.bulk_method, device)
    train, test = settings.train_images or TRAINING, settings.test_images or TEST
    epochs = settings.epochs
    scoring = (train + test) / settings.batch / 3  # forward alone: a third of a step
    training = epochs * (train // settings.batch + scoring) * step
    training += _splits(key, settings) * split * sum(_cubes(widths))
    runs = EXPERIMENTS[key].runs(settings)
    # the first run is a training of the whole network; others are as long as their cost says
    seconds = training * sum(run.cost for run in runs) / runs[0].cost
    return Estimate(seconds, _memory(widths, settings.batch, train + test), len(runs))


def _splits(key: str, settings: LabSettings) -> int:
    """Return how often all matrices of one network are decomposed."""
    every = getattr(settings, "prune_every", 0)
    if key == "randomness":
        return settings.epochs + 1
    return (settings.epochs - 1) // every if every else 1


def _step_seconds(widths: Sequence[int], batch: int, device: torch.device) -> float:
    network = fresh_network(widths, 0, device)
    pictures = torch.zeros(batch, widths[0], device=device)
    labels = torch.zeros(batch, dtype=torch.long, device=device)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.0, momentum=0.9)
    _step(network, optimiser, pictures, labels)
    begun = _now(device)
    for _ in range(_STEPS):
        _step(network, optimiser, pictures, labels)
    return (_now(device) - begun) / _STEPS


def _step(
    network: FullyConnected,
    optimiser: torch.optim.Optimizer,
    pictures: torch.Tensor,
    labels: torch.Tensor,
) -> None:
    loss = cross_entropy(network(pictures), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def _split_seconds(method: str, device: torch.device) -> float:
    """Return the seconds of a decomposition, for each cube of the shorter side."""
    draw = torch.Generator().manual_seed(0)
    weight = torch.randn(_SPLIT, _SPLIT, generator=draw).to(device)
    split_at_edge(weight, method)
    begun = _now(device)
    split_at_edge(weight, method)
    return (_now(device) - begun) / _SPLIT**3


def _cubes(widths: Sequence[int]) -> list[int]:
    return [min(pair) ** 3 for pair in pairwise(widths[:-1])]


def _memory(widths: Sequence[int], batch: int, pictures: int) -> int:
    entries = sum(a * b for a, b in pairwise(widths))
    weights = 3 * _NUMBER * entries  # with gradients and momentum
    activations = 2 * _NUMBER * batch * sum(widths)
    wide = 3 * _WIDE * max(a * b for a, b in pairwise(widths))  # a decomposition in float64
    return weights + activations + wide + _NUMBER * INPUTS * pictures


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.monotonic()
