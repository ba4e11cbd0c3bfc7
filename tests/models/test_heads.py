"""Where the heads lie, against what timm's attention computes with them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import timm
import torch
from timm.layers.attention import AttentionRope

from rmt_studio.analysis.views import View, view_matrix
from rmt_studio.models.heads import heads_of, owner_name, product_layers
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source

FAMILIES = (
    "beit_base_patch16_224",
    "cait_xxs24_224",
    "convit_tiny",
    "crossvit_tiny_240",
    "davit_tiny",
    "eva02_tiny_patch14_224",
    "gcvit_xxtiny",
    "hiera_tiny_224",
    "mvitv2_tiny",
    "pvt_v2_b0",
    "swin_tiny_patch4_window7_224",
    "twins_svt_small",
    "vit_relpos_small_patch16_224",
    "volo_d1_224",
)


def _laid_out(architecture, **arguments):
    with torch.device("meta"):
        module = timm.create_model(architecture, pretrained=False, **arguments)
    return SimpleNamespace(module=module, layout=module, layers=matrices_of(module))


def _layer(model, name):
    return next(layer for layer in model.layers if layer.name == name)


def test_that_rows_of_q_k_v_and_columns_of_the_output_are_heads(demo_model):
    attention = demo_model.module.get_submodule("blocks.0.attn")
    for part in "qkv":
        split = heads_of(demo_model.module, demo_model.layer(f"blocks.0.attn.{part}"))
        assert (split.count, split.size, split.axis) == (attention.num_heads, 64, "rows")
    split = heads_of(demo_model.module, demo_model.layer("blocks.0.attn.proj"))
    assert (split.count, split.size, split.axis) == (attention.num_heads, 64, "columns")


def test_that_other_matrices_have_no_heads(demo_model):
    for name in ("patch_embed.proj", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2", "head"):
        assert heads_of(demo_model.module, demo_model.layer(name)) is None
        assert product_layers(demo_model, demo_model.layer(name)) is None


def test_that_the_products_of_the_heads_are_what_the_attention_computes(demo_model):
    """Rebuild one attention from W_q^T W_k and W_o W_v alone, its biases set to zero."""
    module = demo_model.module.get_submodule("blocks.1.attn")
    x = torch.randn(1, 17, 192, generator=torch.Generator().manual_seed(0))
    q, k, v, out = (demo_model.layer(f"blocks.1.attn.{name}") for name in ("q", "k", "v", "proj"))
    split = heads_of(demo_model.module, q)
    rebuilt = torch.zeros_like(x)
    for head in range(split.count):
        parts = [
            heads_of(demo_model.module, layer).part(demo_model.weight(layer), head)
            for layer in (q, k, v, out)
        ]
        scores = x @ (parts[0].mT @ parts[1]) @ x.mT * split.size**-0.5
        rebuilt += scores.softmax(-1) @ x @ (parts[3] @ parts[2]).mT
    biases = module.qkv.bias, module.proj.bias
    kept = [bias.detach().clone() for bias in biases]
    with torch.no_grad():
        try:
            for bias in biases:
                bias.zero_()
            expected = module(x)
        finally:
            for bias, values in zip(biases, kept, strict=True):
                bias.copy_(values)
    torch.testing.assert_close(rebuilt, expected, rtol=1e-4, atol=1e-5)


def test_that_pairs_are_named_by_any_of_their_layers(demo_model):
    for first, second, names in (
        ("q", "k", ("blocks.0.attn.q", "blocks.0.attn.k")),
        ("proj", "v", ("blocks.0.attn.proj", "blocks.0.attn.v")),
    ):
        for part in (first, second):
            pair = product_layers(demo_model, demo_model.layer(f"blocks.0.attn.{part}"))
            assert tuple(layer.name for layer in pair) == names


@pytest.mark.parametrize(
    ("architecture", "leaf"),
    [("levit_128s", "qkv"), ("maxvit_tiny_rw_224", "qkv"), ("tiny_vit_5m_224", "qkv")],
)
def test_that_layouts_that_cannot_be_cut_stay_whole(architecture, leaf):
    model = _laid_out(architecture)
    fused = [layer for layer in model.layers if leaf in layer.parameter and "attn" in layer.name]
    assert fused
    assert all(heads_of(model.module, layer) is None for layer in fused)
    assert all(product_layers(model, layer) is None for layer in model.layers)


def test_that_a_normalisation_between_q_and_k_leaves_only_the_other_product():
    model = _laid_out("vit_tiny_patch16_224", qk_norm=True)
    assert product_layers(model, _layer(model, "blocks.0.attn.q")) is None
    assert product_layers(model, _layer(model, "blocks.0.attn.v")) is not None


@pytest.mark.parametrize("architecture", ["xcit_nano_12_p16_224", "swinv2_tiny_window8_256"])
def test_that_attentions_of_another_kind_have_heads_but_no_products(architecture):
    model = _laid_out(architecture)
    queries = [layer for layer in model.layers if layer.name.endswith("attn.q")]
    assert all(heads_of(model.module, layer) is not None for layer in queries)
    assert all(product_layers(model, layer) is None for layer in model.layers)


def test_that_grouped_queries_share_their_keys_and_values():
    """Rebuild what timm's attention adds to the stream from the products of the four heads."""
    torch.manual_seed(0)
    attention = AttentionRope(32, num_heads=4, num_kv_heads=2, qkv_fused=False, qkv_bias=False)
    module = torch.nn.ModuleDict({"attn": attention.eval()})
    model = LoadedModel(module, "grouped", Source("checkpoint", ""), matrices_of(module), {})
    query, value = model.layer("attn.q_proj"), model.layer("attn.v_proj")
    assert [heads_of(module, layer).count for layer in (query, value)] == [4, 2]
    x = torch.randn(1, 9, 32)
    rebuilt = attention.proj.bias.detach().expand_as(x).double()
    for head in range(4):
        scores = view_matrix(model, query, View("query_key", head))
        written = view_matrix(model, value, View("output_value", head))
        weights = (x.double() @ scores @ x.double().mT * 8**-0.5).softmax(-1)
        rebuilt = rebuilt + weights @ x.double() @ written.mT
    with torch.no_grad():
        torch.testing.assert_close(rebuilt.float(), attention(x), rtol=1e-4, atol=1e-5)


def test_that_the_owner_is_the_attention():
    model = _laid_out("vit_tiny_patch16_224")
    assert owner_name(_layer(model, "blocks.3.attn.q")) == "blocks.3.attn"
    assert owner_name(_layer(model, "head")) == ""


def test_that_every_family_of_timm_can_be_asked():
    for architecture in FAMILIES:
        model = _laid_out(architecture)
        for layer in model.layers:
            split = heads_of(model.module, layer)
            assert split is None or split.count * split.size in layer.shape
            product_layers(model, layer)
