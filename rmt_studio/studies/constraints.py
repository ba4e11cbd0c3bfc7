"""From what pruning did to a matrix to what may move in it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.models.exports.ranks import factors
from rmt_studio.training import Bound, Constraint, Entries, Product

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from rmt_studio.pruning import Effect, PrunedModel, Split


def constraints(
    pruned: PrunedModel, tick: Callable[[], None] = lambda: None
) -> dict[str, list[Bound]]:
    """Return, by parameter, the constraints under which a pruned model stays as small as it is.

    - masked, n:m or dense: entries that are zero stay zero;
    - two factors: the matrix is the product of two factors of its rank, which move;
    - sparse factors: the entries of the factors that are not zero move;
    - low rank plus sparse: both factors and the entries of the sparse matrix move;
    - a matrix of the last two kinds whose parts are not known, because it was read from a file
      that holds their sum or product alone, does not move.

    Layers without a rule are free. ``tick`` is called between layers and may raise `Cancelled`.
    """
    bound: dict[str, list[Bound]] = {}
    for layer in pruned.layers:
        tick()
        effect = pruned.effects.get(layer.name)
        if effect is None:
            continue
        weight, split = pruned.weight(layer).detach().clone(), pruned.splits.get(layer.name)
        constraint = constraint_of(weight, effect, split)
        bound.setdefault(layer.parameter, []).append((layer.rows, constraint))
    return bound


def constraint_of(weight: Tensor, effect: Effect, split: Split | None) -> Constraint:
    """Return the constraint of one matrix, shape (out, in)."""
    if effect.stored_as == "two factors" and effect.rank:
        left, right = factors(weight, effect.rank)
        return Product(Entries(left), Entries(right))
    if effect.stored_as in ("sparse factors", "low rank plus sparse"):
        if split is None:
            return Entries.held(weight)
        sparse = None if split.sparse is None else Entries.masked(split.sparse)
        return Product(Entries.masked(split.left), Entries.masked(split.right), sparse)
    return Entries.masked(weight)
