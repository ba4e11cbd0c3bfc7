"""A small set of digits, and rows of a study made up to have a known drop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import timm
import torch

from rmt_studio import analyze
from rmt_studio.data.images import digits
from rmt_studio.evaluation.result import Evaluation
from rmt_studio.models.layers import matrices_of
from rmt_studio.models.loaded_model import LoadedModel, Source
from rmt_studio.pruning import Recipe
from rmt_studio.studies import Measured, PairedDifference


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
