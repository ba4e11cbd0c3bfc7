"""The numbers of one analysed layer as plain values, for JSON, CSV and tables.

Keys are WeightWatcher's where it has a column of that meaning (`rmt_studio.spectra.norms` lists
them; ``N``, ``M`` and ``Q`` are its long side, short side and ``N/M``). ``spikes`` is our count
above the threshold; WeightWatcher's ``num_spikes`` and ``lambda_plus`` are those of its own fit and
so are not given. A number that does not exist is None, never nan: a matrix with a single value
has no tail, a product of two weights no Tracy-Widom law.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.spectra import spike_table, weightwatcher_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.analysis.details import SpikeDetails
    from rmt_studio.analysis.layer_analysis import LayerAnalysis
    from rmt_studio.spectra.nulls import NullSpectra

_WEIGHTWATCHER = (
    "norm", "log_norm", "spectral_norm", "log_spectral_norm", "stable_rank", "matrix_rank",
    "entropy", "alpha", "xmin", "D", "sigma", "num_pl_spikes", "alpha_weighted", "log_alpha_norm",
)  # fmt: skip


def layer_record(layer: LayerAnalysis) -> dict[str, object]:
    """Return every number of a layer under its name; lists and dictionaries come last.

    Eigenvalue edges are on the scale ``s^2 / n``; ``norm`` to ``xmax`` are WeightWatcher's, on the
    scale ``s^2``. ``spike_*`` have one value per spike, the largest first.
    """
    found = {
        **_identity(layer),
        **_fit(layer),
        **_edge(layer),
        **_tail(layer),
        **_entries(layer),
        "options": dict(layer.fit.options),
        **_spikes(layer),
        "singular_values": layer.spectrum.singular_values.tolist(),
    }
    return {key: finite(value) for key, value in found.items()}


def null_record(layer: LayerAnalysis, null: NullSpectra | None) -> dict[str, object]:
    """Return what random matrices in place of a layer show; None where there is no such null.

    ``null_exceeding`` counts the layer's eigenvalues above the 95 % band of the null's largest;
    the lists hold one eigenvalue ``s^2 / n`` per rank.
    """
    if null is None:
        scalar = ("null_kind", "null_replicas", "null_exceeding", "null_largest")
        return {**dict.fromkeys(scalar), "null_median": [], "null_lower": [], "null_upper": []}
    lower, upper = null.band()
    return {
        "null_kind": null.kind,
        "null_replicas": null.replicas,
        "null_exceeding": null.exceeding(layer.spectrum),
        "null_largest": float(null.median[0]),
        "null_median": null.median.tolist(),
        "null_lower": lower.tolist(),
        "null_upper": upper.tolist(),
    }


def localisation_record(details: SpikeDetails) -> dict[str, object]:
    """Return how concentrated the singular vectors of the spikes and of the lowest values are.

    ``spikes_localised`` counts the spikes with a vector on either side that a uniform one (Haar)
    would hardly be, see `rmt_studio.spectra.Localisation`.
    """
    out, inputs = details.out_localisation, details.in_localisation
    low_out, low_in = details.lowest_out_localisation, details.lowest_in_localisation
    return {
        "spikes_localised": int((out.localised | inputs.localised).sum()),
        "lowest_localised": int((low_out.localised | low_in.localised).sum()),
        "out_largest_null": out.largest_null,
        "in_largest_null": inputs.largest_null,
        "out_participation_null": out.inverse_participation_null,
        "in_participation_null": inputs.inverse_participation_null,
        "spike_out_largest": out.largest.tolist(),
        "spike_in_largest": inputs.largest.tolist(),
        "spike_out_participation": out.inverse_participation.tolist(),
        "spike_in_participation": inputs.inverse_participation.tolist(),
        "lowest_singular_values": details.lowest_values.tolist(),
        "lowest_out_largest": low_out.largest.tolist(),
        "lowest_in_largest": low_in.largest.tolist(),
    }


def scalars(record: Mapping[str, object]) -> dict[str, object]:
    """Return the entries of a record that fit one cell of a table."""
    flat = {key: _in_words(v) if isinstance(v, dict) else v for key, v in record.items()}
    return {key: v for key, v in flat.items() if not isinstance(v, list | tuple)}


def _in_words(options: Mapping[str, object]) -> str:
    """Return the options of a fit in one cell, such as ``"alpha=0.25 beta=0.05"``."""
    return " ".join(f"{key}={value}" for key, value in options.items())


def finite(value: object) -> object:
    """Return the value with None for each number that is not finite, in lists as well."""
    if isinstance(value, list):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _identity(layer: LayerAnalysis) -> dict[str, object]:
    spectrum = layer.spectrum
    return {
        "name": layer.name,
        "layer": layer.layer_name,
        "view": layer.view.kind,
        "attention_head": layer.view.head,
        "marchenko_pastur": layer.view.marchenko_pastur,
        "role": str(layer.role),
        "block": layer.layer.block,
        "out": layer.shape[0],
        "in": layer.shape[1],
        "N": spectrum.samples,
        "M": spectrum.dimension,
        "Q": spectrum.samples / spectrum.dimension,
        "parameters": layer.layer.size,
        "ratio": spectrum.ratio,
        "route": spectrum.route,
    }


def _fit(layer: LayerAnalysis) -> dict[str, object]:
    fit = layer.fit
    return {
        "method": fit.method,
        "zeros": fit.zeros,
        "deflated": fit.deflated,
        "pressure": fit.pressure,
        "theta": fit.theta,
        "variance": fit.variance,
        "lower_edge": fit.lower_edge,
        "upper_edge": fit.upper_edge,
        "singular_value_edge": fit.singular_value_edge,
        "lower_threshold": fit.lower_threshold,
        "threshold": fit.threshold,
        "product_edge": layer.product_edge,
        "spikes": fit.spikes,
        "below": fit.below,
        "bulk_fraction": fit.bulk_fraction,
        "ks_distance": fit.ks_distance,
        "ks_null_95": fit.ks_null_95,
        "ks_p_value": fit.ks_p_value,
        "ks_central": fit.ks_central,
        "ks_central_null_95": fit.ks_central_null_95,
        "ks_central_p_value": fit.ks_central_p_value,
    }


def _edge(layer: LayerAnalysis) -> dict[str, object]:
    edge = layer.edge
    return {
        "edge_statistic": edge.statistic if edge else None,
        "edge_p_value": edge.p_value if edge else None,
    }


def _tail(layer: LayerAnalysis) -> dict[str, object]:
    largest = float(layer.spectrum.singular_values[0])
    try:
        columns: Mapping[str, object] = weightwatcher_columns(layer.spectrum, layer.tail)
    except InputError:  # no two different values, so no tail
        columns = {}
    return {**{name: columns.get(name) for name in _WEIGHTWATCHER}, "xmax": largest**2}


def _entries(layer: LayerAnalysis) -> dict[str, object]:
    entries = layer.entries
    return {
        "entry_mean": entries.mean if entries else None,
        "entry_sd": entries.sd if entries else None,
        "entry_excess_kurtosis": entries.excess_kurtosis if entries else None,
        "entry_zeros": entries.zeros if entries else None,
    }


def _spikes(layer: LayerAnalysis) -> dict[str, object]:
    rows = spike_table(layer.spectrum, layer.fit)
    return {
        "spike_singular_values": [spike.singular_value for spike in rows],
        "spike_strengths": [spike.strength for spike in rows],
        "spike_out_overlaps": [spike.out_overlap for spike in rows],
        "spike_in_overlaps": [spike.in_overlap for spike in rows],
        "spike_shrunken_values": [spike.shrunken_value for spike in rows],
    }
