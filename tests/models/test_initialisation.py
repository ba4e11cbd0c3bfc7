"""The laws that weights start from, against what timm's own initialisation gives."""

from __future__ import annotations

import math

import pytest
import timm
import torch
from torch import nn

from rmt_studio.errors import InputError
from rmt_studio.models.initialisation import InitialLaw, initial_law
from rmt_studio.models.layers import matrices_of

KINDS = {"normal": 0.0, "uniform": -1.2, "truncated": -0.6344}  # excess kurtosis


def _fresh(mode="", architecture="vit_tiny_patch16_224", **arguments):
    torch.manual_seed(0)
    return timm.create_model(
        architecture, pretrained=False, depth=2, weight_init=mode, img_size=64, **arguments
    )


def _kurtosis(entries):
    centred = entries - entries.mean()
    return float(centred.pow(4).mean() / centred.square().mean() ** 2 - 3)


@pytest.mark.parametrize(
    ("architecture", "mode"),
    [
        ("vit_tiny_patch16_224", ""),
        ("vit_tiny_patch16_224", "jax"),
        ("vit_tiny_patch16_224", "moco"),
        ("vit_tiny_patch16_224", "reset"),
        ("deit_tiny_distilled_patch16_224", ""),
    ],
)
def test_that_the_law_is_that_of_timms_own_first_weights(architecture, mode):
    module = _fresh(mode, architecture)
    known = 0
    for layer in matrices_of(module):
        entries = layer.of(module).double().flatten()
        if mode == "jax" and layer.name == "head":
            continue
        law = initial_law(module, layer)
        known += 1
        count = entries.numel()
        # the variance of N independent entries scatters by sqrt((kurtosis + 2) / N), and the
        # excess kurtosis of normal ones by sqrt(24 / N), of bounded ones by less
        spread = math.sqrt((KINDS[law.kind] + 2) / count)
        assert float(entries.var()) == pytest.approx(law.sd**2, rel=5 * spread), layer.name
        assert _kurtosis(entries) == pytest.approx(KINDS[law.kind], abs=5 * math.sqrt(24 / count))
    assert known >= 10


@pytest.mark.parametrize("kind", list(KINDS))
def test_that_drawn_entries_follow_the_law(kind):
    drawn = InitialLaw(kind, 0.3).draw((300, 400), torch.Generator().manual_seed(0)).double()
    spread = math.sqrt((KINDS[kind] + 2) / drawn.numel())
    assert float(drawn.var()) == pytest.approx(0.09, rel=5 * spread)
    assert float(drawn.mean()) == pytest.approx(0, abs=5 * 0.3 / math.sqrt(drawn.numel()))
    assert _kurtosis(drawn) == pytest.approx(KINDS[kind], abs=5 * math.sqrt(24 / drawn.numel()))


def test_that_fixed_initialisation_divides_the_outputs_by_depth():
    module = _fresh(fix_init=True)
    layers = {layer.name: layer for layer in matrices_of(module)}
    for name, divisor in (("blocks.1.mlp.fc2", 2.0), ("blocks.1.mlp.fc1", 1.0)):
        law = initial_law(module, layers[name])
        assert law.sd == pytest.approx(0.02 / divisor)
        entries = layers[name].of(module)
        assert float(entries.std()) == pytest.approx(law.sd, rel=5 / math.sqrt(entries.numel()))


def test_that_a_classifier_of_zeros_is_refused():
    module = _fresh("jax")
    head = next(layer for layer in matrices_of(module) if layer.name == "head")
    with pytest.raises(InputError, match="starts at zero"):
        initial_law(module, head)


def test_that_layers_with_an_initialisation_of_their_own_are_refused():
    module = _fresh(architecture="vit_tiny_patch16_224", mlp_layer=timm.layers.SwiGLU)
    mlp = next(layer for layer in matrices_of(module) if layer.name == "blocks.0.mlp.fc1_g")
    with pytest.raises(InputError, match="SwiGLU"):
        initial_law(module, mlp)
    attention = next(layer for layer in matrices_of(module) if layer.name == "blocks.0.attn.q")
    assert initial_law(module, attention).sd == 0.02


def test_that_other_families_are_refused_by_name():
    with torch.device("meta"):
        module = timm.create_model("swin_tiny_patch4_window7_224", pretrained=False)
    with pytest.raises(InputError, match="SwinTransformer"):
        initial_law(module, matrices_of(module)[3])


def test_that_the_backbone_of_a_hybrid_is_refused():
    with torch.device("meta"):
        module = timm.create_model("vit_tiny_r_s16_p8_224", pretrained=False)
    inner = [x for x in matrices_of(module) if "backbone" in x.parameter]
    assert inner
    assert isinstance(module.get_submodule(inner[0].parameter.rpartition(".")[0]), nn.Conv2d)
    with pytest.raises(InputError, match="backbone"):
        initial_law(module, inner[0])
