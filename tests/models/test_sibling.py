"""Other weights of a network that is open."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from rmt_studio.assets import resource
from rmt_studio.errors import InputError
from rmt_studio.models.sibling import load_sibling


@pytest.fixture
def tensors():
    return load_file(resource("demo", "model.safetensors"))


def test_that_the_weights_are_those_of_the_file(demo_model, tensors, tmp_path):
    tensors["head.weight"] += 1
    save_file(tensors, tmp_path / "epoch.safetensors")
    sibling = load_sibling(demo_model, tmp_path / "epoch.safetensors")
    head = demo_model.layer("head")
    assert torch.equal(sibling.weight(head), demo_model.weight(head) + 1)
    assert sibling.layers == demo_model.layers
    assert sibling.source.location.endswith("epoch.safetensors")
    assert not sibling.module.training


def test_that_a_state_dict_of_pytorch_is_read_as_well(demo_model, tensors, tmp_path):
    torch.save({"model": tensors}, tmp_path / "epoch.pth")
    sibling = load_sibling(demo_model, tmp_path / "epoch.pth")
    assert torch.equal(sibling.weight(sibling.layers[0]), demo_model.weight(demo_model.layers[0]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensors: tensors.pop("head.weight"), "1 missing (head.weight)"),
        (lambda tensors: tensors.update(extra=torch.zeros(2)), "1 unexpected (extra)"),
        (lambda t: t.update({"head.weight": torch.zeros(3, 192)}), "head.weight is 3x192"),
    ],
)
def test_that_other_networks_are_refused(demo_model, tensors, tmp_path, change, words):
    change(tensors)
    save_file(tensors, tmp_path / "other.safetensors")
    with pytest.raises(InputError) as refused:
        load_sibling(demo_model, tmp_path / "other.safetensors")
    assert words in refused.value.reason
    assert refused.value.next_step == "choose a checkpoint of the same architecture as demo"


def test_that_every_step_of_the_reading_can_be_the_last(demo_model, tmp_path, tensors):
    from rmt_studio.progress import Cancelled

    save_file(tensors, tmp_path / "epoch.safetensors")

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        load_sibling(demo_model, tmp_path / "epoch.safetensors", progress=stop)
