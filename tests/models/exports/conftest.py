"""A tiny network, pruned in the ways that the formats are made for."""

from __future__ import annotations

import pytest
import torch

from rmt_studio.models import LoadedModel, load_model

ARGUMENTS = {"img_size": 16, "patch_size": 4, "in_chans": 1, "embed_dim": 64, "depth": 2}
DATA = {
    "input_size": [1, 16, 16],
    "fixed_input_size": True,
    "interpolation": "bilinear",
    "crop_pct": 1.0,
    "mean": [0.3],
    "std": [0.4],
}


@pytest.fixture
def open_tiny(tmp_path):
    """Return a function that makes a network anew and opens it; pruning it changes nothing else."""
    import json

    import timm
    from safetensors.torch import save_file

    folder = tmp_path / "tiny"
    folder.mkdir()
    arguments = {**ARGUMENTS, "num_heads": 2, "num_classes": 10}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = timm.create_model("vit_tiny_patch16_224", **arguments)
        with torch.no_grad():
            module.head.weight.normal_(std=0.5)
    config = {
        "architecture": "vit_tiny_patch16_224", "model_args": arguments, "pretrained_cfg": DATA,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    save_file(module.state_dict(), folder / "model.safetensors")
    return lambda: in_memory(load_model(folder))


def in_memory(opened):
    """Return a model whose weights a test may change."""
    fields = ("module", "architecture", "source", "layers", "data_config", "provenance")
    return LoadedModel(**{name: getattr(opened, name) for name in fields})


@pytest.fixture
def model(open_tiny):
    return open_tiny()


@pytest.fixture
def halved(model):
    """Half of the entries of each block matrix are zero, the small ones."""
    for layer in model.layers:
        weight = model.weight(layer)
        if layer.in_block:
            weight[weight.abs() < weight.abs().median()] = 0
    return model


@pytest.fixture
def low_rank(model):
    """The value matrix of one block and an MLP matrix of the other are of rank 3 and 5."""
    for name, rank in (("blocks.0.attn.v", 3), ("blocks.1.mlp.fc1", 5)):
        weight = model.weight(model.layer(name))
        left, values, right = torch.linalg.svd(weight.double(), full_matrices=False)
        weight.copy_((left[:, :rank] * values[:rank]) @ right[:rank])
    return model


@pytest.fixture
def two_of_four(model):
    """Of each four inputs of a block matrix the two smaller are zero."""
    for layer in model.layers:
        if layer.in_block:
            groups = model.weight(layer).view(-1, 4)
            groups.scatter_(1, groups.abs().argsort(dim=1)[:, :2], 0.0)
    return model


@pytest.fixture
def all_ways(low_rank):
    """Two matrices of low rank, the others 2:4: something for every format."""
    for layer in low_rank.layers:
        if layer.in_block and layer.name not in ("blocks.0.attn.v", "blocks.1.mlp.fc1"):
            groups = low_rank.weight(layer).view(-1, 4)
            groups.scatter_(1, groups.abs().argsort(dim=1)[:, :2], 0.0)
    return low_rank
