"""From a model to its spectra."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

from rmt_studio import analyze
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled


def test_that_every_matrix_is_analysed_in_the_models_order(demo_model, demo_analysis):
    assert [x.name for x in demo_analysis] == [x.name for x in demo_model.layers]
    assert demo_analysis["head"].name == "head"


def test_that_singular_values_are_those_of_the_weight(demo_model, demo_analysis):
    for layer in demo_analysis:
        expected = np.linalg.svd(demo_model.weight(layer.layer).double().numpy(), compute_uv=False)
        np.testing.assert_allclose(layer.spectrum.singular_values, expected, rtol=1e-6, atol=1e-9)


def test_that_fused_qkv_is_three_layers(demo_model, demo_analysis):
    fused = demo_model.module.state_dict()["blocks.0.attn.qkv.weight"]
    width = fused.shape[1]
    for place, part in enumerate("qkv"):
        own = fused[place * width : (place + 1) * width]
        energy = (demo_analysis[f"blocks.0.attn.{part}"].spectrum.singular_values ** 2).sum()
        assert energy == pytest.approx(own.double().square().sum().item())


def test_that_layers_are_told_as_they_arrive(demo_model):
    arrived = []
    analyze(demo_model, layers=["head", "blocks.0.attn.q"], on_layer=arrived.append)
    assert [x.name for x in arrived] == ["head", "blocks.0.attn.q"]


def test_that_a_matrix_of_zeros_is_named_and_left_out(demo_model):
    module = copy.deepcopy(demo_model.module)
    with torch.no_grad():
        module.get_submodule("blocks.0.mlp.fc1").weight.zero_()
    analysis = analyze(dataclasses.replace(demo_model, module=module))
    assert analysis.skipped == ("blocks.0.mlp.fc1",)
    assert len(analysis) == len(demo_model.layers) - 1


def test_that_an_unknown_layer_or_method_is_named(demo_model):
    with pytest.raises(InputError, match="blocks"):
        analyze(demo_model, layers=["blocks.9.mlp.fc9"])
    with pytest.raises(InputError, match="guess"):
        analyze(demo_model, method="guess", layers=["head"])


def test_that_analysis_can_be_cancelled(demo_model):
    def stop(done, total, note=""):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyze(demo_model, progress=stop)


def test_that_deit_tiny_shows_bulks_and_spikes(deit_tiny):
    analysis = analyze(deit_tiny)
    assert len([x for x in analysis if x.layer.in_block]) == 72
    layer = analysis["blocks.6.mlp.fc1"]
    assert layer.shape == (768, 192)
    assert 10 < layer.fit.spikes < 30
    assert 0.8 < layer.fit.bulk_fraction < 0.95
