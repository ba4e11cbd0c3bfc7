"""A model and a recipe give a pruned model, and an account of it layer by layer."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from rmt_studio.analysis import analyze
from rmt_studio.errors import InputError
from rmt_studio.models.loading import LoadedModel
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.effect import Effect, cheapest_storage, nothing_there, untouched
from rmt_studio.pruning.methods import METHODS, Pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.pruning.recipe import LayerRule, Recipe


@dataclass
class PrunedModel(LoadedModel):
    """A model after a recipe; everything that takes a `LoadedModel` takes it too.

    Attributes:
        recipe: what was applied.
        effects: what it did, by layer name, for the layers that have a rule.
    """

    recipe: Recipe = field(kw_only=True)
    effects: dict[str, Effect] = field(kw_only=True)

    @property
    def parameters_kept(self) -> int:
        """Numbers to store, over all parameters of the model."""
        saved = sum(e.parameters - e.parameters_kept for e in self.effects.values())
        return self.parameter_count - saved

    @property
    def sparsity(self) -> float:
        """``1 - stored / dense`` over all parameters of the model."""
        return 1 - self.parameters_kept / self.parameter_count

    @property
    def block_sparsity(self) -> float:
        """``1 - stored / dense`` over the attention and MLP matrices of the blocks."""
        return block_sparsity(self, self.effects)


def block_sparsity(model: LoadedModel, effects: dict[str, Effect]) -> float:
    """Return ``1 - stored / dense`` over the attention and MLP matrices of the blocks."""
    inside = {layer.name for layer in model.layers if layer.in_block}
    saved = sum(e.parameters - e.parameters_kept for name, e in effects.items() if name in inside)
    return saved / model.block_parameter_count if model.block_parameter_count else 0.0


def apply_rule(
    weight: torch.Tensor,
    rule: LayerRule,
    layer: LayerAnalysis,
    inputs: torch.Tensor | None = None,
) -> tuple[torch.Tensor, Effect]:
    """Return the new matrix and what the rule did to it.

    Args:
        weight: the dense matrix, shape (out, in); it is not changed.
        rule: the steps to take.
        layer: spectrum and fit of the dense matrix.
        inputs: sample of the layer's inputs, shape (in, tokens), for the output error; white
            inputs without it.
    """
    if rule.keeps:
        return weight, untouched(weight.numel(), inputs="white" if inputs is None else "measured")
    dense = weight.detach().double()
    pieces = Pieces(dense, layer.spectrum, layer.fit)
    for step in rule.steps:
        pieces = METHODS[step.kind](pieces, step)
    result = pieces.weight.to(weight.dtype)
    return result, _measure(dense, pieces, result.double(), inputs)


def _measure(
    dense: torch.Tensor, pieces: Pieces, result: torch.Tensor, inputs: torch.Tensor | None
) -> Effect:
    stored_as, kept = cheapest_storage(pieces.storage())
    energy = dense.square().sum().item()
    output, error = _output_energy(dense, inputs), _output_energy(dense - result, inputs)
    return Effect(
        parameters=dense.numel(),
        parameters_kept=kept,
        energy_kept=result.square().sum().item() / energy if energy else 1.0,
        output_error=(error / output) ** 0.5 if output > 0 else 0.0,
        inputs="white" if inputs is None else "measured",
        rank=pieces.rank,
        stored_as=stored_as,
    )


def _output_energy(matrix: torch.Tensor, inputs: torch.Tensor | None) -> float:
    if inputs is None:
        return matrix.square().sum().item()
    return (matrix.to(inputs) @ inputs).square().sum().item()


def check_recipe(model: LoadedModel, recipe: Recipe) -> None:
    """Refuse a recipe that names layers the model does not have.

    Raises:
        InputError: names the first such layer.
    """
    known = {layer.name for layer in model.layers}
    strangers = [name for name in recipe.rules if name not in known]
    if strangers:
        reason = f"names the layer {strangers[0]!r}, which {model.title} does not have"
        if len(strangers) > 1:
            reason += f" (nor {len(strangers) - 1} more)"
        raise InputError("recipe", reason, "use a recipe made for this architecture")


def prune(
    model: LoadedModel,
    recipe: Recipe,
    *,
    analysis: Iterable[LayerAnalysis] | Analysis | None = None,
    progress: Progress = no_progress,
) -> PrunedModel:
    """Apply a recipe to a copy of the model; the model itself is left untouched.

    A matrix of zeros has no noise law and no rule can change it: one that the recipe names stays
    as it is and counts as nothing to store.

    Args:
        model: the dense model.
        recipe: rules by layer name.
        analysis: spectra and fits, where they are at hand already; they must come from the
            recipe's own ``bulk_fit`` settings. Missing ones are computed.
        progress: called between layers; may raise `Cancelled`.

    Raises:
        InputError: the recipe names a layer that the model lacks.
    """
    check_recipe(model, recipe)
    at_hand = {layer.name: layer for layer in analysis or ()}
    chosen = [layer for layer in model.layers if not recipe.rule(layer.name).keeps]
    module = copy.deepcopy(model.module)
    pruned = PrunedModel(
        module=module,
        architecture=model.architecture,
        source=model.source,
        layers=model.layers,
        data_config=model.data_config,
        provenance={**model.provenance, "recipe": recipe.to_json()},
        recipe=recipe,
        effects={},
    )
    for done, layer in enumerate(chosen):
        progress(done, len(chosen), layer.name)
        if not model.weight(layer).any():
            pruned.effects[layer.name] = nothing_there(layer.size)
            continue
        known = at_hand.get(layer.name) or _analyzed(model, layer.name, recipe)
        weight, effect = apply_rule(model.weight(layer), recipe.rule(layer.name), known)
        with torch.no_grad():
            pruned.weight(layer).copy_(weight)
        pruned.effects[layer.name] = effect
    progress(len(chosen), len(chosen), "")
    return pruned


def _analyzed(model: LoadedModel, name: str, recipe: Recipe) -> LayerAnalysis:
    settings = recipe.bulk_fit
    return analyze(model, method=settings.method, options=settings.options, layers=[name])[0]
