"""How methods with a share of their own per layer, or the same for all, fill the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmt_studio.pruning.allocation import cheapest_shares
from rmt_studio.pruning.budgets import LEAST_VALUES, Rules
from rmt_studio.pruning.ranking import ranked_shares, whole_shares
from rmt_studio.pruning.recipe import KEEP, LayerRule
from rmt_studio.pruning.sensitivity import Probes, sensitivities
from rmt_studio.pruning.steps import EntryMask, EntryThreshold, LowRankPlusSparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.progress import Progress
    from rmt_studio.pruning.request import Request
    from rmt_studio.pruning.steps import Step

SECOND_ORDER = EntryMask(score="second_order", share=0, outputs="gradient", update="exact")
_ALPHA_REACH = 0.3  # the published tau
_HALVINGS = 60
_PRODUCT_PART = 0.1
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


def low_rank_and_sparse(request: Request) -> Rules:
    """The same share of every layer, part of what stays as a product, the rest as single entries.

    Of the numbers that a layer keeps, `_PRODUCT_PART` go into the two factors, rounded down to a
    whole rank. Layers with fewer than `LEAST_VALUES` singular values get no product.
    """
    if not request.remove:
        return {}
    rules = {}
    sizes = [layer.layer.size for layer in request.layers]
    even = whole_shares(np.full(len(sizes), request.share), sizes, request.remove)
    for layer, share in zip(request.layers, even, strict=True):
        kept, sides = round((1 - share) * layer.layer.size), sum(layer.shape)
        believed = layer.spectrum.dimension >= LEAST_VALUES
        rank = int(_PRODUCT_PART * kept / sides) if believed else 0
        zeros = layer.layer.size - (kept - rank * sides)
        rules[layer.name] = _rule(LowRankPlusSparse(rank=rank, share=zeros / layer.layer.size))
    return rules


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
    shares = spread_shares(alphas, request)
    return {
        layer.name: _rule(EntryThreshold(share=float(share)))
        for layer, share in zip(request.layers, shares, strict=True)
    }


def spread_shares(scores: NDArray[np.float64], request: Request) -> NDArray[np.float64]:
    """Return shares straight in the scores, from ``1 - tau`` to ``1 + tau`` times one factor."""
    reach = np.ptp(scores)
    place = (scores - scores.min()) / reach if reach > 0 else np.full_like(scores, 0.5)
    return _scaled(1 - _ALPHA_REACH + 2 * _ALPHA_REACH * place, request)


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
    of the dense model, ``H`` from `RANKING_IMAGES` of the images.
    """
    if request.pattern:
        return masks(request, SECOND_ORDER, [0.0] * len(request.layers))
    half = halves(request.progress)
    gradients = request.statistics.gradients(request.seed, half[0])
    variances = request.statistics.variances(SECOND_ORDER.damping, half[1])
    scores: list[NDArray[np.float32]] = []
    for layer in (layer.layer for layer in request.layers):
        request.progress(1, 1, f"scores of {layer.name}")
        weight = request.model.weight(layer).float().square()
        weight *= gradients[layer.name].to(weight)[:, None]
        weight /= variances[layer.parameter].to(weight)
        scores.append(weight.cpu().numpy())
    return masks(request, SECOND_ORDER, ranked_shares(scores, request.remove))


def by_sensitivity(request: Request, probes: Probes | None = None) -> Rules:
    """Allot shares by what probes of each layer cost the whole model, then prune as second order.

    See `rmt_studio.pruning.sensitivity` for the probes and `rmt_studio.pruning.allocation` for the
    optimal allocation. A pattern leaves nothing to allot.
    """
    if request.pattern or not request.remove:
        return masks(request, SECOND_ORDER, [request.share] * len(request.layers))
    probes = probes or Probes()
    step = SECOND_ORDER.model_copy(update={"seed": request.seed})
    costs = sensitivities(request.statistics, request.layers, step, probes, request.progress)
    sizes = [layer.layer.size for layer in request.layers]
    each = [costs[layer.name] for layer in request.layers]
    return masks(request, SECOND_ORDER, cheapest_shares(each, probes.shares, sizes, request.remove))


def halves(progress: Progress) -> tuple[Progress, Progress]:
    """Return the progress of two parts of the work, one after the other."""

    def first(done: int, total: int, note: str = "") -> None:
        progress(done, 2 * total, note)

    def second(done: int, total: int, note: str = "") -> None:
        progress(total + done, 2 * total, note)

    return first, second
