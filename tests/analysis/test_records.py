"""All numbers of a layer as plain values, and the table made of them."""

from __future__ import annotations

import dataclasses
import json
import math
import sys

import numpy as np
import pandas
import pytest

from rmt_studio.analysis import Analysis
from rmt_studio.analysis.details import spike_details
from rmt_studio.analysis.nulls import null_spectra
from rmt_studio.analysis.records import finite, localisation_record, null_record, scalars
from rmt_studio.analysis.views import View, analyze_view
from rmt_studio.errors import InputError
from rmt_studio.spectra import (
    EntryStatistics,
    Spectrum,
    entry_statistics,
    fit_bulk,
    spike_table,
    weightwatcher_columns,
)


def _with_entries(model, layer):
    return dataclasses.replace(layer, entries=entry_statistics(model.weight(layer.layer)))


def test_that_a_record_has_every_number_of_the_layer(demo_model, demo_analysis):
    layer = _with_entries(demo_model, demo_analysis["blocks.0.mlp.fc1"])
    record = layer.record()
    for name, value in weightwatcher_columns(layer.spectrum).items():
        assert record[name] == value
    for field in ("variance", "upper_edge", "threshold", "ks_p_value", "deflated", "spikes"):
        assert record[field] == getattr(layer.fit, field)
    assert record["edge_p_value"] == layer.edge.p_value
    assert record["entry_excess_kurtosis"] == layer.entries.excess_kurtosis
    spikes = spike_table(layer.spectrum, layer.fit)
    assert record["spike_strengths"] == [spike.strength for spike in spikes]
    assert record["spike_shrunken_values"] == [spike.shrunken_value for spike in spikes]
    assert record["singular_values"] == layer.spectrum.singular_values.tolist()
    assert (record["N"], record["M"], record["Q"]) == (768, 192, 4.0)


def test_that_records_are_json_for_every_layer_and_view(demo_model, demo_analysis):
    layer = demo_model.layer("blocks.0.attn.q")
    views = [analyze_view(demo_model, layer, View(kind, 0)) for kind in ("head", "query_key")]
    for one in (*demo_analysis, *views):
        text = json.dumps(one.record(), allow_nan=False)
        assert json.loads(text)["name"] == one.name
    record = views[1].record()
    assert (record["view"], record["attention_head"]) == ("query_key", 0)
    assert record["layer"] == "blocks.0.attn.q"
    assert record["edge_p_value"] is None
    assert record["marchenko_pastur"] is False
    assert record["product_edge"] == views[1].product_edge


def test_that_numbers_that_do_not_exist_are_none(demo_analysis):
    layer = demo_analysis["head"]
    flat = Spectrum(np.ones(10), layer.shape)
    odd = dataclasses.replace(
        layer,
        spectrum=flat,
        fit=fit_bulk(flat),
        entries=EntryStatistics(0.0, 0.0, math.nan, 0.0),
    )
    record = odd.record()
    assert record["alpha"] is None
    assert record["entry_excess_kurtosis"] is None
    json.dumps(record, allow_nan=False)
    assert finite([1.0, math.inf, math.nan]) == [1.0, None, None]


def test_that_spikes_inside_the_bulk_have_no_strength_in_json(demo_analysis):
    layer = demo_analysis["blocks.0.mlp.fc1"]
    noise = Spectrum.of(np.random.default_rng(0).normal(size=layer.shape))
    loose = dataclasses.replace(layer, spectrum=noise, fit=fit_bulk(noise, "paper", beta=0.9999))
    assert spike_table(noise, loose.fit)
    assert None in loose.record()["spike_strengths"]


def test_that_a_frame_has_a_row_per_layer_and_a_column_per_number(demo_analysis):
    frame = demo_analysis.to_frame()
    assert list(frame.index) == [layer.name for layer in demo_analysis]
    assert frame.index.name == "name"
    for layer in demo_analysis:
        assert frame.loc[layer.name, "upper_edge"] == layer.fit.upper_edge
        assert frame.loc[layer.name, "alpha"] == layer.tail.alpha
    assert frame["alpha"].dtype == np.float64
    assert not any(isinstance(value, list | dict) for value in frame.iloc[0])
    assert set(frame.columns) == set(scalars(demo_analysis[0].record())) - {"name"}


def test_that_missing_whole_numbers_do_not_become_fractions(demo_analysis):
    frame = demo_analysis.to_frame()
    assert frame.loc["blocks.1.mlp.fc1", "block"] == 1
    assert frame["block"].dtype == pandas.Int64Dtype()
    assert pandas.isna(frame.loc["head", "block"])


def test_that_an_empty_analysis_is_an_empty_frame():
    assert len(Analysis([]).to_frame()) == 0


def test_that_without_pandas_the_way_to_get_it_is_named(demo_analysis, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match=r"pip install 'rmt-studio\[frame\]'"):
        demo_analysis.to_frame()


def test_that_nulls_and_localisation_become_plain_values(demo_model, demo_analysis):
    layer = demo_analysis["blocks.0.attn.v"]
    null = null_spectra(demo_model, layer.layer, "shuffled", replicas=4)
    record = null_record(layer, null)
    assert record["null_exceeding"] == null.exceeding(layer.spectrum)
    assert len(record["null_median"]) == 192
    assert set(null_record(layer, None)) == set(record)
    details = spike_details(demo_model.weight(layer.layer), layer)
    found = localisation_record(details)
    assert len(found["spike_out_largest"]) == layer.fit.spikes
    assert 0 <= found["spikes_localised"] <= layer.fit.spikes
    json.dumps({**record, **found}, allow_nan=False)
