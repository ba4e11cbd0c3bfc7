"""Recipes, the methods behind their rules, and budgets that fill them (no Qt, no evaluation)."""

from rmt_studio.pruning.apply import PrunedModel, block_sparsity, check_recipe, prune
from rmt_studio.pruning.calibration import calibration_images, sample_inputs
from rmt_studio.pruning.effect import Effect, nothing_there, untouched
from rmt_studio.pruning.gradients import output_gradients
from rmt_studio.pruning.moments import input_moments
from rmt_studio.pruning.one_matrix import apply_in_parts, apply_rule
from rmt_studio.pruning.profile import LayerProfile
from rmt_studio.pruning.recipe import KEEP, BulkFitSettings, LayerRule, Recipe
from rmt_studio.pruning.recovery import Distillation
from rmt_studio.pruning.registry import METHODS, Method, fill_recipe, method_named
from rmt_studio.pruning.request import Request
from rmt_studio.pruning.split import Split
from rmt_studio.pruning.statistics import CalibrationStatistics
from rmt_studio.pruning.steps import (
    EntryMask,
    EntryThreshold,
    LowRank,
    LowRankPlusSparse,
    SingularValueCut,
    SingularValueDenoising,
    SingularVectorNullTest,
    SingularVectorSparsification,
    Step,
)

__all__ = [
    "KEEP",
    "METHODS",
    "BulkFitSettings",
    "CalibrationStatistics",
    "Distillation",
    "Effect",
    "EntryMask",
    "EntryThreshold",
    "LayerProfile",
    "LayerRule",
    "LowRank",
    "LowRankPlusSparse",
    "Method",
    "PrunedModel",
    "Recipe",
    "Request",
    "SingularValueCut",
    "SingularValueDenoising",
    "SingularVectorNullTest",
    "SingularVectorSparsification",
    "Split",
    "Step",
    "apply_in_parts",
    "apply_rule",
    "block_sparsity",
    "calibration_images",
    "check_recipe",
    "fill_recipe",
    "input_moments",
    "method_named",
    "nothing_there",
    "output_gradients",
    "prune",
    "sample_inputs",
    "untouched",
]
