from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import timm
import torch
from timm.models import VisionTransformer

from rmt_studio.assets import resource
from rmt_studio.data import digits, train_demo
from rmt_studio.spectra import Spectrum, fit_bulk


@pytest.fixture(scope="module")
def demo():
    return timm.create_model(f"local-dir:{resource('demo')}", pretrained=True).eval()


def test_that_timm_alone_opens_the_demo(demo):
    assert type(demo) is VisionTransformer
    assert resource("demo", "model.safetensors").stat().st_size < 10_000_000
    config = timm.data.resolve_data_config(model=demo)
    assert config["input_size"] == (1, 16, 16)


def test_that_the_demo_reads_98_percent_of_the_held_out_digits(demo):
    dataset = digits("test").with_transform(timm.data.resolve_data_config(model=demo))
    images, targets = zip(*(dataset[i] for i in range(len(dataset))), strict=True)
    with torch.inference_mode():
        correct = int((demo(torch.stack(images)).argmax(1) == torch.tensor(targets)).sum())
    assert correct >= 0.98 * len(dataset)
    assert f"{correct} of {len(dataset)} images" in resource("demo", "README.md").read_text()


def test_that_most_layers_of_the_demo_show_a_bulk_and_spikes(demo):
    matrices = [
        part
        for name, weight in demo.blocks.named_parameters()
        if weight.ndim == 2
        for part in (weight.chunk(3) if "qkv" in name else [weight])
    ]
    fits = [fit_bulk(Spectrum.of(matrix.detach())) for matrix in matrices]
    good = [fit.spikes >= 3 and fit.bulk_fraction >= 0.7 for fit in fits]
    assert len(good) == 24
    assert np.mean(good) > 0.8


def test_that_the_page_of_the_demo_holds_the_recipe_of_the_script():
    page = resource("demo", "README.md").read_text()
    for key, value in asdict(train_demo.TrainingRecipe()).items():
        assert f"| {key.replace('_', ' ')} | {value} |" in page


def test_that_the_learning_rate_warms_up_and_falls_to_nothing():
    factors = [train_demo.warmup_cosine(step, 100, 0.1) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert factors[9] == factors[10] == 1.0
    assert factors[55] == pytest.approx(0.5)
    assert factors[100] == pytest.approx(0.0)


def test_that_augmentation_of_no_strength_changes_nothing():
    still = train_demo.TrainingRecipe(rotation_degrees=0, scale=0, shear=0, shift_pixels=0)
    images = torch.rand(3, 1, 16, 16)
    assert torch.allclose(train_demo.augment(images, still), images, atol=1e-5)


def test_that_the_script_trains_from_its_seed():
    recipe = train_demo.TrainingRecipe(epochs=1, batch_size=16)
    full = train_demo.Digits.enlarged("train")
    few = train_demo.Digits(full.images[:32], full.labels[:32])
    normalise = train_demo.Normalisation.of(full.images)
    once, twice = (train_demo.train(few, normalise, recipe) for _ in range(2))
    assert torch.equal(once.head.weight, twice.head.weight)
    assert not once.training
