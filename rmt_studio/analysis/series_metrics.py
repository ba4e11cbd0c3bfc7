"""The numbers of a matrix that are followed over training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from rmt_studio.analysis.layer_analysis import LayerAnalysis


@dataclass(frozen=True)
class Metric:
    """One number of an analysed matrix.

    Attributes:
        key: its column in tables.
        label: what it is called in a plot.
        value: the number; None where it does not exist.
        meaning: one line for a person, with its unit.
    """

    key: str
    label: str
    value: Callable[[LayerAnalysis], float | None]
    meaning: str


def _norm(layer: LayerAnalysis) -> float:
    return math.sqrt(float(np.sum(layer.spectrum.singular_values**2)))


def _stable_rank(layer: LayerAnalysis) -> float:
    values = layer.spectrum.singular_values
    return float(np.sum((values / values[0]) ** 2))


def _alpha(layer: LayerAnalysis) -> float | None:
    return layer.tail.alpha if layer.tail is not None else None


METRICS = {
    metric.key: metric
    for metric in (
        Metric(
            "upper_edge",
            "upper edge λ₊",
            lambda layer: layer.fit.upper_edge,
            "where the law of noise ends, on the scale λ = s²/n",
        ),
        Metric(
            "spikes",
            "spikes",
            lambda layer: layer.fit.spikes,
            "eigenvalues above the Tracy-Widom threshold",
        ),
        Metric(
            "bulk_fraction",
            "bulk share",
            lambda layer: layer.fit.bulk_fraction,
            "share of the eigenvalues at or under the upper edge",
        ),
        Metric("alpha", "alpha", _alpha, "exponent of the power law of the upper tail"),
        Metric(
            "variance",
            "bulk variance",
            lambda layer: layer.fit.variance,
            "fitted variance of the noise entries",
        ),
        Metric(
            "lower_edge",
            "lower edge λ₋",
            lambda layer: layer.fit.lower_edge,
            "where the law of noise begins, on the scale λ = s²/n",
        ),
        Metric(
            "threshold",
            "threshold",
            lambda layer: layer.fit.threshold,
            "upper edge with its Tracy-Widom fluctuation",
        ),
        Metric(
            "ks_distance",
            "misfit KS",
            lambda layer: layer.fit.ks_distance,
            "Kolmogorov distance from the fitted law",
        ),
        Metric("frobenius_norm", "Frobenius norm", _norm, "root of the sum of s²"),
        Metric(
            "largest_singular_value",
            "spectral norm",
            lambda layer: float(layer.spectrum.singular_values[0]),
            "largest singular value",
        ),
        Metric("stable_rank", "stable rank", _stable_rank, "sum of s² over the largest s²"),
    )
}
"""By key; the first four are those of the time plots."""
