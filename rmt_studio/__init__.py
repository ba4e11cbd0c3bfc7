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
    from rmt_studio.analysis import Analysis, LayerAnalysis, analyze
    from rmt_studio.data.images import ImageSet, digits, open_images
    from rmt_studio.errors import InputError
    from rmt_studio.evaluation.accuracy import Evaluation, evaluate
    from rmt_studio.models.export import ExportReport, export
    from rmt_studio.models.loading import LoadedModel, load_model
    from rmt_studio.pruning import LayerRule, PrunedModel, Recipe, fill_recipe, prune

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "rmt_studio.analysis",
    "Evaluation": "rmt_studio.evaluation.accuracy",
    "ExportReport": "rmt_studio.models.export",
    "ImageSet": "rmt_studio.data.images",
    "InputError": "rmt_studio.errors",
    "LayerAnalysis": "rmt_studio.analysis",
    "LayerRule": "rmt_studio.pruning",
    "LoadedModel": "rmt_studio.models.loading",
    "PrunedModel": "rmt_studio.pruning",
    "Recipe": "rmt_studio.pruning",
    "analyze": "rmt_studio.analysis",
    "digits": "rmt_studio.data.images",
    "evaluate": "rmt_studio.evaluation.accuracy",
    "export": "rmt_studio.models.export",
    "fill_recipe": "rmt_studio.pruning",
    "load_model": "rmt_studio.models.loading",
    "open_images": "rmt_studio.data.images",
    "prune": "rmt_studio.pruning",
}

__all__ = [
    "Analysis",
    "Evaluation",
    "ExportReport",
    "ImageSet",
    "InputError",
    "LayerAnalysis",
    "LayerRule",
    "LoadedModel",
    "PrunedModel",
    "Recipe",
    "analyze",
    "digits",
    "evaluate",
    "export",
    "fill_recipe",
    "load_model",
    "open_images",
    "prune",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
