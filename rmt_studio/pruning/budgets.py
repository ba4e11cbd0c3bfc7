"""How one target for the whole model becomes a rule for each layer.

Each budget takes the model, its analysis and the share of parameters to remove, and returns the
rules. The share is counted over the attention and MLP matrices of the blocks, or over all
parameters of the model; in both cases only the block matrices are pruned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.errors import InputError
from rmt_studio.models.layers import Role
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.effect import kept_rank
from rmt_studio.pruning.recipe import (
    KEEP,
    BulkFitSettings,
    EntryThreshold,
    LayerRule,
    Recipe,
    SingularValueCut,
)

if TYPE_CHECKING:
    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.models.loading import LoadedModel

Rules = dict[str, LayerRule]
Budget = Callable[["LoadedModel", "list[LayerAnalysis]", int, Progress], Rules]

_MLP = {Role.MLP_IN, Role.MLP_OUT}
_SEB_SETTINGS = (
    # (from sparsity, beta of attention, beta of MLP, s_d), the published selection
    (0.55, 1.0, 2.0, 0.85),
    (0.40, 1.25, 1.25, 0.70),
    (0.30, 1.0, 1.0, 0.50),
    (0.0, 0.0, 0.0, 1.0),
)
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
    """Global ranking of ``|w| / w_l``, with ``w_l`` from the fitted edges of the layers.

    ``z_l`` is the singular-value edge ``s_plus`` standardised over the layers and
    ``w_l = max(0.1, 1 + beta d z_l)``, ``d = max(0, 1 - s/s_d)``, with the published choice of
    beta and ``s_d`` for the sparsity s (Spectral Edge Budgeting, Berlyand et al., 2026).
    """
    total = sum(layer.layer.size for layer in layers)
    sparsity, reached = remove / total, (remove + _HALF_AN_ENTRY) / total
    _, beta_attention, beta_mlp, full = next(s for s in _SEB_SETTINGS if reached >= s[0])
    damping = max(0.0, 1 - sparsity / full)
    edges = np.array([layer.fit.singular_value_edge for layer in layers])
    spread = edges.std()
    scores = (edges - edges.mean()) / spread if spread > 0 else np.zeros_like(edges)
    scale = {}
    for layer, score in zip(layers, scores, strict=True):
        beta = beta_mlp if layer.role in _MLP else beta_attention
        scale[layer.name] = max(0.1, 1 + beta * damping * float(score))
    return _ranked(model, layers, remove, scale, progress)


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
    joined = np.concatenate(scores)
    cut = np.partition(joined, remove - 1)[remove - 1] if remove else np.float32(-1)
    spare = remove - int(np.count_nonzero(joined < cut))  # of those at the cut, so many go
    rules = {}
    for layer, score in zip(layers, scores, strict=True):
        tied = min(spare, int(np.count_nonzero(score == cut)))
        spare -= tied
        share = (int(np.count_nonzero(score < cut)) + tied) / score.size
        rules[layer.name] = LayerRule(steps=(EntryThreshold(share=share),))
    return rules


BUDGETS: dict[str, tuple[str, Budget]] = {
    "magnitude": ("Global magnitude", global_magnitude),
    "spectral-edge": ("Spectral edge budget", spectral_edge_budget),
    "edge-cut": ("Singular-value cut at a multiple of the edge", common_edge_multiple),
}


def parameters_to_remove(model: LoadedModel, sparsity: float, of: str) -> int:
    """Return how many numbers have to go for a share of the blocks' or the model's parameters.

    Raises:
        InputError: the share is out of range, or more than the blocks hold.
    """
    if of not in {"blocks", "model"}:
        raise InputError(f"of={of!r}", "is neither 'blocks' nor 'model'")
    if not 0 <= sparsity < 1:
        raise InputError(f"sparsity {sparsity:g}", "is not in [0, 1)", "give a share such as 0.3")
    whole = model.block_parameter_count if of == "blocks" else model.parameter_count
    remove = round(sparsity * whole)
    if not model.block_parameter_count:
        raise InputError(model.title, "has no attention or MLP matrices to prune")
    if remove >= model.block_parameter_count:
        most = model.block_parameter_count / model.parameter_count
        reason = f"is more than the block matrices hold ({most:.1%} of all parameters)"
        raise InputError(f"sparsity {sparsity:g}", reason, "choose a smaller target")
    return remove


def fill_recipe(
    model: LoadedModel,
    analysis: Analysis,
    *,
    budget: str = "magnitude",
    sparsity: float,
    of: str = "blocks",
    progress: Progress = no_progress,
) -> Recipe:
    """Return a recipe whose rules together remove the given share of the parameters.

    Args:
        model: the dense model.
        analysis: spectra and fits of all its block matrices.
        budget: a key of `BUDGETS`.
        sparsity: share to remove, in [0, 1).
        of: "blocks" (attention and MLP matrices) or "model" (all parameters).
        progress: may raise `Cancelled`.

    Raises:
        InputError: unknown budget, or a share that cannot be met.
    """
    if budget not in BUDGETS:
        choices = ", ".join(BUDGETS)
        raise InputError(f"budget {budget!r}", "is not known", f"choose one of {choices}")
    remove = parameters_to_remove(model, sparsity, of)
    layers = [layer for layer in analysis if layer.layer.in_block]
    if remove >= sum(layer.layer.size for layer in layers):
        reason = "is more than the analysed block matrices hold, the others are zero"
        raise InputError(f"sparsity {sparsity:g}", reason, "choose a smaller target")
    title, fill = BUDGETS[budget]
    rules = fill(model, layers, remove, progress)
    first = layers[0].fit
    return Recipe(
        name=f"{title} {sparsity:.0%} of {of}",
        architecture=model.architecture,
        bulk_fit=BulkFitSettings(method=first.method, options=dict(first.options)),
    ).with_rules(rules)
