"""Random matrix theory of one weight matrix: needs numpy, scipy and torch, knows no model.

A weight becomes a `Spectrum`; `fit_bulk` says which part of it is noise.
"""

from rmt_studio.spectra.batches import batches_of, spectra_of
from rmt_studio.spectra.bulk_fit import BulkFit, fit_bulk
from rmt_studio.spectra.bulk_methods import BULK_METHODS, DEFAULT_METHOD, BulkMethod
from rmt_studio.spectra.edge import EdgeTest, edge_test
from rmt_studio.spectra.entries import EntryStatistics, entry_statistics
from rmt_studio.spectra.gamma_law import GammaMarchenkoPastur
from rmt_studio.spectra.haar import Localisation, localisation
from rmt_studio.spectra.marchenko_pastur import MarchenkoPastur
from rmt_studio.spectra.noise_law import NoiseLaw
from rmt_studio.spectra.norms import (
    frobenius_norm,
    nuclear_norm,
    schatten_norm,
    spectral_norm,
    weightwatcher_columns,
)
from rmt_studio.spectra.null_distance import LEAST_P_VALUE, p_value_text
from rmt_studio.spectra.power_law import (
    PowerLawTail,
    eigenvalue_tail,
    hill_exponents,
    power_law_tail,
)
from rmt_studio.spectra.spectrum import Spectrum
from rmt_studio.spectra.spikes import (
    SHRINKAGE_LOSSES,
    Spike,
    detection_limit,
    optimal_hard_threshold,
    optimal_shrinkage,
    overlaps,
    signal_strength,
    spike_table,
)
from rmt_studio.spectra.tails import numerical_rank, spectral_entropy, stable_rank
from rmt_studio.spectra.thresholds import lower_noise_threshold, noise_threshold
from rmt_studio.spectra.tracy_widom import TracyWidom1

__all__ = [
    "BULK_METHODS",
    "DEFAULT_METHOD",
    "LEAST_P_VALUE",
    "SHRINKAGE_LOSSES",
    "BulkFit",
    "BulkMethod",
    "EdgeTest",
    "EntryStatistics",
    "GammaMarchenkoPastur",
    "Localisation",
    "MarchenkoPastur",
    "NoiseLaw",
    "PowerLawTail",
    "Spectrum",
    "Spike",
    "TracyWidom1",
    "batches_of",
    "detection_limit",
    "edge_test",
    "eigenvalue_tail",
    "entry_statistics",
    "fit_bulk",
    "frobenius_norm",
    "hill_exponents",
    "localisation",
    "lower_noise_threshold",
    "noise_threshold",
    "nuclear_norm",
    "numerical_rank",
    "optimal_hard_threshold",
    "optimal_shrinkage",
    "overlaps",
    "p_value_text",
    "power_law_tail",
    "schatten_norm",
    "signal_strength",
    "spectra_of",
    "spectral_entropy",
    "spectral_norm",
    "spike_table",
    "stable_rank",
    "weightwatcher_columns",
]
