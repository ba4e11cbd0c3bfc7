"""Published figures of the experiments on fully connected networks, with their source."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "Berlyand, Bourdais, Owhadi & Shmalo 2025, arXiv 2503.01922"
CONDITIONS = "Fashion-MNIST, [784, 3000, 3000, 3000, 3000, 500, 10], 100 epochs, 60,000 pictures"


@dataclass(frozen=True)
class Accuracy:
    """Train and test accuracy in percent."""

    train: float
    test: float


# Table of the experiment with MP-based pruning during training; L1 and L2 weights 1e-6
TRAINING: dict[str, Accuracy] = {
    "none": Accuracy(78.03, 71.64),
    "MP": Accuracy(88.12, 81.22),
    "L1 + L2": Accuracy(87.57, 81.70),
    "MP + L1 + L2": Accuracy(99.82, 90.53),
    "MP + L2": Accuracy(99.98, 90.16),
}

NOISE_TEST_ACCURACY = 90.5
"""Approximate test accuracy, in percent, of the network that the noise is added to."""

PERTURBATION_EXPONENT = -0.5
"""``a(N, s) = ||W_3||_inf ||W_1 s||_2 sqrt(log(2N)/N)``: the power of the width N, up to the root
of its logarithm and to what the two norms of the outer layers do."""

EMPIRICAL_EXPONENT = -0.375
"""The source's coarser diagnostic ``||W_3||_inf ||W_1 s||_2 / N^(3/8)``."""
