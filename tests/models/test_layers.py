"""The matrices of a network: names, roles, shapes, and that they are views of its parameters."""

from __future__ import annotations

from itertools import pairwise

import pytest
import timm
import torch
from torch import nn

from rmt_studio.models import Layer, Role, matrices_of


def layout(architecture):
    with torch.device("meta"):
        return timm.create_model(architecture)


def by_name(module):
    return {layer.name: layer for layer in matrices_of(module)}


def test_that_deit_tiny_has_74_matrices_in_the_order_of_the_model():
    layers = matrices_of(layout("deit_tiny_patch16_224"))
    block = ["attn.q", "attn.k", "attn.v", "attn.proj", "mlp.fc1", "mlp.fc2"]
    inside = [f"blocks.{i}.{part}" for i in range(12) for part in block]
    assert [layer.name for layer in layers] == ["patch_embed.proj", *inside, "head"]


def test_that_a_block_of_a_vit_holds_twelve_times_its_width_squared():
    layers = matrices_of(layout("deit_tiny_patch16_224"))
    assert sum(layer.size for layer in layers if layer.in_block) == 12 * 12 * 192**2
    assert {layer.block for layer in layers if layer.in_block} == set(range(12))


def test_that_q_k_v_are_the_thirds_of_the_fused_weight_and_share_its_memory(tiny_module):
    layers = by_name(tiny_module)
    fused = tiny_module.blocks[1].attn.qkv.weight
    for third, letter in enumerate("qkv"):
        layer = layers[f"blocks.1.attn.{letter}"]
        assert layer.parameter == "blocks.1.attn.qkv.weight"
        assert layer.rows == (32 * third, 32 * (third + 1))
        assert torch.equal(layer.of(tiny_module), fused.chunk(3)[third])
        assert layer.of(tiny_module).data_ptr() == fused.chunk(3)[third].data_ptr()


def test_that_writing_to_a_matrix_changes_the_network(tiny_module):
    layer = by_name(tiny_module)["blocks.0.attn.v"]
    layer.of(tiny_module).zero_()
    assert tiny_module.blocks[0].attn.qkv.weight[64:].abs().max() == 0
    assert tiny_module.blocks[0].attn.qkv.weight[:64].abs().max() > 0


def test_that_attention_without_its_queries_averages_the_values(tiny_module):
    """Known answer: q = 0 gives uniform attention, so every token gets ``proj(mean of v)``."""
    attention = tiny_module.blocks[0].attn
    by_name(tiny_module)["blocks.0.attn.q"].of(tiny_module).zero_()
    attention.qkv.bias.data[:32] = 0
    tokens = torch.randn(1, 5, 32, generator=torch.Generator().manual_seed(0))
    value = by_name(tiny_module)["blocks.0.attn.v"].of(tiny_module)
    mean = (tokens @ value.T + attention.qkv.bias[64:]).mean(1, keepdim=True)
    with torch.no_grad():
        torch.testing.assert_close(attention(tokens), attention.proj(mean).expand(1, 5, 32))


def test_that_an_unfolded_convolution_times_a_patch_is_what_the_convolution_gives():
    conv = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4, bias=False))
    (layer,) = matrices_of(conv)
    assert layer.shape == (8, 48)
    patch = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = conv(patch[None]).flatten()
    torch.testing.assert_close(layer.of(conv) @ patch.flatten(), expected)


@pytest.mark.parametrize(
    ("architecture", "name", "role", "shape", "block"),
    [
        ("deit_tiny_patch16_224", "patch_embed.proj", Role.PATCH_EMBED, (192, 768), None),
        ("deit_tiny_patch16_224", "blocks.3.attn.proj", Role.ATTENTION_OUT, (192, 192), 3),
        ("deit_tiny_patch16_224", "blocks.3.mlp.fc1", Role.MLP_IN, (768, 192), 3),
        ("deit_tiny_patch16_224", "blocks.3.mlp.fc2", Role.MLP_OUT, (192, 768), 3),
        ("deit_tiny_patch16_224", "head", Role.HEAD, (1000, 192), None),
        ("deit_tiny_distilled_patch16_224", "head_dist", Role.HEAD, (1000, 192), None),
        ("swin_tiny_patch4_window7_224", "layers.1.blocks.1.attn.k", Role.KEY, (192, 192), 3),
        ("swin_tiny_patch4_window7_224", "layers.1.downsample.reduction", Role.OTHER,
         (192, 384), None),
        ("swin_tiny_patch4_window7_224", "head.fc", Role.HEAD, (1000, 768), None),
        ("beit_base_patch16_224", "blocks.11.attn.v", Role.VALUE, (768, 768), 11),
        ("eva02_base_patch14_448", "blocks.2.attn.k_proj", Role.KEY, (768, 768), 2),
        ("eva02_base_patch14_448", "blocks.2.mlp.fc1_g", Role.MLP_IN, (2048, 768), 2),
        ("vit_base_patch16_siglip_224", "attn_pool.v", Role.VALUE, (768, 768), None),
        ("xcit_nano_12_p16_224", "cls_attn_blocks.0.mlp.fc1", Role.MLP_IN, (512, 128), 12),
        ("vit_relpos_small_patch16_224", "blocks.0.attn.rel_pos.mlp.fc1", Role.OTHER, (128, 2), 0),
        ("hiera_tiny_224", "blocks.1.proj", Role.OTHER, (192, 96), 1),
        ("gcvit_xxtiny", "stages.0.blocks.1.attn.v", Role.VALUE, (64, 64), 1),
        ("levit_128s", "stages.0.blocks.0.attn.qkv.linear", Role.FUSED_QKV, (256, 128), 0),
        ("coatnet_0_rw_224", "stages.2.blocks.0.attn.qkv", Role.FUSED_QKV, (576, 192), 0),
    ],
)  # fmt: skip
def test_that_roles_shapes_and_blocks_are_told_from_timms_names(
    architecture, name, role, shape, block
):
    layer = by_name(layout(architecture))[name]
    assert (layer.role, layer.shape, layer.block) == (role, shape, block)


@pytest.mark.parametrize(
    "architecture",
    ["deit_tiny_distilled_patch16_224", "swinv2_tiny_window8_256", "cait_xxs24_224",
     "crossvit_tiny_240", "volo_d1_224", "tnt_s_patch16_224", "twins_svt_small", "convit_tiny",
     "vit_small_patch16_dinov3", "mvitv2_tiny", "maxvit_tiny_rw_224", "resnet18"],
)  # fmt: skip
def test_that_names_are_unique_and_every_matrix_can_be_reached(architecture):
    module = layout(architecture)
    layers = matrices_of(module)
    assert len({layer.name for layer in layers}) == len(layers) > 0
    assert all(tuple(layer.of(module).shape) == layer.shape for layer in layers)


def test_that_the_parts_of_a_fused_weight_cover_it_without_overlap():
    rows = {}
    for layer in matrices_of(layout("vit_base_patch16_siglip_224")):
        if layer.rows:
            rows.setdefault(layer.parameter, []).append(layer.rows)
    assert all(
        parts[0][0] == 0 and all(a[1] == b[0] for a, b in pairwise(parts))
        for parts in rows.values()
    )
    assert rows["attn_pool.kv.weight"] == [(0, 768), (768, 1536)]


def test_that_a_fused_weight_can_be_kept_whole(tiny_module):
    layers = {layer.name: layer for layer in matrices_of(tiny_module, split=False)}
    assert layers["blocks.0.attn.qkv"].role is Role.FUSED_QKV
    assert layers["blocks.0.attn.qkv"].shape == (96, 32)


def test_that_a_shared_weight_is_listed_once():
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))
    net[2].weight = net[0].weight
    assert [layer.name for layer in matrices_of(net)] == ["0", "1"]


def test_that_slivers_and_grouped_convolutions_are_left_out():
    net = nn.Sequential(
        nn.Linear(1, 8), nn.Linear(8, 1), nn.Linear(2, 8), nn.Conv2d(8, 8, 3, groups=8)
    )
    assert [layer.name for layer in matrices_of(net)] == ["2"]


def test_that_every_role_has_a_label_to_show():
    assert all(role.label and role.label != role.name for role in Role)


def test_that_a_layer_can_stand_in_a_set():
    layer = Layer("head", Role.HEAD, "head.weight", None, (10, 32), None)
    assert layer in {layer}
    assert not layer.in_block
