"""Take up a model that was pruned earlier and written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from pydantic import ValidationError

from rmt_studio.analysis import analyze
from rmt_studio.errors import InputError
from rmt_studio.models.exports.factored import with_factors_multiplied
from rmt_studio.models.exports.ranks import numerical_rank
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning import (
    Effect,
    LowRankPlusSparse,
    PrunedModel,
    Recipe,
    SingularVectorNullTest,
    SingularVectorSparsification,
    Split,
    apply_in_parts,
)
from rmt_studio.pruning.effect import cheapest_storage

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel

_IN_PARTS = (SingularVectorNullTest, SingularVectorSparsification)


def as_pruned(
    dense: LoadedModel, opened: LoadedModel, progress: Progress = no_progress
) -> PrunedModel:
    """Return an opened file as what pruning the dense model gave: its zeros and ranks count.

    The zeros of a matrix, or its rank where two factors of that rank are fewer numbers than its
    entries that are not zero, say how it is stored. Sparse factors do not show in a matrix: where
    the recipe in the file names such a rule, it is applied again, and counts where it gives the
    matrix of the file. Where it does not, because the matrix learned since, it counts as dense; so
    does low rank plus sparse, whose rule needs images that the file does not hold.

    Args:
        dense: the model before.
        opened: any export of it after pruning.
        progress: called between layers; may raise `Cancelled`.

    Raises:
        InputError: it is another architecture.
    """
    opened = with_factors_multiplied(opened)
    _require_same_matrices(dense, opened)
    recipe = recipe_in(opened)
    pruned = PrunedModel(
        module=opened.module,
        architecture=dense.architecture,
        source=dense.source,
        layers=dense.layers,
        data_config=dense.data_config,
        provenance={**dense.provenance, **_history(opened)},
        recipe=recipe,
        effects={},
    )
    for done, layer in enumerate(dense.layers):
        progress(done, len(dense.layers), layer.name)
        effect, split = _found(dense, pruned.weight(layer), layer, recipe)
        if effect is not None:
            pruned.effects[layer.name] = effect
        if split is not None:
            pruned.splits[layer.name] = split
    progress(len(dense.layers), len(dense.layers), "")
    return pruned


def counted_as_dense(pruned: PrunedModel) -> list[str]:
    """Return the layers that a rule stores in parts which the file did not tell."""
    parts = (*_IN_PARTS, LowRankPlusSparse)
    return [
        name
        for name, effect in pruned.effects.items()
        if effect.stored_as == "dense"
        and any(isinstance(step, parts) for step in pruned.recipe.rule(name).steps)
    ]


def _history(opened: LoadedModel) -> dict[str, str]:
    """Return what the file says was done to the model."""
    done = ("recipe", "distillation", "finetuning")
    return {key: opened.provenance[key] for key in done if key in opened.provenance}


def recipe_in(model: LoadedModel) -> Recipe:
    """Return the recipe that a file carries; an empty one where it carries none."""
    try:
        return Recipe.model_validate_json(model.provenance.get("recipe", ""))
    except ValidationError:
        return Recipe(name="read from the weights")


def _require_same_matrices(dense: LoadedModel, opened: LoadedModel) -> None:
    ours, theirs = (
        {name: tuple(values.shape) for name, values in model.module.state_dict().items()}
        for model in (dense, opened)
    )
    if ours != theirs:
        reason = f"is no pruned {dense.title}: its tensors are others"
        raise InputError(opened.title, reason, "name a file made from this model")


def _found(
    dense: LoadedModel, weight: Tensor, layer: Layer, recipe: Recipe
) -> tuple[Effect | None, Split | None]:
    before = dense.weight(layer)
    nonzero = int(torch.count_nonzero(weight))
    if torch.equal(before, weight) and nonzero == weight.numel():
        return None, None
    again = _in_parts(dense, weight, layer, recipe)
    if again is not None:
        return again
    rows, columns = layer.shape
    rank = numerical_rank(weight)
    counts = {"dense": layer.size}
    if nonzero < layer.size:
        counts["masked"] = nonzero
    counts["two factors"] = rank * (rows + columns)
    stored_as, kept = cheapest_storage(counts)
    energy = before.double().square().sum().item()
    apart = (before.double() - weight.double()).square().sum().item()
    return Effect(
        parameters=layer.size,
        parameters_kept=kept,
        energy_kept=weight.double().square().sum().item() / energy if energy else 1.0,
        output_error=(apart / energy) ** 0.5 if energy else 0.0,
        inputs="white",
        rank=rank if stored_as == "two factors" else None,
        stored_as=stored_as,
    ), None


def _in_parts(
    dense: LoadedModel, weight: Tensor, layer: Layer, recipe: Recipe
) -> tuple[Effect, Split | None] | None:
    """Return what the recipe's rule does, where its parts do not show and it gives the matrix."""
    rule = recipe.rule(layer.name)
    if rule.needs_images or not any(isinstance(step, _IN_PARTS) for step in rule.steps):
        return None
    fit = recipe.bulk_fit
    found = analyze(dense, method=fit.method, options=fit.options, layers=[layer.name])[0]
    again, effect, split = apply_in_parts(dense.weight(layer), rule, found)
    return (effect, split) if torch.allclose(again, weight, rtol=1e-4, atol=1e-6) else None
