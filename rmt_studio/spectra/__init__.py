"""Random matrix theory of one weight matrix: needs numpy, scipy and torch, knows no model.

A weight becomes a `Spectrum`; `fit_bulk` says which part of it is noise.
"""

from rmt_studio.spectra.bulk_fit import BulkFit, fit_bulk, noise_threshold
from rmt_studio.spectra.bulk_methods import BULK_METHODS, BulkMethod
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur
from rmt_studio.spectra.spectrum import Spectrum
from rmt_studio.spectra.spikes import (
    Spike,
    detection_limit,
    optimal_hard_threshold,
    optimal_shrinkage,
    overlaps,
    signal_strength,
    spike_table,
)
from rmt_studio.spectra.tails import numerical_rank, spectral_entropy, stable_rank
from rmt_studio.spectra.tracy_widom import TracyWidom1

__all__ = [
    "BULK_METHODS",
    "BulkFit",
    "BulkMethod",
    "MarchenkoPastur",
    "Spectrum",
    "Spike",
    "TracyWidom1",
    "detection_limit",
    "fit_bulk",
    "noise_threshold",
    "numerical_rank",
    "optimal_hard_threshold",
    "optimal_shrinkage",
    "overlaps",
    "signal_strength",
    "spectral_entropy",
    "spike_table",
    "stable_rank",
]
