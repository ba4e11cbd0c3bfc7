"""What can be said of a rule before the model is pruned by it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rmt_studio.pruning import EntryMask, LayerRule, LowRank, apply_rule

if TYPE_CHECKING:
    from torch import Tensor

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.pruning import Effect, Step


def foreseen_effect(
    weight: Tensor, rule: LayerRule, layer: LayerAnalysis, inputs: Tensor | None
) -> Effect:
    """Return what a rule will do to a matrix, as far as that is known before pruning.

    How much a mask or a low rank keeps follows from its share or rank alone. What that costs, where
    calibration images decide what goes and how the rest makes up for it, only pruning can tell:
    energy and output error are NaN until then.

    Args:
        weight: the dense matrix, shape (out, in).
        rule: the steps to take.
        layer: spectrum and fit of the matrix.
        inputs: sample of the layer's inputs, shape (in, tokens), where there is one.
    """
    if not rule.needs_images:
        return apply_rule(weight, rule, layer, inputs)[1]
    blind = LayerRule(steps=tuple(_blind(step) for step in rule.steps))
    effect = apply_rule(weight, blind, layer)[1]
    return replace(effect, energy_kept=math.nan, output_error=math.nan, inputs="measured")


def _blind(step: Step) -> Step:
    """Return the step that keeps as much without a look at images."""
    if isinstance(step, EntryMask):
        plain = {"score": "magnitude", "outputs": "alike", "update": "none"}
        return step.model_copy(update=plain)
    if isinstance(step, LowRank):
        return step.model_copy(update={"metric": "plain"})
    return step
