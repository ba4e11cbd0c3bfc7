from __future__ import annotations

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.models.exports.ranks import numerical_rank
from rmt_studio.training import Entries, Product, Weights, only_entries

CPU = torch.device("cpu")
QKV = "blocks.0.attn.qkv.weight"


def _moved(weights):
    """Step all leaves as AdamW does, with decay and moments, on a loss that wants all to move."""
    optimizer = torch.optim.AdamW(weights.leaves.values(), lr=0.1, weight_decay=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        sum((w - 5).square().sum() for w in weights.parameters().values()).backward()
        optimizer.step()
    return optimizer


def test_that_rows_of_a_fused_parameter_obey_their_own_constraints(network):
    generator = torch.Generator().manual_seed(0)
    weight = network.get_parameter(QKV).detach()
    query, value = weight[:16], weight[32:]
    mask = torch.rand(query.shape, generator=generator) < 0.5
    left, right = torch.randn(16, 3, generator=generator), torch.randn(3, 16, generator=generator)
    bound = {
        QKV: [
            ((16, 32), Product(Entries(left), Entries(right))),
            ((0, 16), Entries.masked(query.where(mask, 0.0))),
        ]
    }
    weights = Weights(network, bound, CPU)
    _moved(weights)
    after = weights.finished()[QKV]
    assert torch.equal(after[:16] == 0, ~mask)
    assert not torch.equal(after[:16], query.where(mask, 0.0))
    assert numerical_rank(after[16:32]) == 3
    assert not torch.equal(after[32:], value)


def test_that_the_start_is_the_network_itself(network):
    weights = Weights(network, {}, CPU)
    for name, values in weights.finished().items():
        assert torch.equal(values, network.get_parameter(name))


def test_that_entries_that_are_held_neither_move_nor_have_moments(network):
    held = torch.zeros(16, 16, dtype=torch.bool)
    held[:, :5] = True
    weight = network.get_parameter("blocks.0.attn.proj.weight").detach().clone()
    bound = {"blocks.0.attn.proj.weight": [(None, Entries(weight, ~held))]}
    weights = Weights(network, bound, CPU)
    optimizer = _moved(weights)
    after = weights.finished()["blocks.0.attn.proj.weight"]
    assert torch.equal(after[held], weight[held])
    assert not (after[~held] == weight[~held]).any()
    leaf = weights.leaves["blocks.0.attn.proj.weight/0/entries"]
    for moment in ("exp_avg", "exp_avg_sq"):
        assert not optimizer.state[leaf][moment][held].any()


def test_that_sparse_factors_and_a_sparse_rest_keep_their_zeros(network):
    generator = torch.Generator().manual_seed(1)
    parts = [torch.randn(*shape, generator=generator) for shape in ((16, 4), (4, 16), (16, 16))]
    parts = [part.where(torch.rand(part.shape, generator=generator) < 0.4, 0.0) for part in parts]
    product = Product(*(Entries.masked(part) for part in parts))
    weights = Weights(network, {"blocks.0.attn.proj.weight": [(None, product)]}, CPU)
    _moved(weights)
    for name, start in zip(("left", "right", "sparse"), parts, strict=True):
        leaf = weights.leaves[f"blocks.0.attn.proj.weight/0/{name}"]
        assert torch.equal(leaf != 0, start != 0)
        assert not torch.equal(leaf, start)


def test_that_nothing_but_the_named_entries_moves(network):
    movable = torch.zeros(48, 16, dtype=torch.bool)
    movable[3, 4] = movable[40, 1] = True
    weights = Weights(network, only_entries(network, {QKV: movable}), CPU)
    _moved(weights)
    for name, values in weights.finished().items():
        differs = values != network.get_parameter(name)
        assert torch.equal(differs, movable if name == QKV else torch.zeros_like(differs))


def test_that_a_network_with_nothing_to_move_is_refused(network):
    with pytest.raises(InputError, match="nothing to move"):
        Weights(network, only_entries(network, {}), CPU)


def test_that_frozen_parameters_stay(network):
    network.head.weight.requires_grad_(False)
    weights = Weights(network, {}, CPU)
    assert "head.weight" not in weights.finished()


def test_that_decay_is_for_matrices_alone(network):
    weights = Weights(network, {}, CPU)
    decaying = {leaf.split("/")[0] for leaf in weights.leaves if weights.decays(leaf)}
    assert decaying == {
        name
        for name, _ in network.named_parameters()
        if name.endswith(("qkv.weight", "proj.weight", "fc1.weight", "fc2.weight", "head.weight"))
    }
    assert {"pos_embed", "cls_token", "norm.weight", "head.bias"}.isdisjoint(decaying)
