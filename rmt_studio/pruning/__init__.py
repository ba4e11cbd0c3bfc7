"""Recipes, the methods behind their rules, and budgets that fill them (no Qt, no evaluation)."""

from rmt_studio.pruning.apply import PrunedModel, apply_rule, block_sparsity, check_recipe, prune
from rmt_studio.pruning.budgets import BUDGETS, fill_recipe
from rmt_studio.pruning.calibration import sample_inputs
from rmt_studio.pruning.effect import Effect, nothing_there, untouched
from rmt_studio.pruning.moments import input_moments
from rmt_studio.pruning.profile import LayerProfile
from rmt_studio.pruning.recipe import (
    KEEP,
    BulkFitSettings,
    EntryThreshold,
    LayerRule,
    Recipe,
    SingularValueCut,
    SingularVectorSparsification,
)

__all__ = [
    "BUDGETS",
    "KEEP",
    "BulkFitSettings",
    "Effect",
    "EntryThreshold",
    "LayerProfile",
    "LayerRule",
    "PrunedModel",
    "Recipe",
    "SingularValueCut",
    "SingularVectorSparsification",
    "apply_rule",
    "block_sparsity",
    "check_recipe",
    "fill_recipe",
    "input_moments",
    "nothing_there",
    "prune",
    "sample_inputs",
    "untouched",
]
