"""From a model to the spectrum and the bulk fit of each of its matrices, and what follows."""

from rmt_studio.analysis.cache import SpectrumCache
from rmt_studio.analysis.comparison import Comparison, LayerChange, compare
from rmt_studio.analysis.details import EntryDetails, SpikeDetails, entry_details, spike_details
from rmt_studio.analysis.layer_analysis import Analysis, LayerAnalysis
from rmt_studio.analysis.nulls import NULL_KINDS, null_spectra
from rmt_studio.analysis.run import analyze, analyze_layer
from rmt_studio.analysis.series import Series, SeriesStep, Track
from rmt_studio.analysis.series_listing import Entry, Listing, list_series
from rmt_studio.analysis.series_run import analyze_series
from rmt_studio.analysis.views import (
    WHOLE,
    View,
    analyze_view,
    analyze_views,
    view_matrix,
    views_of,
)

__all__ = [
    "NULL_KINDS",
    "WHOLE",
    "Analysis",
    "Comparison",
    "Entry",
    "EntryDetails",
    "LayerAnalysis",
    "LayerChange",
    "Listing",
    "Series",
    "SeriesStep",
    "SpectrumCache",
    "SpikeDetails",
    "Track",
    "View",
    "analyze",
    "analyze_layer",
    "analyze_series",
    "analyze_view",
    "analyze_views",
    "compare",
    "entry_details",
    "list_series",
    "null_spectra",
    "spike_details",
    "view_matrix",
    "views_of",
]
