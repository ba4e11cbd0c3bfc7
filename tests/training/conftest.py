from __future__ import annotations

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer

from rmt_studio.data.images import digits
from rmt_studio.training import FineTuning, Views

CONFIG = {"input_size": (1, 8, 8), "mean": (0.5,), "std": (0.5,), "interpolation": "bicubic"}


@pytest.fixture(scope="session")
def config():
    """How the pictures become the network's input."""
    return CONFIG


@pytest.fixture
def network():
    """A transformer so small that a step takes some milliseconds."""
    torch.manual_seed(0)
    sizes = {"img_size": 8, "patch_size": 4, "in_chans": 1, "num_classes": 10}
    return VisionTransformer(**sizes, embed_dim=16, depth=2, num_heads=2).eval()


@pytest.fixture
def settings():
    return FineTuning(epochs=3, steps=4, batch=10, learning_rate=1e-2, distillation=0.0, clip=None)


@pytest.fixture(scope="session")
def few_digits():
    from dataclasses import replace

    whole = digits("train")
    return replace(whole, samples=whole.samples[:30])


@pytest.fixture
def views(few_digits, settings):
    return Views(few_digits, CONFIG, settings)
