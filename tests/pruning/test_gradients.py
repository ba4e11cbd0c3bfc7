"""Second moments of the gradients at the outputs, against autograd on one image at a time."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from torch.nn import functional

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.pruning import output_gradients

pytestmark = pytest.mark.usefixtures("full_precision")


@pytest.fixture
def two(few_digits):
    return dataclasses.replace(few_digits, samples=few_digits.samples[:2])


def by_hand(model, images, name, labels):
    """Return the mean over the images of the summed squares of ``dL/dy``."""
    module, kept = copy.deepcopy(model.module), []
    module.get_submodule(name).register_forward_hook(
        lambda _, given, output: (output.retain_grad(), kept.append(output))[0]
    )
    dataset = images.with_transform(model.data_config)
    for place, label in enumerate(labels):
        logits = module(dataset[place][0][None])
        functional.cross_entropy(logits, torch.tensor([label])).backward()
    grads = [output.grad.double() for output in kept]
    sums = [g.flatten(2).square().sum((0, 2)) if g.ndim == 4 else
            g.reshape(-1, g.shape[-1]).square().sum(0) for g in grads]  # fmt: skip
    return sum(sums) / len(labels)


def drawn_labels(model, images, seed):
    dataset = images.with_transform(model.data_config)
    with torch.no_grad():
        logits = model.module(torch.stack([dataset[i][0] for i in range(len(images))]))
    generator = torch.Generator().manual_seed(seed)
    return torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0].tolist()


@pytest.mark.parametrize("name", ["blocks.0.mlp.fc1", "blocks.1.attn.proj", "patch_embed.proj"])
def test_that_moments_are_those_of_one_image_at_a_time(small_model, two, name):
    found = output_gradients(small_model, two, seed=5)[name]
    expected = by_hand(small_model, two, name, drawn_labels(small_model, two, 5))
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-6 * float(expected.max()))


def test_that_parts_of_a_fused_weight_have_their_own_outputs(small_model, two):
    found = output_gradients(small_model, two)
    together = torch.cat([found[f"blocks.1.attn.{part}"] for part in "qkv"])
    expected = by_hand(small_model, two, "blocks.1.attn.qkv", drawn_labels(small_model, two, 0))
    torch.testing.assert_close(together, expected, rtol=1e-3, atol=1e-6 * float(expected.max()))


def test_that_there_is_one_number_per_output(small_model, two):
    found = output_gradients(small_model, two, layers=["blocks.1.attn.k", "head"])
    assert {name: tuple(g.shape) for name, g in found.items()} == {
        "blocks.1.attn.k": (192,),
        "head": (10,),
    }


def test_that_a_seed_gives_the_same_and_the_model_is_left_alone(small_model, few_digits):
    model = dataclasses.replace(small_model, module=copy.deepcopy(small_model.module))
    model.module.head.weight.requires_grad_(False)
    model.module.blocks[0].mlp.fc1.weight.requires_grad_(True)
    flags = {name: p.requires_grad for name, p in model.module.named_parameters()}
    first, second = (output_gradients(model, few_digits, seed=3) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert {name: p.requires_grad for name, p in model.module.named_parameters()} == flags
    assert all(p.grad is None for p in model.module.parameters())
    assert not any(m._forward_hooks for m in model.module.modules())


def test_that_wrong_input_is_named_and_work_can_be_cancelled(small_model, two):
    def stop(done, total, note=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        output_gradients(small_model, two, progress=stop)
    with pytest.raises(InputError, match="calibrate"):
        output_gradients(small_model, dataclasses.replace(two, samples=()))
    with pytest.raises(InputError, match="blocks"):
        output_gradients(small_model, two, layers=["blocks.7.mlp.fc9"])
