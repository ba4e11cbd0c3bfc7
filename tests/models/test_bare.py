"""A state dict of an unknown network: what can be done with it, and what is said to be missing."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from rmt_studio import LayerRule, Recipe, analyze, export, prune
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.models import Role, load_model
from rmt_studio.models.sibling import load_sibling
from rmt_studio.pruning.steps import SingularValueCut


def state():
    generator = torch.Generator().manual_seed(0)

    def random(*shape):
        return torch.randn(shape, generator=generator)

    return {
        "text.resblocks.0.attn.in_proj_weight": random(96, 32),
        "text.resblocks.0.attn.in_proj_bias": random(96),
        "text.resblocks.0.attn.out_proj.weight": random(32, 32),
        "text.resblocks.0.mlp.c_fc.weight": random(64, 32),
        "text.resblocks.1.mlp.c_fc.weight": random(64, 32),
        "stem.weight": random(8, 3, 4, 4),
        "depthwise.weight": random(8, 1, 3, 3),
        "table": random(3, 4, 5),
        "positions": torch.arange(7),
        "scale": torch.tensor(2.0),
        "row.weight": random(1, 32),
    }


@pytest.fixture
def file(tmp_path):
    save_file(state(), tmp_path / "strange.safetensors")
    return tmp_path / "strange.safetensors"


def test_that_every_matrix_of_an_unknown_network_is_listed(file):
    model = load_model("bare", checkpoint=file)
    assert {layer.name: layer.shape for layer in model.layers} == {
        "text.resblocks.0.attn.in_proj_weight": (96, 32),
        "text.resblocks.0.attn.out_proj": (32, 32),
        "text.resblocks.0.mlp.c_fc": (64, 32),
        "text.resblocks.1.mlp.c_fc": (64, 32),
        "stem": (8, 48),
    }
    by_name = {layer.name: layer for layer in model.layers}
    assert by_name["text.resblocks.0.attn.in_proj_weight"].role is Role.FUSED_QKV
    assert by_name["text.resblocks.0.mlp.c_fc"].role is Role.MLP_IN
    assert [by_name[f"text.resblocks.{i}.mlp.c_fc"].block for i in (0, 1)] == [0, 1]
    assert by_name["stem"].block is None
    assert not model.can_run
    assert model.title == "strange"
    assert model.parameter_count == sum(t.numel() for t in state().values()) - 7


def test_that_its_matrices_are_those_of_the_file(file):
    model, tensors = load_model("bare", checkpoint=file), state()
    for layer in model.layers:
        expected = tensors[layer.parameter].reshape(layer.shape)
        assert torch.equal(model.weight(layer), expected)


def test_that_it_is_analysed_pruned_and_exported(file, tmp_path):
    model = load_model("bare", checkpoint=file)
    analysis = analyze(model)
    assert [one.name for one in analysis] == [layer.name for layer in model.layers]
    name = "text.resblocks.0.mlp.c_fc"
    recipe = Recipe(rules={name: LayerRule(steps=(SingularValueCut(rank=2),))})
    pruned = prune(model, recipe, analysis=analysis)
    assert torch.linalg.matrix_rank(pruned.weight(model.layer(name))) == 2
    export(pruned, tmp_path / "out.safetensors")
    written, tensors = load_file(tmp_path / "out.safetensors"), state()
    assert written.keys() == tensors.keys()
    for key, tensor in tensors.items():
        if key != f"{name}.weight":
            assert torch.equal(written[key], tensor)
    again = load_model(tmp_path / "out.safetensors")
    assert torch.equal(again.weight(again.layer(name)), pruned.weight(model.layer(name)))


def test_that_an_evaluation_says_what_is_missing(file, tmp_path):
    from rmt_studio.data.images import digits

    model = load_model("bare", checkpoint=file)
    with pytest.raises(InputError, match=r"no known architecture: .* not run; open it with its"):
        evaluate(model, digits())
    with pytest.raises(InputError, match="has no known architecture"):
        model.module(torch.zeros(1, 3, 8, 8))


def test_that_other_weights_of_it_are_compared_and_other_networks_refused(file, tmp_path):
    model, tensors = load_model("bare", checkpoint=file), state()
    tensors["stem.weight"] += 1
    save_file(tensors, tmp_path / "later.safetensors")
    other = load_sibling(model, tmp_path / "later.safetensors")
    assert torch.equal(other.weight(model.layer("stem")), model.weight(model.layer("stem")) + 1)
    del tensors["stem.weight"]
    save_file(tensors, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="holds other matrices"):
        load_sibling(model, tmp_path / "other.safetensors")


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a", "a.b"], "cannot hold beside the others"),
        (["a.b", "a"], "cannot hold beside the others"),
        (["forward.weight"], "cannot hold"),
        (["a..b"], "cannot hold"),
        ([".a"], "cannot hold"),
        (["a."], "cannot hold"),
        (["__class__.weight"], "cannot hold"),
        (["training"], "cannot hold"),
    ],
)
def test_that_names_that_no_module_can_have_are_named(tmp_path, names, reason):
    save_file({name: torch.zeros(2, 2) for name in names}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=reason):
        load_model("bare", checkpoint=tmp_path / "a.safetensors")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b.weight", "C:\\x"])
def test_that_a_path_for_a_name_is_a_name_and_nothing_else(tmp_path, name):
    save_file({name: torch.randn(4, 4)}, tmp_path / "a.safetensors")
    if ".." in name:  # PyTorch takes dots for levels, and a level has to have a name
        with pytest.raises(InputError, match="cannot hold"):
            load_model("bare", checkpoint=tmp_path / "a.safetensors")
        return
    model = load_model("bare", checkpoint=tmp_path / "a.safetensors")
    assert model.layers[0].parameter == name
