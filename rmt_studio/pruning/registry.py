"""The methods by name: each fills a recipe for one target, which may be edited afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning import automatic, budgets, fills, paper, whitened
from rmt_studio.pruning.apply import check_recipe
from rmt_studio.pruning.budgets import Rules
from rmt_studio.pruning.method import Method
from rmt_studio.pruning.request import Request, parameters_to_remove
from rmt_studio.pruning.steps import EntryMask, LowRank, SingularValueCut, parse_pattern

if TYPE_CHECKING:
    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning.recipe import Recipe
    from rmt_studio.pruning.statistics import CalibrationStatistics


_Budget = Callable[["LoadedModel", "list[LayerAnalysis]", int, Progress], Rules]


def _budget(rules: _Budget) -> Callable[[Request], Rules]:
    return lambda asked: rules(asked.model, asked.layers, asked.remove, asked.progress)


def _global_magnitude(request: Request) -> Rules:
    if request.pattern:  # groups leave nothing to share out
        return fills.uniform_magnitude(request)
    return _budget(budgets.global_magnitude)(request)


_RANDOM = EntryMask(score="random", share=0)
_WANDA = EntryMask(score="wanda", share=0, compare="row")
_SPARSEGPT = EntryMask(score="second_order", share=0, update="sweep")

_ALL = (
    Method(
        "auto",
        "Automatic",
        "measured here: docs/findings.md",
        automatic.rules,
        takes_images=True,
        takes_patterns=True,
        recovery=automatic.recovery,
        reason=automatic.reason,
    ),
    Method(
        "auto-fast",
        "Automatic, fast",
        "measured here: docs/findings.md",
        automatic.fast_rules,
        takes_images=True,
        takes_patterns=True,
        recovery=automatic.fast_recovery,
        reason=automatic.fast_reason,
    ),
    Method(
        "magnitude",
        "Global magnitude",
        "LeCun, Denker & Solla (1989); Han et al. (2015)",
        _global_magnitude,
        takes_patterns=True,
    ),
    Method(
        "spectral-edge",
        "Spectral edge budget",
        "Berlyand et al. (2026)",
        _budget(budgets.spectral_edge_budget),
    ),
    Method(
        "edge-cut",
        "Singular-value cut at a multiple of the edge",
        "Berlyand, Bourdais, Owhadi & Shmalo (2025)",
        _budget(budgets.common_edge_multiple),
    ),
    Method(
        "paper",
        "The paper's cycles of cut, vectors and entries",
        "Berlyand, Bourdais, Owhadi & Shmalo (2025)",
        paper.in_cycles,
    ),
    Method("random", "Random", "", fills.uniform(_RANDOM), takes_patterns=True),
    Method(
        "magnitude-uniform",
        "Magnitude, the same share everywhere",
        "Han et al. (2015)",
        fills.uniform_magnitude,
        takes_patterns=True,
    ),
    Method("alpha", "AlphaPruning", "Lu et al. (2024)", fills.alpha_shares),
    Method(
        "svd",
        "Truncated SVD",
        "Eckart & Young (1936)",
        fills.low_rank(lambda rank: SingularValueCut(rank=rank)),
    ),
    Method(
        "wanda",
        "Wanda",
        "Sun, Liu, Bair & Kolter (2024)",
        fills.uniform(_WANDA),
        needs_images=True,
        takes_patterns=True,
    ),
    Method(
        "sparsegpt",
        "SparseGPT",
        "Frantar & Alistarh (2023)",
        fills.uniform(_SPARSEGPT),
        needs_images=True,
        takes_patterns=True,
    ),
    Method(
        "second-order",
        "Second order over all layers",
        "after Hassibi & Stork (1993), Martens & Grosse (2015)",
        fills.second_order_over_all,
        needs_images=True,
        takes_patterns=True,
    ),
    Method(
        "sensitivity",
        "Measured sensitivity, second-order masks",
        "after Hassibi & Stork (1993), Everett (1963)",
        fills.by_sensitivity,
        needs_images=True,
        takes_patterns=True,
    ),
    Method(
        "whitened-budget",
        "Bulk energy of the whitened spectrum, second-order masks",
        "",
        whitened.whitened_budget,
        needs_images=True,
        takes_patterns=True,
    ),
    Method(
        "whitened-edge",
        "Whitened SVD at a multiple of the whitened edge",
        "after Wang et al. (2024), Berlyand et al. (2025)",
        whitened.whitened_edge,
        needs_images=True,
    ),
    Method(
        "low-rank-sparse",
        "Low rank plus sparse",
        "after Zhou & Tao (2011), Zhang & Papyan (2024)",
        fills.low_rank_and_sparse,
        needs_images=True,
    ),
    Method(
        "asvd",
        "Activation-weighted SVD",
        "Yuan et al. (2023)",
        fills.low_rank(lambda rank: LowRank(rank=rank, metric="diagonal")),
        needs_images=True,
    ),
    Method(
        "svd-llm",
        "Whitened SVD (SVD-LLM)",
        "Wang et al. (2024)",
        fills.low_rank(lambda rank: LowRank(rank=rank, metric="whitened")),
        needs_images=True,
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.key: method for method in _ALL})


def method_named(key: str) -> Method:
    """Return the method of that name.

    Raises:
        InputError: there is none; names all.
    """
    if key not in METHODS:
        raise InputError(f"method {key!r}", "is not known", f"choose one of {', '.join(METHODS)}")
    return METHODS[key]


def fill_recipe(
    model: LoadedModel,
    analysis: Analysis,
    method: str = "magnitude",
    sparsity: float | None = None,
    *,
    of: str = "blocks",
    calibration: ImageSet | None = None,
    seed: int = 0,
    pattern: str | None = None,
    statistics: CalibrationStatistics | None = None,
    progress: Progress = no_progress,
) -> Recipe:
    """Return a recipe whose rules together remove the given share of the parameters.

    Only the attention and MLP matrices of the blocks are pruned.

    Args:
        model: the dense model.
        analysis: spectra and fits of all its block matrices.
        method: a key of `METHODS`.
        sparsity: share to remove, in [0, 1); a pattern says it by itself.
        of: what it is a share of: "blocks" (attention and MLP matrices) or "model" (all).
        calibration: unlabelled images, for the methods that need them.
        seed: of random masks, and of the labels drawn for gradients.
        pattern: such as ``"2:4"``: of four consecutive inputs two stay.
        statistics: of the model on these images; what is measured is kept there, to be handed to
            `prune` or to another target.
        progress: may raise `Cancelled`.

    Raises:
        InputError: unknown method, a share that cannot be met, a pattern that does not fit, or
            calibration images that are missing.
    """
    chosen = method_named(method)
    if pattern is not None:
        sparsity = _share_of(pattern, sparsity, of, chosen)
    if sparsity is None:
        raise InputError("sparsity", "is missing", "give a share such as 0.5")
    remove = parameters_to_remove(model, sparsity, of)
    layers = [layer for layer in analysis if layer.layer.in_block]
    if remove >= sum(layer.layer.size for layer in layers):
        reason = "is more than the analysed block matrices hold, the others are zero"
        raise InputError(f"sparsity {sparsity:g}", reason, "choose a smaller target")
    if chosen.needs_images and calibration is None:
        next_step = "give an image folder (--calibration); no labels needed"
        raise InputError(f"method {method!r}", "needs calibration images", next_step)
    request = Request(
        model, layers, remove, sparsity, of, calibration, seed, pattern, progress, statistics
    )
    recipe = chosen.fill(request)
    check_recipe(model, recipe)
    return recipe


def _share_of(pattern: str, sparsity: float | None, of: str, method: Method) -> float:
    """Return the share that a pattern removes.

    Raises:
        InputError: no such pattern, another share was asked for, or the method has none.
    """
    try:
        kept, group = parse_pattern(pattern)
    except ValueError as error:
        raise InputError(
            f"pattern {pattern!r}", "is not n:m with 0 < n < m, such as 2:4"
        ) from error
    share = 1 - kept / group
    if not method.takes_patterns:
        able = ", ".join(key for key, other in METHODS.items() if other.takes_patterns)
        reason = f"does not go with the method {method.key!r}"
        raise InputError(f"pattern {pattern}", reason, f"choose one of {able}")
    if of != "blocks" or (sparsity is not None and abs(sparsity - share) > 1e-6):
        reason = f"removes {share:.4g} of the block matrices, no other share"
        raise InputError(f"pattern {pattern}", reason, "leave the sparsity out")
    return share
