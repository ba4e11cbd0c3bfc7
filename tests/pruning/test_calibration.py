"""Samples of the layers' inputs, against a hook of one's own."""

from __future__ import annotations

import pytest
import torch

from rmt_studio import digits
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import sample_inputs


def test_that_every_linear_layer_has_a_sample_of_its_width(demo_model):
    sample = sample_inputs(demo_model, digits(), tokens=40, limit=8)
    for layer in demo_model.layers:
        if layer.name != "patch_embed.proj":
            assert sample[layer.parameter].shape == (layer.shape[1], 40)


def test_that_the_columns_are_inputs_that_the_layer_really_sees(demo_model):
    images = digits()
    seen = []
    part = demo_model.module.get_submodule("blocks.1.mlp.fc1")
    hook = part.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0]))
    with torch.inference_mode():
        demo_model.module(images.with_transform(demo_model.data_config)[0][0].unsqueeze(0))
    hook.remove()
    sample = sample_inputs(demo_model, images, tokens=10, limit=1)["blocks.1.mlp.fc1.weight"]
    for column in sample.mT:
        assert (seen[0] - column).abs().amax(1).min() < 1e-4


def test_that_a_seed_gives_the_same_sample_and_the_model_keeps_no_hooks(demo_model):
    first, second = (sample_inputs(demo_model, digits(), limit=4) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not any(module._forward_pre_hooks for module in demo_model.module.modules())


def test_that_sampling_can_be_cancelled(demo_model):
    def stop(done, total, note=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        sample_inputs(demo_model, digits(), progress=stop)
