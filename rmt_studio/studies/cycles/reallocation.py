"""One cycle's mask: prune past the target, see which removed entries would move, put those back.

Spectral Edge Reallocation (Berlyand, Bourdais, Owhadi & Shmalo, 2026, methodology companion,
"Spectral Edge Reallocation"): with the weights ``w_l`` of Spectral Edge Budgeting the entries of
least ``|w| / w_l`` go, some more than the target wants. For a short selection phase the removed
entries alone are trained, all else is fixed. They are ranked by ``|movement| rho_l`` and the best
are put back, so many that exactly the target is met.

Not published, and chosen here (docs/adr/0025): ``rho_l = 1 / w_l``; every removed entry may move,
those of earlier cycles as well; they begin at 0; the loss is that of the fine-tuning; what an
entry comes back with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.pruning.request import parameters_to_remove
from rmt_studio.studies.cycles.masked import as_pruned, pruned_layers, with_removed, zeros_in
from rmt_studio.studies.cycles.ranking import greatest, least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel
    from rmt_studio.studies.cycles.ranking import Masks
    from rmt_studio.studies.cycles.recipe import CycleRecipe

    Selection = Callable[[PrunedModel, Masks], dict[str, Tensor]]

_NOTHING_TO_PUT_BACK, _NEVER_REMOVED = -1.0, -2.0  # behind all entries that moved


@dataclass(frozen=True)
class Reallocated:
    """A pruned model before its fine-tuning, and how its mask came about.

    Attributes:
        model: with exactly as many zeros in the block matrices as the target wants.
        removed: entries that the cycle removed, those that it put back included.
        restored: entries put back.
        revived: of these, such as an earlier cycle had removed.
    """

    model: PrunedModel
    removed: int
    restored: int
    revived: int


def entries_to_remove(dense: LoadedModel, current: LoadedModel, sparsity: float) -> int:
    """Return how many entries of the block matrices are to be 0 at a sparsity.

    Raises:
        InputError: the model has no such matrices, or more zeros already.
    """
    count = parameters_to_remove(dense, sparsity, "blocks")
    if (zeros := zeros_in(current)) > count:
        whole = dense.block_parameter_count
        reason = f"has {zeros / whole:.2%} zeros in its blocks already"
        next_step = f"give a sparsity and a step above that, not {sparsity:.4g}"
        raise InputError(dense.title, reason, next_step)
    return count


def by_magnitude(
    dense: LoadedModel,
    current: LoadedModel,
    recipe: CycleRecipe,
    target: float,
    tick: Callable[[], None] = lambda: None,
) -> Reallocated:
    """Remove the smallest entries of all block matrices together; see `by_reallocation`."""
    count = entries_to_remove(dense, current, target)
    removed = least(_sizes(current), count, tick)
    module = with_removed(current, removed, tick)
    model = as_pruned(dense, module, recipe, target, tick)
    return Reallocated(model, count - zeros_in(current), 0, 0)


def by_reallocation(
    dense: LoadedModel,
    current: LoadedModel,
    recipe: CycleRecipe,
    target: float,
    weights: Mapping[str, float],
    selection: Selection,
    tick: Callable[[], None] = lambda: None,
) -> Reallocated:
    """Prune past the target and put back what the selection phase asks for.

    Args:
        dense: what the whole course began with.
        current: what the last cycle left; not changed.
        recipe: of the course.
        target: sparsity that is met exactly.
        weights: ``w_l`` by layer; 1 for the layers that are not in it.
        selection: trains the marked entries of a model alone; gives all matrices after it.
        tick: called between passes over the entries; may raise `Cancelled`.
    """
    count = entries_to_remove(dense, current, target)
    past = _past(dense, recipe, target)
    sizes = _sizes(current)
    weight = {name: weights.get(name, 1.0) for name in sizes}
    removed = least({name: size / weight[name] for name, size in sizes.items()}, past, tick)
    pruned = as_pruned(dense, with_removed(current, removed, tick), recipe, target, tick)
    moved = selection(pruned, removed)
    before = {layer.name: current.weight(layer) for layer in pruned_layers(current)}
    values, wanted = {}, {}
    for name, mask in removed.items():
        tick()
        values[name] = value_put_back(moved[name], before[name])
        wanted[name] = moved[name].abs() / weight[name]
        wanted[name][values[name] == 0] = _NOTHING_TO_PUT_BACK
        wanted[name][~mask] = _NEVER_REMOVED
    back = greatest(wanted, past - count, tick)
    for layer in pruned_layers(pruned):
        mask = back[layer.name]
        pruned.weight(layer)[mask] = values[layer.name][mask]
    revived = sum(int((mask & (before[name] == 0)).sum()) for name, mask in back.items())
    model = as_pruned(dense, pruned.module, recipe, target, tick)
    return Reallocated(model, past - zeros_in(current), past - count, revived)


def value_put_back(moved: Tensor, before: Tensor) -> Tensor:
    """Return what entries come back with: what they reached, or else what they were."""
    return moved.where(moved != 0, before)


def _past(dense: LoadedModel, recipe: CycleRecipe, target: float) -> int:
    return parameters_to_remove(dense, target + recipe.overshoot, "blocks")


def _sizes(model: LoadedModel) -> dict[str, Tensor]:
    return {layer.name: model.weight(layer).abs() for layer in pruned_layers(model)}
