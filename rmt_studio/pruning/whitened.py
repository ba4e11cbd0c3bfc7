"""Budgets from the spectrum that the data sees: of ``W L``, with ``L L^T`` the input moments.

The Marchenko-Pastur law is no more than a ruler for such a matrix (`rmt_studio.analysis.views`),
but the ruler is laid on what decides about a layer's outputs: ``||W L||_F^2`` is their mean square.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.analysis import WHOLE, View, analyze_view
from rmt_studio.errors import InputError
from rmt_studio.pruning.budgets import LEAST_VALUES, Rules, common_edge_multiple
from rmt_studio.pruning.effect import kept_rank
from rmt_studio.pruning.fills import SECOND_ORDER, masks, spread_shares
from rmt_studio.pruning.recipe import KEEP, LayerRule
from rmt_studio.pruning.steps import LowRank, SingularValueCut

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.pruning.request import Request


def whitened_edge(request: Request) -> Rules:
    """Cut every ``W L`` at one multiple of its own edge, in the metric of its outputs.

    The multiple is the smallest whose cuts remove enough; what stays is the best product of that
    rank for the outputs (`LowRank`, "whitened"). Layers that would not save, or with too short a
    spectrum, are kept.
    """
    if not request.remove:
        return {}
    seen = _whitened(request)
    cuts = common_edge_multiple(request.model, seen, request.remove, request.progress)
    rules = {}
    for layer in seen:
        cut = cuts[layer.name].step(SingularValueCut)
        rank = None if cut is None else kept_rank(cut, layer.spectrum, layer.fit)
        keeps = rank is None
        rules[layer.name] = KEEP if keeps else LayerRule(steps=(LowRank(rank=rank),))
    return rules


def whitened_budget(request: Request) -> Rules:
    """Layers lose more entries the more of their output energy lies inside the bulk.

    ``e_l`` is the sum of the eigenvalues of ``W L`` at or under the fitted edge over the sum of
    all; the shares run straight in it over the same reach as AlphaPruning's
    (`rmt_studio.pruning.fills.spread_shares`). Masks and updates are those of the second-order
    method. Spectra too short take the mean of the others.
    """
    if request.pattern or not request.remove:
        return masks(request, SECOND_ORDER, [request.share] * len(request.layers))
    energy = np.array([_bulk_energy(layer) for layer in _whitened(request)])
    known = np.isfinite(energy)
    energy[~known] = energy[known].mean() if known.any() else 0.0
    return masks(request, SECOND_ORDER, spread_shares(energy, request).tolist())


def _bulk_energy(layer: LayerAnalysis) -> float:
    values = layer.spectrum.eigenvalues
    if layer.spectrum.dimension < LEAST_VALUES:
        return float("nan")
    return float(values[values <= layer.fit.upper_edge].sum() / values.sum())


def _whitened(request: Request) -> list[LayerAnalysis]:
    """Return spectrum and fit of each layer's ``W L``, under the name of the layer.

    Raises:
        InputError: a layer is reached by no image.
    """
    fit = request.layers[0].fit
    view, options = View("whitened"), tuple(sorted(fit.options.items()))

    def measured() -> dict[str, LayerAnalysis]:
        return {
            layer.name: dataclasses.replace(
                analyze_view(
                    request.model,
                    layer,
                    view,
                    method=fit.method,
                    options=dict(options),
                    moments={layer.parameter: moments},
                ),
                layer=layer,
                view=WHOLE,
            )
            for layer, moments in request.statistics.dense_moments(request.progress)
            if request.model.weight(layer).any()
        }

    found = request.statistics.once(("whitened", fit.method, options), measured)
    for layer in request.layers:
        if layer.name not in found:
            reason = "is not reached by any calibration image, or has inputs of its own kind"
            raise InputError(layer.name, reason, "choose a method that needs no images")
    return [found[layer.name] for layer in request.layers]
