"""A network small enough to be made anew in every test, as a folder in timm's layout."""

from __future__ import annotations

import json

import pytest
import timm
import torch
from safetensors.torch import save_file

ARCHITECTURE = "vit_tiny_patch16_224"
ARGUMENTS = {
    "img_size": 16,
    "patch_size": 4,
    "in_chans": 1,
    "embed_dim": 32,
    "depth": 2,
    "num_heads": 2,
    "num_classes": 10,
}
DATA = {
    "input_size": [1, 16, 16],
    "fixed_input_size": True,
    "interpolation": "bilinear",
    "crop_pct": 1.0,
    "mean": [0.3],
    "std": [0.4],
}


@pytest.fixture
def tiny_module():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return timm.create_model(ARCHITECTURE, **ARGUMENTS).eval()


@pytest.fixture
def make_folder(tmp_path):
    """Write a network as a folder: config.json and model.safetensors."""

    def write(module, architecture, arguments, data, name="folder"):
        folder = tmp_path / name
        folder.mkdir()
        config = {"architecture": architecture, "model_args": arguments, "pretrained_cfg": data}
        (folder / "config.json").write_text(json.dumps(config))
        save_file(module.state_dict(), folder / "model.safetensors")
        return folder

    return write


@pytest.fixture
def tiny_folder(make_folder, tiny_module):
    return make_folder(tiny_module, ARCHITECTURE, ARGUMENTS, DATA, "tiny")
