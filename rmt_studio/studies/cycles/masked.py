"""A network with zeros in it as a `PrunedModel`: its rules, and what they did, read off it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch

from rmt_studio.pruning import Effect, EntryThreshold, LayerRule, PrunedModel, Recipe
from rmt_studio.pruning.effect import cheapest_storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.studies.cycles.ranking import Masks
    from rmt_studio.studies.cycles.recipe import CycleRecipe

PROVENANCE = "cycles"


def pruned_layers(model: LoadedModel) -> tuple[Layer, ...]:
    """Return the attention and MLP matrices of the blocks."""
    return tuple(layer for layer in model.layers if layer.in_block)


def zeros_in(model: LoadedModel) -> int:
    """Return how many entries of the block matrices are 0."""
    return sum(int((model.weight(layer) == 0).sum()) for layer in pruned_layers(model))


def with_removed(
    model: LoadedModel, removed: Masks, tick: Callable[[], None] = lambda: None
) -> nn.Module:
    """Return a copy of the network in which the marked entries are 0."""
    module = copy.deepcopy(model.module)
    for layer in pruned_layers(model):
        tick()
        layer.of(module)[removed[layer.name]] = 0.0
    return module


def as_pruned(
    dense: LoadedModel,
    module: nn.Module,
    recipe: CycleRecipe,
    target: float,
    tick: Callable[[], None] = lambda: None,
) -> PrunedModel:
    """Return the network as what became of the dense one.

    The rules say which share of each layer is gone. Which entries those are, the rules alone do
    not tell: movement and fine-tuning decided it, as ``provenance["cycles"]`` says. ``tick`` is
    called between layers and may raise `Cancelled`.
    """
    rules, effects = {}, {}
    for layer in pruned_layers(dense):
        tick()
        effect = effects[layer.name] = _effect(dense.weight(layer), layer.of(module))
        rules[layer.name] = LayerRule(steps=(EntryThreshold(share=effect.sparsity),))
    rules_of_all = Recipe(
        name=f"{recipe.method} cycles {100 * target:.4g}% of blocks",
        note="Shares that prune-restore cycles reached; they chose the entries by training",
        architecture=dense.architecture,
        rules=rules,
    )
    return PrunedModel(
        module=module,
        architecture=dense.architecture,
        source=dense.source,
        layers=dense.layers,
        data_config=dense.data_config,
        provenance={
            **dense.provenance,
            "recipe": rules_of_all.to_json(),
            PROVENANCE: recipe.to_json(),
        },
        recipe=rules_of_all,
        effects=effects,
    )


def _effect(dense: Tensor, now: Tensor) -> Effect:
    before, after = dense.double(), now.double()
    energy = before.square().sum().item()
    nonzero = int(torch.count_nonzero(now))
    stored_as, kept = cheapest_storage({"dense": dense.numel(), "masked": nonzero})
    return Effect(
        parameters=dense.numel(),
        parameters_kept=kept,
        energy_kept=after.square().sum().item() / energy if energy else 1.0,
        output_error=((before - after).square().sum().item() / energy) ** 0.5 if energy else 0.0,
        inputs="white",
        rank=None,
        stored_as=stored_as,
    )
