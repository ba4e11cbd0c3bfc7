from __future__ import annotations

import contextlib
import copy
import dataclasses

import pytest


@pytest.fixture(scope="session")
def few_digits():
    """Images to calibrate the demo with."""
    from rmt_studio import digits

    images = digits("train")
    return dataclasses.replace(images, samples=images.samples[:6])


@pytest.fixture(scope="session")
def small_model(demo_model):
    """The demo's first two blocks, a ViT of their own; treat as read-only."""
    from rmt_studio.models.layers import matrices_of

    module = copy.deepcopy(demo_model.module)
    module.blocks = module.blocks[:2]
    return dataclasses.replace(demo_model, module=module, layers=matrices_of(module))


@pytest.fixture(scope="session")
def small_analysis(small_model):
    from rmt_studio import analyze

    return analyze(small_model)


@pytest.fixture
def full_precision(monkeypatch):
    """Passes in float32 on any machine, for answers known to more digits than bfloat16 has."""
    for name in ("block_by_block", "gradients", "sensitivity"):
        monkeypatch.setattr(
            f"rmt_studio.pruning.{name}.native_precision", lambda *_: contextlib.nullcontext()
        )
