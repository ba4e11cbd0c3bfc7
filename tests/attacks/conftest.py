"""A small network as a folder in timm's layout, whose weights the attacks replace."""

from __future__ import annotations

import json

import pytest
import timm
import torch
from safetensors.torch import save

ARGUMENTS = {
    "img_size": 8,
    "patch_size": 4,
    "in_chans": 1,
    "embed_dim": 8,
    "depth": 1,
    "num_heads": 2,
    "num_classes": 3,
}


@pytest.fixture(scope="session")
def state():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return timm.create_model("vit_tiny_patch16_224", **ARGUMENTS).state_dict()


@pytest.fixture
def config():
    data = {"input_size": [1, 8, 8], "mean": [0.5], "std": [0.5]}
    return {
        "architecture": "vit_tiny_patch16_224",
        "model_args": dict(ARGUMENTS),
        "pretrained_cfg": data,
    }


@pytest.fixture
def folder(tmp_path, state, config):
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text(json.dumps(config))
    (path / "model.safetensors").write_bytes(save(state))
    return path
