"""See which part of a Vision Transformer's weights is noise, cut it, measure, export.

The public names below are loaded on first use, so that ``import rmt_studio.spectra`` needs
neither timm nor Qt.

Example:
    >>> from rmt_studio import load_model, analyze
    >>> model = load_model("demo")
    >>> for layer in analyze(model, layers=["blocks.0.mlp.fc1"]):
    ...     print(layer.name, layer.spectrum.shape)
    blocks.0.mlp.fc1 (768, 192)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmt_studio.analysis import (
        Analysis,
        LayerAnalysis,
        View,
        analyze,
        analyze_series,
        analyze_view,
        compare,
        list_series,
        null_spectra,
        views_of,
    )
    from rmt_studio.data.images import ImageSet, digits, open_images
    from rmt_studio.errors import InputError
    from rmt_studio.evaluation.accuracy import Evaluation, evaluate
    from rmt_studio.models.export import ExportReport, export
    from rmt_studio.models.exports.reading import load_pruned
    from rmt_studio.models.loading import LoadedModel, load_model
    from rmt_studio.pruning import (
        LayerRule,
        PrunedModel,
        Recipe,
        calibration_images,
        fill_recipe,
        input_moments,
        prune,
    )
    from rmt_studio.studies import carry_out, compare_methods, smallest_within
    from rmt_studio.studies.cycles import CycleRecipe, run_cycles
    from rmt_studio.studies.finetune import finetune
    from rmt_studio.training.settings import FineTuning

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "rmt_studio.analysis",
    "CycleRecipe": "rmt_studio.studies.cycles",
    "Evaluation": "rmt_studio.evaluation.accuracy",
    "ExportReport": "rmt_studio.models.export",
    "FineTuning": "rmt_studio.training.settings",
    "ImageSet": "rmt_studio.data.images",
    "InputError": "rmt_studio.errors",
    "LayerAnalysis": "rmt_studio.analysis",
    "LayerRule": "rmt_studio.pruning",
    "LoadedModel": "rmt_studio.models.loading",
    "PrunedModel": "rmt_studio.pruning",
    "Recipe": "rmt_studio.pruning",
    "View": "rmt_studio.analysis",
    "analyze": "rmt_studio.analysis",
    "analyze_series": "rmt_studio.analysis",
    "analyze_view": "rmt_studio.analysis",
    "calibration_images": "rmt_studio.pruning",
    "carry_out": "rmt_studio.studies",
    "compare": "rmt_studio.analysis",
    "compare_methods": "rmt_studio.studies",
    "digits": "rmt_studio.data.images",
    "evaluate": "rmt_studio.evaluation.accuracy",
    "export": "rmt_studio.models.export",
    "fill_recipe": "rmt_studio.pruning",
    "finetune": "rmt_studio.studies.finetune",
    "input_moments": "rmt_studio.pruning",
    "list_series": "rmt_studio.analysis",
    "load_model": "rmt_studio.models.loading",
    "load_pruned": "rmt_studio.models.exports.reading",
    "null_spectra": "rmt_studio.analysis",
    "open_images": "rmt_studio.data.images",
    "prune": "rmt_studio.pruning",
    "run_cycles": "rmt_studio.studies.cycles",
    "smallest_within": "rmt_studio.studies",
    "views_of": "rmt_studio.analysis",
}

__all__ = [
    "Analysis",
    "CycleRecipe",
    "Evaluation",
    "ExportReport",
    "FineTuning",
    "ImageSet",
    "InputError",
    "LayerAnalysis",
    "LayerRule",
    "LoadedModel",
    "PrunedModel",
    "Recipe",
    "View",
    "analyze",
    "analyze_series",
    "analyze_view",
    "calibration_images",
    "carry_out",
    "compare",
    "compare_methods",
    "digits",
    "evaluate",
    "export",
    "fill_recipe",
    "finetune",
    "input_moments",
    "list_series",
    "load_model",
    "load_pruned",
    "null_spectra",
    "open_images",
    "prune",
    "run_cycles",
    "smallest_within",
    "views_of",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
