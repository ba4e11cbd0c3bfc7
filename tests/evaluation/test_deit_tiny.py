from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file
from timm.data import ImageNetInfo, create_transform, resolve_data_config

from rmt_studio.data import open_images
from rmt_studio.evaluation import cost, evaluate


@pytest.fixture(scope="module")
def plain_model(deit_tiny_checkpoint):
    module = timm.create_model("deit_tiny_patch16_224")
    module.load_state_dict(load_file(deit_tiny_checkpoint))
    return module.eval()


def plain_timm_loop(module, photographs):
    """Evaluate as anyone would with timm alone, none of our code: (700,) predictions, targets."""
    transform = create_transform(**resolve_data_config(model=module))
    place = {name: index for index, name in enumerate(ImageNetInfo().label_names())}
    files = sorted(photographs.glob("*/*.jpg"))
    predictions = []
    with torch.no_grad():
        for start in range(0, len(files), 20):
            pictures = [Image.open(file).convert("RGB") for file in files[start : start + 20]]
            logits = module(torch.stack([transform(picture) for picture in pictures]))
            predictions.extend(logits.argmax(dim=1).tolist())
    return np.array(predictions), np.array([place[file.parent.name] for file in files])


def test_that_deit_tiny_names_590_of_the_700_photographs(plain_model, photographs):
    config = resolve_data_config(model=plain_model)
    model = SimpleNamespace(module=plain_model, data_config=config, title="DeiT-Tiny")
    evaluation = evaluate(model, open_images(photographs, num_classes=1000))
    predictions, targets = plain_timm_loop(plain_model, photographs)
    assert evaluation.correct.sum() == 590
    assert evaluation.n == 700
    assert np.array_equal(evaluation.predictions, predictions)
    assert np.array_equal(evaluation.targets, targets)


def test_that_deit_tiny_takes_the_multiplications_of_its_closed_form(plain_model):
    width, tokens = 192, 197
    block = 12 * tokens * width**2 + 2 * tokens**2 * width
    expected = 196 * 768 * width + 12 * block + 1000 * width
    assert cost.macs(plain_model, (3, 224, 224)) == expected
    assert cost.parameters(plain_model).total == 5_717_416
