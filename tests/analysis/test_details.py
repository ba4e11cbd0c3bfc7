"""The entries of one weight and where its spikes live."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from rmt_studio.analysis import LayerAnalysis, analyze_layer
from rmt_studio.analysis.details import FEWEST_BINS, MOST_BINS, entry_details, spike_details
from rmt_studio.analysis.views import View, analyze_view, view_matrix
from rmt_studio.errors import InputError
from rmt_studio.models.layers import Layer, Role
from rmt_studio.spectra import Spectrum, fit_bulk, localisation


def _analysed(weight):
    layer = Layer("test", Role.OTHER, "test.weight", None, weight.shape, None)
    spectrum = Spectrum.of(weight)
    return LayerAnalysis(layer, spectrum, fit_bulk(spectrum))


def _noise(rows, columns, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def test_that_the_histogram_counts_every_entry(demo_model):
    weight = demo_model.weight(demo_model.layer("blocks.0.mlp.fc1"))
    details = entry_details(weight)
    assert details.counts.sum() == weight.numel()
    assert details.edges.size == details.counts.size + 1
    assert details.edges[0] == weight.min()
    assert details.edges[-1] == weight.max()
    assert details.statistics.sd == pytest.approx(float(weight.double().std(correction=0)))


def test_that_normal_entries_get_the_bins_of_freedman_and_diaconis():
    weight = _noise(100, 100)
    low, high = np.percentile(weight, [25, 75])
    width = np.diff(entry_details(weight).edges)[0]
    assert width == pytest.approx(2 * (high - low) / 10_000 ** (1 / 3), rel=0.05)


def test_that_bins_stay_bounded():
    heavy = _noise(200, 200)
    heavy[0, 0] = 1e6
    assert entry_details(heavy).counts.size == MOST_BINS
    assert entry_details(np.full((5, 5), 2.0)).counts.size == FEWEST_BINS
    sparse = np.zeros((50, 50))
    sparse[0, 0] = 1.0
    details = entry_details(sparse)
    assert details.zeros == 2499
    assert details.counts.size == FEWEST_BINS


@pytest.mark.parametrize("shape", [(120, 240), (240, 120)])
def test_that_vectors_of_spikes_are_those_of_the_decomposition(shape, monkeypatch):
    weight = _noise(*shape)
    weight += 60 * np.outer(
        *(np.random.default_rng(s).normal(size=n) / np.sqrt(n) for s, n in enumerate(shape))
    )
    seen = _analysed(weight)
    assert seen.fit.spikes == 1
    details = spike_details(weight, seen)
    u, _, vh = np.linalg.svd(weight)
    for found, vector in ((details.out_localisation, u[:, 0]), (details.in_localisation, vh[0])):
        expected = localisation(vector[:, None])
        np.testing.assert_allclose(found.largest, expected.largest, rtol=1e-9)
        np.testing.assert_allclose(
            found.inverse_participation, expected.inverse_participation, rtol=1e-9
        )
    assert not details.out_localisation.localised.any()
    assert [spike.index for spike in details.spikes] == [0]


def test_that_a_huge_weight_is_told_from_a_direction():
    weight = _noise(120, 240)
    weight[7, 11] = 80
    details = spike_details(weight, _analysed(weight))
    assert len(details.spikes) == 1
    assert details.out_localisation.localised.all()
    assert details.in_localisation.localised.all()


def test_that_values_below_the_bulk_come_with_their_vectors():
    u, s, vh = np.linalg.svd(_noise(100, 400), full_matrices=False)
    s[-3:] = s[-4] / np.array([4, 5, 6])
    u[:, -1] = np.eye(100)[42]  # the lowest sits on one output
    u = np.linalg.qr(u[:, ::-1])[0][:, ::-1]
    weight = (u * s) @ vh
    details = spike_details(weight, _analysed(weight))
    assert details.lowest_values[0] == pytest.approx(s[-1])
    assert (np.diff(details.lowest_values) >= 0).all()
    assert 3 <= details.lowest_values.size <= 16
    assert details.lowest_out_localisation.localised[0]
    assert not details.lowest_in_localisation.localised[0]


def test_that_noise_has_no_spikes_and_empty_details():
    weight = _noise(60, 200, seed=3)
    seen = _analysed(weight)
    none = dataclasses.replace(seen, fit=dataclasses.replace(seen.fit, spikes=0))
    details = spike_details(weight, none)
    assert details.spikes == ()
    assert details.out_localisation.largest.shape == (0,)


def test_that_tiny_values_are_decomposed_where_the_gram_matrix_has_no_digits():
    rng = np.random.default_rng(0)
    frames = [np.linalg.qr(rng.normal(size=(n, 40)))[0] for n in (40, 60)]
    values = np.concatenate([np.linspace(2, 1, 39), [1e-5]])
    weight = (frames[0] * values) @ frames[1].T
    details = spike_details(weight, _analysed(weight))
    expected = localisation(frames[0][:, -1:])
    assert details.lowest_values[0] == pytest.approx(1e-5, rel=1e-6)
    np.testing.assert_allclose(
        details.lowest_out_localisation.largest[0], expected.largest[0], rtol=1e-6
    )


def test_that_a_product_shows_its_lowest_values_without_its_zeros(demo_model):
    layer, view = demo_model.layer("blocks.0.attn.q"), View("query_key", 0)
    seen = analyze_view(demo_model, layer, view)
    details = spike_details(view_matrix(demo_model, layer, view), seen)
    assert len(details.spikes) == seen.fit.spikes
    assert (details.lowest_values > 0).all()


def test_that_half_precision_and_float32_agree(demo_model):
    layer = demo_model.layer("blocks.0.attn.proj")
    weight = demo_model.weight(layer).half()
    assert entry_details(weight).counts.sum() == weight.numel()
    seen = analyze_layer(demo_model, layer)
    full = spike_details(demo_model.weight(layer), seen).in_localisation.largest
    half = spike_details(weight, seen).in_localisation.largest
    # rounding to half moves a vector by 5e-4 sqrt(n) sd over the gap to its neighbours
    assert half[0] == pytest.approx(full[0], rel=0.05)


def test_that_values_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match="finite"):
        entry_details(torch.full((3, 3), torch.inf))
