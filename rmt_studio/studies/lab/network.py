"""A fully connected network with ReLU between its layers, and its pictures' way through it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn.functional import cross_entropy, relu

from rmt_studio.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from rmt_studio.progress import Progress

Initialisation = Literal["uniform", "gaussian"]
_PICTURES_AT_ONCE = 5000


class FullyConnected(nn.Module):
    """``x -> W_L relu(... relu(W_1 x + b_1) ...) + b_L``.

    The weights are called ``layers.0.weight`` to ``layers.(L-1).weight``.
    """

    def __init__(self, widths: Sequence[int], *, relu_on_logits: bool = False) -> None:
        """Make a network with weights that are still to be drawn.

        Args:
            widths: inputs, hidden layers, classes.
            relu_on_logits: whether the last layer, too, goes through a ReLU.
        """
        super().__init__()
        pairs = pairwise(widths)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairs)
        self.relu_on_logits = relu_on_logits

    @property
    def linear(self) -> list[nn.Linear]:
        """The layers from the first to the last."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    @property
    def matrices(self) -> list[Tensor]:
        """The weight matrices from the first layer to the last, each ``(out, in)``."""
        return [layer.weight for layer in self.linear]

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the logits, shape ``(n, classes)``."""
        return self.inputs_and_logits(pictures)[-1]

    def inputs_and_logits(self, pictures: Tensor) -> list[Tensor]:
        """Return what enters each layer, and the logits after the last one."""
        passed = [pictures]
        last = len(self.layers) - 1
        for place, layer in enumerate(self.layers):
            out = layer(passed[-1])
            passed.append(relu(out) if place < last or self.relu_on_logits else out)
        return passed


def fresh_network(
    widths: Sequence[int],
    seed: int,
    device: torch.device,
    *,
    initialisation: Initialisation = "uniform",
    relu_on_logits: bool = False,
) -> FullyConnected:
    """Return a network with weights drawn from a seed: the same on every device.

    Args:
        widths: inputs, hidden layers, classes.
        seed: of the weights.
        device: where it is put.
        initialisation: "uniform": weights and biases in ``+-1/sqrt(in)``, torch's own for a
            linear layer; "gaussian": weights ``N(0, 1/out)``, the last layer's ``N(0, 1/in)``, and
            biases 0, as the width experiment of the source has it with ``N`` the hidden width.
        relu_on_logits: see `FullyConnected`.
    """
    network = FullyConnected(widths, relu_on_logits=relu_on_logits)
    draw = torch.Generator().manual_seed(seed)
    last = len(network.layers) - 1
    with torch.no_grad():
        for place, layer in enumerate(network.linear):
            out, fan_in = layer.weight.shape
            if initialisation == "uniform":
                reach = 1 / math.sqrt(fan_in)
                layer.weight.uniform_(-reach, reach, generator=draw)
                layer.bias.uniform_(-reach, reach, generator=draw)
            else:
                width = fan_in if place == last else out
                layer.weight.normal_(0, 1 / math.sqrt(width), generator=draw)
                layer.bias.zero_()
    return network.to(device)


@dataclass(frozen=True)
class Score:
    """How well a network tells pictures apart.

    Attributes:
        loss: mean cross-entropy in nats.
        accuracy: share of the pictures told right.
        predicted: how many classes are predicted for at least one picture.
    """

    loss: float
    accuracy: float
    predicted: int


@torch.no_grad()
def score(
    network: FullyConnected, pictures: Tensor, labels: Tensor, progress: Progress = no_progress
) -> Score:
    """Return how well a network tells labelled pictures apart."""
    loss = right = 0.0
    seen: set[int] = set()
    for first in range(0, len(pictures), _PICTURES_AT_ONCE):
        progress(first, len(pictures), "evaluate")
        part = slice(first, first + _PICTURES_AT_ONCE)
        logits = network(pictures[part])
        loss += cross_entropy(logits, labels[part], reduction="sum").item()
        classes = logits.argmax(1)
        right += (classes == labels[part]).sum().item()
        seen.update(classes.unique().tolist())
    return Score(loss / len(pictures), right / len(pictures), len(seen))


@torch.no_grad()
def penalty(network: FullyConnected, l1: float, l2: float) -> float:
    """Return ``l1 sum |w| + l2 sum w^2`` over the entries of all weight matrices."""
    wide = [matrix.double() for matrix in network.matrices]
    ones = sum(matrix.abs().sum().item() for matrix in wide) if l1 else 0.0
    squares = sum(matrix.square().sum().item() for matrix in wide) if l2 else 0.0
    return l1 * ones + l2 * squares
