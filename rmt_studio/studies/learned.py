"""A pruned model with other weights, and what is true of it then."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import Effect, PrunedModel


def with_network(
    dense: LoadedModel,
    pruned: PrunedModel,
    network: nn.Module,
    note: Mapping[str, str],
    tick: Callable[[], None] = lambda: None,
) -> PrunedModel:
    """Return the pruned model around a network that learned; what is stored is what it was.

    Args:
        dense: that the effects are measured against.
        pruned: as it was before.
        network: its own by now.
        note: added to the provenance.
        tick: called between layers; may raise `Cancelled`.
    """
    for parameter in network.parameters():
        parameter.grad = None
    learned = replace(
        pruned, module=network, provenance={**pruned.provenance, **note}, effects={}, splits={}
    )
    for name, effect in pruned.effects.items():
        tick()
        layer = pruned.layer(name)
        learned.effects[name] = _effect_after(effect, dense.weight(layer), learned.weight(layer))
        if name in pruned.splits and torch.equal(learned.weight(layer), pruned.weight(layer)):
            learned.splits[name] = pruned.splits[name]
    return learned


def with_parameters(module: nn.Module, parameters: Mapping[str, Tensor]) -> nn.Module:
    """Return a copy of the network with other values in these parameters."""
    network = copy.deepcopy(module)
    with torch.no_grad():
        for name, values in parameters.items():
            network.get_parameter(name).copy_(values)
    return network


def _effect_after(effect: Effect, dense: Tensor, learned: Tensor) -> Effect:
    """Return the effect with energy and, for white inputs, output error as they are now."""
    before, now = dense.double(), learned.double()
    energy = before.square().sum().item()
    if not energy:
        return effect
    return replace(
        effect,
        energy_kept=now.square().sum().item() / energy,
        output_error=((before - now).square().sum().item() / energy) ** 0.5,
        inputs="white",
    )
