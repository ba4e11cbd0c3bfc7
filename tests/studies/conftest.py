"""A small set of digits, and rows of a study made up to have a known drop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import timm
import torch

from rmt_studio import analyze, fill_recipe, prune
from rmt_studio.data.images import digits
from rmt_studio.evaluation.result import Evaluation
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.pruning import (
    EntryMask,
    EntryThreshold,
    LayerRule,
    LowRank,
    LowRankPlusSparse,
    Recipe,
    SingularVectorSparsification,
)
from rmt_studio.studies import Measured, PairedDifference

MIXED = Recipe(
    rules={
        "blocks.0.attn.q": LayerRule(steps=(EntryThreshold(share=0.5),)),
        "blocks.0.attn.k": LayerRule(steps=(LowRank(rank=20, metric="plain"),)),
        "blocks.0.mlp.fc1": LayerRule(steps=(EntryMask(score="magnitude", pattern="2:4"),)),
        "blocks.0.mlp.fc2": LayerRule(steps=(LowRankPlusSparse(rank=10, share=0.8),)),
        "blocks.1.attn.proj": LayerRule(steps=(SingularVectorSparsification(theta=30.0),)),
        "patch_embed.proj": LayerRule(steps=(EntryThreshold(share=0.3),)),
    }
)


@pytest.fixture(scope="session")
def small_model():
    """A network of two narrow blocks with weights drawn at random."""
    torch.manual_seed(0)
    module = timm.create_model(
        "vit_tiny_patch16_224",
        img_size=16,
        patch_size=8,
        in_chans=1,
        embed_dim=24,
        depth=2,
        num_heads=2,
        num_classes=10,
    )
    return LoadedModel(
        module=module.eval(),
        architecture="small",
        source=Source("pretrained", "small"),
        layers=matrices_of(module),
        data_config={"input_size": (1, 16, 16), "mean": (0.3,), "std": (0.35,), "crop_pct": 1.0},
    )


@pytest.fixture(scope="session")
def small_analysis(small_model):
    return analyze(small_model)


@pytest.fixture(scope="session")
def images():
    """Every eighth digit of the held-out ones."""
    everything = digits()
    return replace(everything, samples=everything.samples[::8])


def evaluation(wrong, n):
    """An evaluation in which the first images are wrong."""
    targets = np.zeros(n, dtype=np.int64)
    predictions = (np.arange(n) < wrong).astype(np.int64)
    return Evaluation(
        label="made up",
        images="made up",
        n=n,
        top1=1 - wrong / n,
        top5=1.0,
        loss=wrong / n,
        top1_interval=(0.0, 1.0),
        agreement=None,
        top1_difference=None,
        top1_difference_interval=None,
        seconds=2.0,
        device="cpu",
        parameters=1,
        nonzero_parameters=1,
        names=tuple(f"{place}" for place in range(n)),
        predictions=predictions,
        targets=targets,
    )


@pytest.fixture
def made_up():
    """Make a row that loses so many of n images against dense."""

    def make(method, sparsity, lost, n, **values):
        dense, pruned = evaluation(0, n), evaluation(lost, n)
        pair = PairedDifference.of(pruned, dense)
        row = Measured(method, sparsity, sparsity, sparsity, pruned, pair, Recipe(), 1.0, 3.0)
        return replace(row, **values)

    return make


@pytest.fixture
def timeless():
    """Return records without what the clock says."""

    def strip(comparison):
        return [
            {key: value for key, value in record.items() if not key.startswith("seconds")}
            for record in comparison.records()
        ]

    return strip


@pytest.fixture(scope="session")
def twenty():
    """Twenty of the held-out digits."""
    whole = digits("test")
    return replace(whole, samples=whole.samples[:20])


@pytest.fixture(scope="session")
def mixed(demo_model, demo_analysis, twenty):
    """The demo with every kind of storage, q, k and v of one parameter each of their own."""
    recipe = MIXED.model_copy(update={"bulk_fit": Recipe().bulk_fit})
    return prune(demo_model, recipe, analysis=demo_analysis, calibration=twenty)


@pytest.fixture(scope="session")
def masked(demo_model, demo_analysis):
    """The demo at 70 % by magnitude."""
    recipe = fill_recipe(demo_model, demo_analysis, "magnitude", 0.7)
    return prune(demo_model, recipe, analysis=demo_analysis)


@pytest.fixture(scope="session")
def learnt_from():
    """Every forty-eighth of the digits to learn from."""
    everything = digits("train")
    return replace(everything, samples=everything.samples[::48])
