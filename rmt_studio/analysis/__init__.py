"""From a model to the spectrum and the bulk fit of each of its matrices."""

from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
from rmt_studio.analysis.run import analyze, analyze_layer

__all__ = ["Analysis", "LayerAnalysis", "analyze", "analyze_layer"]
