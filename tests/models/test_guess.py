"""The architecture of a file that does not name it: offered with its reasons, never taken alone."""

from __future__ import annotations

import pytest
import timm
import torch
from safetensors.torch import save_file

from rmt_studio.errors import InputError
from rmt_studio.models import load_model
from rmt_studio.models.architecture_index import INDEX, architectures_like, signature
from rmt_studio.models.checkpoint import open_checkpoint
from rmt_studio.models.guess import guess


@pytest.fixture
def saved(tmp_path):
    def save(architecture, name="a", **arguments):
        module = timm.create_model(architecture, **arguments)
        save_file(module.state_dict(), tmp_path / f"{name}.safetensors")
        return tmp_path / f"{name}.safetensors"

    return save


@pytest.mark.parametrize(
    ("architecture", "arguments", "expected"),
    [
        ("deit_tiny_patch16_224", {}, {"num_classes": 1000}),
        ("vit_tiny_patch16_224", {"num_classes": 7}, {"num_classes": 7}),
        ("deit_tiny_patch16_224", {"img_size": 32}, {"num_classes": 1000, "img_size": 32}),
        ("deit_tiny_patch16_224", {"in_chans": 1}, {"num_classes": 1000, "in_chans": 1}),
        (
            "vit_tiny_patch16_224",
            {"global_pool": "avg"},
            {"num_classes": 1000, "global_pool": "avg"},
        ),
        ("vit_tiny_patch16_224", {"num_classes": 0}, {"num_classes": 0}),
    ],
)
def test_that_shapes_tell_the_architecture_and_what_differs(
    saved, architecture, arguments, expected
):
    guessed = guess(open_checkpoint(saved(architecture, **arguments)))
    assert architecture in (guessed.name, *guessed.others)
    assert guessed.blueprint.arguments == expected


def test_that_the_name_of_the_file_decides_between_equals(saved):
    for name in ("deit_tiny_patch16_224", "vit_tiny_patch16_224"):
        guessed = guess(open_checkpoint(saved(name, name=f"{name}-best")))
        assert guessed.name == name
        assert guessed.others


@pytest.mark.parametrize(
    "architecture",
    ["deit_tiny_distilled_patch16_224", "swin_tiny_patch4_window7_224", "eva02_tiny_patch14_224"],
)
def test_that_other_families_are_told_as_well(saved, architecture):
    guessed = guess(open_checkpoint(saved(architecture)))
    assert architecture in (guessed.name, *guessed.others)


def test_that_a_file_alone_is_refused_with_the_guess_and_how_to_take_it(saved):
    file = saved("deit_tiny_patch16_224", name="deit_best")
    with pytest.raises(InputError) as refused:
        load_model(file)
    message = str(refused.value)
    assert (
        "does not say what network it is; its shapes are those of deit_tiny_patch16_224" in message
    )
    assert f"guess --checkpoint {file}" in message
    assert f"bare --checkpoint {file}" in message


def test_that_a_guess_that_was_taken_gives_that_network(saved):
    file = saved("deit_tiny_patch16_224", name="deit_best", num_classes=5)
    model = load_model("guess", checkpoint=file)
    assert model.architecture == "deit_tiny_patch16_224"
    assert model.num_classes == 5
    assert model.can_run


def test_that_a_wrong_architecture_is_answered_with_the_likely_one(saved):
    file = saved("deit_tiny_patch16_224", name="deit_x")
    with pytest.raises(InputError, match=r"does not fit vit_small.*those of deit_tiny_patch16_224"):
        load_model("vit_small_patch16_224", checkpoint=file)


def test_that_shapes_of_no_known_network_give_no_guess(tmp_path):
    save_file({"a.weight": torch.zeros(4, 4)}, tmp_path / "a.safetensors")
    assert guess(open_checkpoint(tmp_path / "a.safetensors")) is None
    with pytest.raises(InputError, match="shapes of no architecture"):
        load_model("guess", checkpoint=tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="does not say what network it is; name its architecture"):
        load_model(tmp_path / "a.safetensors")


@pytest.mark.parametrize("name", ["guess", "bare"])
def test_that_a_guess_needs_a_checkpoint(name):
    with pytest.raises(InputError, match="needs a checkpoint"):
        load_model(name)


def test_that_the_index_is_that_of_the_installed_timm():
    """Of a few, made anew as the script makes them."""
    assert INDEX.exists()
    for name in ("vit_base_patch16_224", "beit_base_patch16_224", "cait_xxs24_224"):
        with torch.device("meta"):
            state = timm.create_model(name).state_dict()
        shapes = {n: tuple(t.shape) for n, t in state.items() if t.is_floating_point()}
        assert name in architectures_like(shapes), signature(shapes)
