"""Second moments of the layers' inputs, against sums of one's own."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from torch import nn

from rmt_studio import digits, open_images
from rmt_studio.data.images import ImageSet
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import input_moments

COUNT = 12


def _seen(model, images, name, count):
    """Return what a module is fed on the first ``count`` images that are spread over the set."""
    kept = []
    module = copy.deepcopy(model.module)
    module.get_submodule(name).register_forward_pre_hook(lambda _, given: kept.append(given[0]))
    dataset = images.with_transform(model.data_config)
    with torch.no_grad():
        for index in range(count):
            module(dataset[index * len(images) // count][0].unsqueeze(0))
    return torch.cat(kept)


def test_that_moments_are_those_of_a_direct_sum(demo_model):
    moments = input_moments(demo_model, digits(), limit=COUNT, batch_size=5)
    for name in ("blocks.0.attn.qkv", "blocks.1.mlp.fc2", "head"):
        tokens = _seen(demo_model, digits(), name, COUNT).double()
        rows = tokens.reshape(-1, tokens.shape[-1])
        expected = rows.mT @ rows / len(rows)
        # batches of another size round the float32 activations otherwise
        scale = float(expected.diagonal().max())
        torch.testing.assert_close(
            moments[f"{name}.weight"], expected, rtol=1e-5, atol=1e-6 * scale
        )


def test_that_a_convolution_is_fed_unfolded_patches(demo_model):
    moments = input_moments(demo_model, digits(), limit=COUNT)
    layer = demo_model.layer("patch_embed.proj")
    inputs = _seen(demo_model, digits(), "patch_embed.proj", COUNT)
    module = demo_model.module.get_submodule("patch_embed.proj")
    outputs = (module(inputs) - module.bias[:, None, None]).detach().double()
    rows = outputs.flatten(2).mT.reshape(-1, layer.shape[0])
    weight = demo_model.weight(layer).double()
    torch.testing.assert_close(
        weight @ moments[layer.parameter] @ weight.mT,
        rows.mT @ rows / len(rows),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "convolution",
    [
        nn.Conv2d(3, 4, 3, stride=2, padding=1),
        nn.Conv2d(3, 4, (2, 3), dilation=2, padding=(1, 2), padding_mode="reflect"),
        nn.Conv2d(3, 4, 3, padding="same"),
    ],
)
def test_that_padding_stride_and_dilation_are_those_of_the_convolution(convolution):
    from rmt_studio.pruning.moments import _vectors

    images = torch.randn(2, 3, 9, 8, generator=torch.Generator().manual_seed(0))
    rows = torch.cat(list(_vectors(convolution, images)))
    weight = convolution.weight.detach().view(4, -1)
    expected = (convolution(images) - convolution.bias[:, None, None]).detach()
    found = (rows @ weight.mT).reshape(2, -1, 4).mT.reshape(expected.shape)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_that_every_layer_has_symmetric_moments_of_its_width(demo_model):
    moments = input_moments(demo_model, digits(), limit=4)
    for layer in demo_model.layers:
        moment = moments[layer.parameter]
        assert moment.shape == (layer.shape[1],) * 2
        assert moment.dtype == torch.float64
        assert torch.equal(moment, moment.mT)
        assert torch.linalg.eigvalsh(moment)[0] > -1e-12 * moment.diagonal().max()
        moment.mul_(1.0)  # an ordinary tensor, free to be changed


def test_that_only_the_layers_wanted_are_measured(demo_model):
    moments = input_moments(demo_model, digits(), layers=["blocks.0.attn.k", "head"], limit=2)
    assert set(moments) == {"blocks.0.attn.qkv.weight", "head.weight"}


def test_that_the_size_of_the_batches_does_not_matter(demo_model):
    first, second = (
        input_moments(demo_model, digits(), layers=["blocks.1.mlp.fc1"], limit=9, batch_size=size)
        for size in (1, 9)
    )
    for name, moment in first.items():
        scale = float(moment.diagonal().max())
        torch.testing.assert_close(moment, second[name], rtol=1e-5, atol=1e-6 * scale)


def test_that_the_model_is_left_as_it_is(demo_model):
    before = {name: value.clone() for name, value in demo_model.module.state_dict().items()}
    input_moments(demo_model, digits(), limit=2)
    assert not any(module._forward_pre_hooks for module in demo_model.module.modules())
    for name, value in demo_model.module.state_dict().items():
        assert torch.equal(value, before[name])


def test_that_measuring_can_be_cancelled_and_tells_where_it_is(demo_model):
    told = []

    def stop(done, total, note=""):
        told.append((done, total))
        if done >= 8:
            raise Cancelled

    with pytest.raises(Cancelled):
        input_moments(demo_model, digits(), limit=20, batch_size=4, progress=stop)
    assert told == [(0, 20), (4, 20), (8, 20)]


def test_that_wrong_input_is_named(demo_model):
    with pytest.raises(InputError, match="batch size"):
        input_moments(demo_model, digits(), batch_size=0)
    with pytest.raises(InputError, match="nothing"):
        input_moments(demo_model, ImageSet("nothing", "digits", (), ()))
    with pytest.raises(InputError, match="blocks"):
        input_moments(demo_model, digits(), layers=["blocks.7.mlp.fc9"])


def test_that_a_layer_no_image_reaches_is_absent(demo_model):
    module = copy.deepcopy(demo_model.module)
    module.head = nn.Identity()
    moments = input_moments(dataclasses.replace(demo_model, module=module), digits(), limit=1)
    assert "head.weight" not in moments


def test_that_deit_tiny_is_fed_unequal_directions(deit_tiny, photographs):
    images = open_images(photographs.parent / "calibration", num_classes=1000)
    layers = [layer.name for layer in deit_tiny.layers if layer.name.endswith("fc1")]
    moments = input_moments(deit_tiny, images, layers=layers, limit=8)
    assert len(moments) == 12
    for moment in moments.values():
        values = torch.linalg.eigvalsh(moment)
        assert values[-1] > 10 * values.mean()
        assert values[0] > 0
