"""How methods with a share of their own per layer, or the same for all, fill the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.pruning.block_by_block import BlockByBlock
from rmt_studio.pruning.budgets import LEAST_VALUES, Rules
from rmt_studio.pruning.gradients import output_gradients
from rmt_studio.pruning.ranking import ranked_shares
from rmt_studio.pruning.recipe import KEEP, LayerRule
from rmt_studio.pruning.second_order import sweep_variances
from rmt_studio.pruning.steps import EntryMask, EntryThreshold

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.pruning.request import Request
    from rmt_studio.pruning.steps import Step

_SECOND_ORDER = EntryMask(score="second_order", share=0, outputs="gradient", update="exact")
_ALPHA_REACH = 0.3  # the published tau
_HALVINGS = 60
_ROUNDING = 1e-9  # 0.5 of 96 is 47.999... in floating point


def uniform(step: EntryMask) -> Callable[[Request], Rules]:
    """Return a fill that gives each layer the same share, or the pattern that was asked for."""

    def fill(request: Request) -> Rules:
        return masks(request, step, [request.share] * len(request.layers))

    return fill


def masks(request: Request, step: EntryMask, shares: list[float]) -> Rules:
    """Return a mask per layer with these shares; a pattern that was asked for overrides them."""
    place = {"share": None, "pattern": request.pattern}
    return {
        layer.name: _rule(
            step.model_copy(
                update={
                    "seed": _seed(request.seed, index) if step.score == "random" else request.seed,
                    **(place if request.pattern else {"share": share}),
                }
            )
        )
        for index, (layer, share) in enumerate(zip(request.layers, shares, strict=True))
    }


def _rule(step: Step) -> LayerRule:
    return LayerRule(steps=(step,))


def _seed(seed: int, place: int) -> int:
    """Return a seed for one layer: layers of one shape shall not share their random mask."""
    return int(np.random.SeedSequence([seed, place]).generate_state(1)[0])


def uniform_magnitude(request: Request) -> Rules:
    """The same share of each layer by ``|w|``."""
    if request.pattern:
        return uniform(EntryMask(score="magnitude", share=0))(request)
    step = EntryThreshold(share=request.share)
    return {layer.name: _rule(step) for layer in request.layers}


def low_rank(step_of: Callable[[int], Step]) -> Callable[[Request], Rules]:
    """Return a fill of one share: each layer keeps ``floor((1 - S) out in / (out + in))`` ranks."""

    def fill(request: Request) -> Rules:
        if not request.remove:
            return {}
        rules = {}
        for layer in request.layers:
            rank = int((1 - request.share) * layer.layer.size / sum(layer.shape) + _ROUNDING)
            rules[layer.name] = _rule(step_of(rank)) if rank < layer.spectrum.dimension else KEEP
        return rules

    return fill


def alpha_shares(request: Request) -> Rules:
    """AlphaPruning: layers with a heavier tail keep more.

    ``S_l = eta (1 - tau + 2 tau (alpha_l - min)/(max - min))`` with ``tau = 0.3``, ``eta`` such
    that the target is met and no share above 1; ``alpha_l`` is the exponent of the eigenvalue
    tail, fitted by likelihood where the authors take Hill's estimator at the median. Layers
    without a tail, or with too few singular values for one, take the mean.

    Source: Lu et al. (2024), "AlphaPruning".
    """
    alphas = np.array([_alpha(layer) for layer in request.layers])
    known = np.isfinite(alphas)
    alphas[~known] = alphas[known].mean() if known.any() else 0.0
    reach = np.ptp(alphas)
    place = (alphas - alphas.min()) / reach if reach > 0 else np.full_like(alphas, 0.5)
    shares = _scaled(1 - _ALPHA_REACH + 2 * _ALPHA_REACH * place, request)
    return {
        layer.name: _rule(EntryThreshold(share=float(share)))
        for layer, share in zip(request.layers, shares, strict=True)
    }


def _alpha(layer: LayerAnalysis) -> float:
    believed = layer.spectrum.dimension >= LEAST_VALUES and layer.tail is not None
    return layer.tail.alpha if believed and layer.tail else float("nan")


def _scaled(parts: NDArray[np.float64], request: Request) -> NDArray[np.float64]:
    """Return ``min(1, eta parts)`` with eta such that together the target goes."""
    sizes = np.array([layer.layer.size for layer in request.layers])
    low, high = 0.0, 1 / float(parts.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = np.minimum(1, middle * parts) @ sizes >= request.remove
        low, high = (low, middle) if enough else (middle, high)
    return np.minimum(1, high * parts)


def second_order_over_all(request: Request) -> Rules:
    """Rank ``g_i w_ij^2 / d_j^2`` over all layers at once.

    It estimates what the loss of the whole model gains when one entry goes and the rest of its row
    makes up for it, with ``g_i H`` for the curvature of row i: see
    `rmt_studio.pruning.gradients` and `rmt_studio.pruning.second_order`. ``g`` and ``H`` are those
    of the dense model; of the moments no more than one block's are held at a time.
    """
    if request.pattern:
        return masks(request, _SECOND_ORDER, [0.0] * len(request.layers))
    model, images, total = request.model, request.images, len(request.layers)
    names = [layer.name for layer in request.layers]
    gradients = output_gradients(
        model, images, layers=names, seed=request.seed, progress=request.progress
    )
    scores: list[NDArray[np.float32]] = []
    blocks = BlockByBlock(model, images, lambda note: request.progress(len(scores), total, note))
    for block in sorted({layer.layer.block or 0 for layer in request.layers}):
        own = [layer.layer for layer in request.layers if layer.layer.block == block]
        moments = blocks.moments(own)
        for layer in own:
            weight = model.weight(layer).double()
            inverse = sweep_variances(moments[layer.parameter].to(weight), _SECOND_ORDER.damping)
            counts = gradients[layer.name].to(weight)
            found = counts[:, None] * weight.square() / inverse
            scores.append(found.float().cpu().numpy())
    return masks(request, _SECOND_ORDER, ranked_shares(scores, request.remove))
