"""Models small enough to evaluate in no time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import timm
import torch
from torch import nn

DATA_CONFIG = {"input_size": (1, 16, 16), "mean": (0.3,), "std": (0.35,), "crop_pct": 1.0}


class Constant(nn.Module):
    """A model that gives the same ten outputs for every image."""

    def __init__(self, outputs) -> None:
        super().__init__()
        self.outputs = nn.Parameter(torch.as_tensor(outputs, dtype=torch.float32))

    def forward(self, images):
        return self.outputs.expand(len(images), -1)


class Scarce(nn.Module):
    """A model whose device runs out of memory above ``room`` images."""

    def __init__(self, module, room) -> None:
        super().__init__()
        self.module = module
        self.room = room

    def forward(self, images):
        if len(images) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return self.module(images)


class Broken(nn.Module):
    """A model that fails in a way of its own."""

    def forward(self, images):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def loaded(module, title="small"):
    """Return what `evaluate` asks of a `LoadedModel`."""
    return SimpleNamespace(module=module, data_config=DATA_CONFIG, title=title)


@pytest.fixture
def small():
    torch.manual_seed(0)
    module = timm.create_model(
        "vit_tiny_patch16_224",
        img_size=16,
        patch_size=8,
        in_chans=1,
        embed_dim=32,
        depth=2,
        num_heads=2,
        num_classes=10,
    )
    return loaded(module.eval())


@pytest.fixture
def constant():
    return lambda outputs: loaded(Constant(outputs), "constant")


@pytest.fixture
def scarce(small):
    return lambda room: loaded(Scarce(small.module, room), "scarce")


@pytest.fixture
def broken():
    return loaded(Broken(), "broken")
