"""A model and a recipe give a pruned model, and an account of it layer by layer."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import torch

from rmt_studio.analysis import analyze
from rmt_studio.errors import InputError
from rmt_studio.models.loading import LoadedModel
from rmt_studio.progress import Progress, no_progress
from rmt_studio.pruning.block_by_block import BlockByBlock
from rmt_studio.pruning.effect import Effect, nothing_there
from rmt_studio.pruning.methods.masks import refuse_indivisible
from rmt_studio.pruning.one_matrix import apply_in_parts
from rmt_studio.pruning.statistics import CalibrationStatistics
from rmt_studio.pruning.steps import EntryMask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.layers import Layer
    from rmt_studio.pruning.recipe import Recipe
    from rmt_studio.pruning.split import Split


@dataclass
class PrunedModel(LoadedModel):
    """A model after a recipe; everything that takes a `LoadedModel` takes it too.

    Attributes:
        recipe: what was applied.
        effects: what it did, by layer name, for the layers that have a rule.
        splits: the parts, in float32, of matrices that do not tell them themselves: those stored
            as sparse factors, or as low rank plus sparse.
    """

    recipe: Recipe = field(kw_only=True)
    effects: dict[str, Effect] = field(kw_only=True)
    splits: dict[str, Split] = field(default_factory=dict, kw_only=True)

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


def check_recipe(model: LoadedModel, recipe: Recipe) -> None:
    """Refuse a recipe that names layers the model does not have, or groups that do not fit.

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
    for name, rule in recipe.rules.items():
        for step in rule.steps:
            if isinstance(step, EntryMask) and step.pattern is not None:
                refuse_indivisible(name, model.layer(name).shape[1], step.pattern)


def prune(
    model: LoadedModel,
    recipe: Recipe,
    *,
    analysis: Iterable[LayerAnalysis] | Analysis | None = None,
    calibration: ImageSet | None = None,
    statistics: CalibrationStatistics | None = None,
    progress: Progress = no_progress,
) -> PrunedModel:
    """Apply the rules of a recipe to a copy of the model; the model itself is left untouched.

    Steps that look at a layer's inputs are taken block by block in the order of the model: the
    layers of a block see what the blocks before it, pruned by then, give them. Gradients are those
    of the dense model.

    What the recipe says of learning afterwards is done by `rmt_studio.carry_out`.

    A matrix of zeros has no noise law and no rule can change it: one that the recipe names stays
    as it is and counts as nothing to store. A weight that several modules share is pruned once, by
    what the first of them is fed. Frozen parameters are pruned like others and stay frozen.

    Args:
        model: the dense model.
        recipe: rules by layer name.
        analysis: spectra and fits, where they are at hand already; they must come from the
            recipe's own ``bulk_fit`` settings. Missing ones are computed.
        calibration: images to measure the layers with; labels are not looked at.
        statistics: of the model on these images, where some were measured before: those that
            `fill_recipe` was given.
        progress: called between layers and inside long ones; may raise `Cancelled`.

    Raises:
        InputError: the recipe names a layer that the model lacks, or it needs calibration images
            and there are none.
    """
    check_recipe(model, recipe)
    needy = [name for name, rule in recipe.rules.items() if rule.needs_images]
    if needy and calibration is None:
        name = needy[0]
        reason = f"needs calibration images, for the rule of {name}"
        raise InputError("recipe", reason, "give an image folder (--calibration); no labels needed")
    at_hand = {layer.name: layer for layer in analysis or ()}
    chosen = [layer for layer in model.layers if not recipe.rule(layer.name).keeps]
    pruned = PrunedModel(
        module=copy.deepcopy(model.module),
        architecture=model.architecture,
        source=model.source,
        layers=model.layers,
        data_config=model.data_config,
        provenance={**model.provenance, "recipe": recipe.to_json()},
        recipe=recipe,
        effects={},
    )
    known = (
        None if calibration is None else CalibrationStatistics.of(model, calibration, statistics)
    )
    measured = _Measured(pruned, known, progress, len(chosen))
    for _, group in groupby(chosen, key=lambda layer: (layer.block, layer.block is None and layer)):
        layers = list(group)
        alive = [layer for layer in layers if model.weight(layer).any()]
        moments = measured.moments(alive)
        for layer in layers:
            progress(len(pruned.effects), len(chosen), layer.name)
            if layer not in alive:
                pruned.effects[layer.name] = nothing_there(layer.size)
                continue
            rule = recipe.rule(layer.name)
            weight, effect, split = apply_in_parts(
                model.weight(layer),
                rule,
                at_hand.get(layer.name) or _analyzed(model, layer.name, recipe),
                moments=moments.get(layer.parameter),
                gradients=measured.gradients(layer),
                tick=lambda name=layer.name: measured.tick(name),
            )
            with torch.no_grad():
                pruned.weight(layer).copy_(weight)
            pruned.effects[layer.name] = effect
            if split is not None:
                pruned.splits[layer.name] = split
    progress(len(chosen), len(chosen), "")
    return pruned


class _Measured:
    """What calibration images tell of the layers, measured when it is asked for."""

    def __init__(
        self,
        pruned: PrunedModel,
        known: CalibrationStatistics | None,
        progress: Progress,
        total: int,
    ) -> None:
        self._recipe, self._known = pruned.recipe, known
        self.tick = lambda note: progress(len(pruned.effects), total, note)
        self._blocks = None if known is None else BlockByBlock(pruned, known.batches, self.tick)

    def moments(self, layers: list[Layer]) -> dict[str, torch.Tensor]:
        """Return the input moments, by parameter, of those layers whose rules look at them."""
        wanted = [layer for layer in layers if self._steps_with_moments(layer)]
        if not wanted or self._blocks is None:
            return {}
        found = self._blocks.moments(wanted)
        for layer in wanted:
            if layer.parameter not in found:
                reason = "is not reached by any calibration image, or has inputs of its own kind"
                raise InputError(layer.name, reason, "give it a rule that needs no images")
        return found

    def _steps_with_moments(self, layer: Layer) -> bool:
        return any(step.needs_moments for step in self._recipe.rule(layer.name).steps)

    def gradients(self, layer: Layer) -> torch.Tensor | None:
        """Return the gradient moments that the layer's rule looks at."""
        steps = self._recipe.rule(layer.name).steps
        seed = next((s.gradient_seed for s in steps if s.gradient_seed is not None), None)
        if seed is None or self._known is None:
            return None
        found = self._known.gradients(
            seed, lambda done, total, note="": self.tick(f"{note}, {done}/{total}")
        )
        return found.get(layer.name)


def _analyzed(model: LoadedModel, name: str, recipe: Recipe) -> LayerAnalysis:
    settings = recipe.bulk_fit
    return analyze(model, method=settings.method, options=settings.options, layers=[name])[0]
