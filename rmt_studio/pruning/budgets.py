"""Budgets that read the weights: how one target becomes a rule for each block matrix.

Each takes the model, the analysis of its block matrices and how many parameters shall go. Layers
with fewer than `LEAST_VALUES` singular values have too little of a spectrum for an edge or a tail
to be believed: to the spectral budgets they are average, and cuts at an edge leave them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rmt_studio.models.layers import Role
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.effect import kept_rank
from rmt_studio.pruning.ranking import ranked_shares
from rmt_studio.pruning.recipe import KEEP, LayerRule
from rmt_studio.pruning.steps import EntryThreshold, SingularValueCut

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.models.loading import LoadedModel

Rules = dict[str, LayerRule]

LEAST_VALUES = 50

_MLP = {Role.MLP_IN, Role.MLP_OUT}
_SEB_SETTINGS = (
    # (from sparsity, beta of attention, beta of MLP, s_d), the published selection
    (0.55, 1.0, 2.0, 0.85),
    (0.40, 1.25, 1.25, 0.70),
    (0.30, 1.0, 1.0, 0.50),
    (0.0, 0.0, 0.0, 1.0),
)
_LEAST_WEIGHT = 0.1
_HALF_AN_ENTRY = 0.5  # 40 % of 5,308,416 entries is 2,123,366, a hair under 0.40


def global_magnitude(
    model: LoadedModel, layers: list[LayerAnalysis], remove: int, progress: Progress = no_progress
) -> Rules:
    """One threshold on ``|w|`` for all block matrices together."""
    scale = dict.fromkeys((layer.name for layer in layers), 1.0)
    return _ranked(model, layers, remove, scale, progress)


def spectral_edge_budget(
    model: LoadedModel, layers: list[LayerAnalysis], remove: int, progress: Progress = no_progress
) -> Rules:
    """Global ranking of ``|w| / w_l``, with ``w_l`` of `edge_weights` (Berlyand et al., 2026)."""
    total = sum(layer.layer.size for layer in layers)
    modulation = published_modulation((remove + _HALF_AN_ENTRY) / total)
    weights = edge_weights(layers, remove / total, modulation)
    return _ranked(model, layers, remove, weights, progress)


class Modulation(NamedTuple):
    """How strongly the edges sway a budget: beta by kind of layer, and where that ends (s_d)."""

    attention: float
    mlp: float
    end: float


def published_modulation(sparsity: float) -> Modulation:
    """Return the published choice of beta and ``s_d`` for a sparsity (Berlyand et al., 2026)."""
    return Modulation(*next(s for s in _SEB_SETTINGS if sparsity >= s[0])[1:])


def edge_weights(
    layers: list[LayerAnalysis], sparsity: float, modulation: Modulation
) -> dict[str, float]:
    """Return ``w_l`` of Spectral Edge Budgeting by layer name: above 1 where more may go.

    ``z_l`` is the singular-value edge ``s_plus`` standardised over the layers and
    ``w_l = max(0.1, 1 + beta d z_l)``, ``d = max(0, 1 - s/s_d)`` (Berlyand et al., 2026).
    """
    damping = max(0.0, 1 - sparsity / modulation.end)
    edges = np.array([layer.fit.singular_value_edge for layer in layers])
    believed = np.array([layer.spectrum.dimension >= LEAST_VALUES for layer in layers])
    spread = edges[believed].std() if believed.any() else 0.0
    scores = np.zeros_like(edges)
    if spread > 0:
        scores[believed] = (edges[believed] - edges[believed].mean()) / spread
    weights = {}
    for layer, score in zip(layers, scores, strict=True):
        beta = modulation.mlp if layer.role in _MLP else modulation.attention
        weights[layer.name] = max(_LEAST_WEIGHT, 1 + beta * damping * float(score))
    return weights


def common_edge_multiple(
    model: LoadedModel, layers: list[LayerAnalysis], remove: int, progress: Progress = no_progress
) -> Rules:
    """The smallest common multiple of the fitted edges whose cuts remove enough parameters.

    Layers in which the cut would not save parameters are kept as they are.
    """
    del model
    progress(0, 1, "searching the multiple of the edge")
    most = max(
        (layer.spectrum.eigenvalues[0] / layer.fit.upper_edge for layer in layers
         if layer.fit.upper_edge > 0), default=0.0,
    )  # fmt: skip
    low, high = 0.0, min(1e6, float(most) * 1.000001)
    for _ in range(60):
        middle = (low + high) / 2
        enough = sum(_saved(layer, middle) for layer in layers) >= remove
        low, high = (low, middle) if enough else (middle, high)
    return {
        layer.name: LayerRule(steps=(SingularValueCut(edge_multiple=high),))
        if _saved(layer, high) > 0
        else KEEP
        for layer in layers
    }


def _saved(layer: LayerAnalysis, multiple: float) -> int:
    if layer.spectrum.dimension < LEAST_VALUES:
        return 0
    rank = kept_rank(SingularValueCut(edge_multiple=multiple), layer.spectrum, layer.fit)
    return max(0, layer.layer.size - rank * sum(layer.shape))


def _ranked(
    model: LoadedModel,
    layers: list[LayerAnalysis],
    remove: int,
    scale: dict[str, float],
    progress: Progress,
) -> Rules:
    scores = []
    for done, layer in enumerate(layers):
        progress(done, len(layers) + 1, layer.name)
        sizes = model.weight(layer.layer).detach().abs().flatten().float().cpu().numpy()
        scores.append(sizes / np.float32(scale[layer.name]))
    progress(len(layers), len(layers) + 1, "ranking all entries together")
    shares = ranked_shares(scores, remove)
    return {
        layer.name: LayerRule(steps=(EntryThreshold(share=share),))
        for layer, share in zip(layers, shares, strict=True)
    }
