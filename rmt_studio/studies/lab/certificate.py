"""How far removing a part of the weights can move the loss: measured, and bounded.

Setting. ``W_j = S_j + R_j`` in the layers that are pruned, regularised loss
``L = CE + lambda sum_j ||W_j||_F^2`` over a finite set of pictures ``T``. Where
``<S_j, R_j>_F = 0``, ``L(S) = L(W) - lambda sum_j ||R_j||_F^2 + [CE(S) - CE(W)]``, and the last
bracket, the perturbation, is what the theorems bound.

Sources. Berlyand, Bourdais, Owhadi & Shmalo, "Pruning deep neural networks via a combination of the
Marchenko-Pastur distribution and regularization" (arXiv 2503.01922, 2025), and its revision
"Pruning deep neural networks via the Marchenko-Pastur distribution" (arXiv 2606.02608, 2026): the
deterministic additive Frobenius certificate with the data-path budget ``B_T(R) = 2/|T| sum_s L_s
||R psi_1(s)||_inf``, where ``psi_1(s)`` is what enters the layer and ``L_s`` bounds the Lipschitz
constant in the maximum norm of all that follows; its extension to several layers by telescoping,
each step in the network that the steps before it have made; and the Gaussian budget, ``||R v||_inf
<= ||v||_2 sqrt(2 g/n log(2 n |T|/delta))`` with probability ``1 - delta`` for entries ``N(0, g/n)``
that do not depend on ``v``. They generalise the pruning theorem of Berlyand, Sandier, Shmalo &
Zhang (J. Mach. Learn. 3, 2024, 347-412).

Here the layers are taken from the last to the first, so that every step sees the inputs that the
dense network gives its layer and, behind it, layers that are pruned already. ``L_s`` is the
product of the induced norms of what follows (a ReLU has Lipschitz constant 1).

Derived here, because the product of maximum-row-sum norms is far from tight:

- the same chain in the Euclidean norm: ``D_s = sum_j prod_{k>j} ||S_k||_2 ||R_j h_j(s)||_2`` bounds
  the Euclidean change of the logits;
- the gradient of one picture's cross-entropy in its logits, ``p - e``, is at most ``sqrt 2`` long
  and the Hessian ``diag(p) - p p^T`` has norm at most 1/2, so that a change ``d`` of the logits
  changes the cross-entropy by at most the least of ``2 |d|_inf``, ``sqrt 2 |d|_2`` and
  ``|p - e|_2 |d|_2 + |d|_2^2/4``.

Every one of these is a theorem about the realised matrices: no independence of ``R`` is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy, one_hot, relu

from rmt_studio.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rmt_studio.progress import Progress
    from rmt_studio.studies.lab.network import FullyConnected

_PICTURES_AT_ONCE = 2500


@dataclass(frozen=True)
class Certificate:
    """The effect of a removal on the mean cross-entropy of a set of pictures, in nats.

    Attributes:
        dense: cross-entropy with nothing removed.
        pruned: cross-entropy after the removal.
        accuracy: after the removal.
        by_logits: bound on the change from the measured change of the logits.
        by_norms: bound from operator norms, the least of the forms above for each picture.
        published: bound in the published form, in the maximum norm alone.
    """

    dense: float
    pruned: float
    accuracy: float
    by_logits: float
    by_norms: float
    published: float

    @property
    def perturbation(self) -> float:
        """The measured change of the cross-entropy."""
        return self.pruned - self.dense


@dataclass(frozen=True)
class Lipschitz:
    """Factors by which the layers behind each layer can stretch a change of its output.

    Attributes:
        euclidean: for each layer the product of the spectral norms behind it.
        maximum: for each layer the product of the greatest absolute row sums behind it.
    """

    euclidean: tuple[float, ...]
    maximum: tuple[float, ...]

    @classmethod
    def of(cls, weights: list[Tensor], norms: list[float]) -> Lipschitz:
        """Return the products behind each of the layers.

        Args:
            weights: of all layers, as they are behind the removal.
            norms: their spectral norms.
        """
        sums = [weight.abs().sum(1).max().item() for weight in weights]
        places = range(len(weights))
        return cls(
            tuple(math.prod(norms[place + 1 :]) for place in places),
            tuple(math.prod(sums[place + 1 :]) for place in places),
        )


@torch.no_grad()
def certify(
    network: FullyConnected,
    removed: Mapping[int, Tensor],
    stretch: Lipschitz,
    pictures: Tensor,
    labels: Tensor,
    progress: Progress = no_progress,
) -> Certificate:
    """Measure and bound what a removal does to the mean cross-entropy.

    Args:
        network: the dense network, in the precision in which all is to be computed.
        removed: what is subtracted from the weight of a layer, by the layer's place.
        stretch: of the layers as they are after the removal.
        pictures: in the precision of the network.
        labels: their classes.
        progress: called between groups of pictures.
    """
    pruned = [
        weight - removed[place] if place in removed else weight
        for place, weight in enumerate(network.matrices)
    ]
    sums = torch.zeros(6, dtype=torch.float64, device=pictures.device)
    for first in range(0, len(pictures), _PICTURES_AT_ONCE):
        progress(first, len(pictures))
        part = slice(first, first + _PICTURES_AT_ONCE)
        passed = network.inputs_and_logits(pictures[part])
        logits = _logits(network, pruned, pictures[part])
        sums += _sums(passed, logits, labels[part], removed, stretch)
    return Certificate(*(sums / len(pictures)).tolist())


def _logits(network: FullyConnected, weights: list[Tensor], pictures: Tensor) -> Tensor:
    last = len(weights) - 1
    for place, (layer, weight) in enumerate(zip(network.linear, weights, strict=True)):
        pictures = torch.nn.functional.linear(pictures, weight, layer.bias)
        if place < last or network.relu_on_logits:
            pictures = relu(pictures)
    return pictures


def _sums(
    passed: list[Tensor],
    logits: Tensor,
    labels: Tensor,
    removed: Mapping[int, Tensor],
    stretch: Lipschitz,
) -> Tensor:
    """Return the fields of `Certificate` summed over some pictures."""
    dense = passed[-1]
    before = cross_entropy(dense, labels, reduction="sum")
    after = cross_entropy(logits, labels, reduction="sum")
    right = (logits.argmax(1) == labels).sum()
    euclidean, maximum = torch.zeros_like(dense[:, 0]), torch.zeros_like(dense[:, 0])
    for place, part in removed.items():
        effect = passed[place] @ part.T
        euclidean += stretch.euclidean[place] * effect.norm(dim=1)
        maximum += stretch.maximum[place] * effect.abs().amax(1)
    slope = (dense.softmax(1) - one_hot(labels, dense.shape[1])).norm(dim=1)
    change = logits - dense
    measured = cross_entropy_bound(slope, change.abs().amax(1), change.norm(dim=1))
    bound = cross_entropy_bound(slope, maximum, euclidean)
    fields = [before, after, right, measured.sum(), bound.sum(), 2 * maximum.sum()]
    return torch.stack([field.double() for field in fields])


def cross_entropy_bound(slope: Tensor, maximum: Tensor, euclidean: Tensor) -> Tensor:
    """Return the most that the cross-entropy of pictures can change.

    Args:
        slope: ``|p - e|_2`` of each picture before the change.
        maximum: bound on the change of its logits in the maximum norm.
        euclidean: the same in the Euclidean norm.
    """
    curved = slope * euclidean + euclidean.square() / 4
    return torch.minimum(torch.minimum(2 * maximum, math.sqrt(2) * euclidean), curved)


def gaussian_reach(width: int, pictures: int, doubt: float) -> float:
    """Return ``sqrt(2/n log(2 n |T|/delta))``.

    Times ``sqrt(g) ||v||_2`` it bounds ``||R v||_inf`` for all of ``|T|`` fixed vectors ``v`` at
    once with probability ``1 - doubt``, for ``R`` with ``n`` rows of entries ``N(0, g/n)``.
    """
    return math.sqrt(2 / width * math.log(2 * width * pictures / doubt))
