from __future__ import annotations

import pytest

from rmt_studio.gui.dialogs import choices


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "deit_tiny_patch16_224.safetensors"
    path.write_bytes(b"x")
    return path


@pytest.mark.parametrize("name", ["demo", "hf-hub:timm/vit_tiny_patch16_224.augreg_in21k"])
def test_that_the_demo_and_hub_names_are_usable(name):
    assert choices.check_architecture(name).usable


def test_that_a_name_on_its_way_is_a_hint_and_no_problem():
    for name in ("", "dei", "deit_tiny_patch16"):
        verdict = choices.check_architecture(name)
        assert not verdict.usable
        assert not verdict.problem
        assert verdict.text


def test_that_a_wrong_name_tells_the_closest():
    verdict = choices.check_architecture("deit_tinny_patch16_224")
    assert verdict.problem
    assert "deit_tiny_patch16_224" in verdict.text


def test_that_an_architecture_with_weights_needs_no_checkpoint():
    verdict = choices.check_model("deit_tiny_patch16_224", "")
    assert verdict.usable
    assert "hub" in verdict.text.lower()


def test_that_an_architecture_without_weights_asks_for_a_checkpoint(checkpoint):
    name = "vit_base_patch32_plus_256"
    verdict = choices.check_model(name, "")
    assert not verdict.usable
    assert "choose a checkpoint" in verdict.text
    assert choices.check_model(name, str(checkpoint)).usable


def test_that_weights_that_timm_does_not_know_are_told():
    assert choices.check_model("deit_tiny_patch16_224.no_such_tag", "").problem


def test_that_a_checkpoint_has_to_be_a_file_of_a_known_kind(tmp_path, checkpoint):
    (tmp_path / "notes.txt").write_text("x")
    assert choices.check_checkpoint(str(checkpoint)).usable
    assert "no file" in choices.check_checkpoint(str(tmp_path / "gone.pth")).text
    assert "folder" in choices.check_checkpoint(str(tmp_path)).text
    assert ".safetensors" in choices.check_checkpoint(str(tmp_path / "notes.txt")).text


def test_that_a_broken_checkpoint_is_told_before_the_name(tmp_path):
    verdict = choices.check_model("", str(tmp_path / "gone.pth"))
    assert verdict.problem


def test_that_a_folder_needs_a_configuration_and_weights(tmp_path):
    assert "no folder" in choices.check_folder(str(tmp_path / "gone")).text
    assert "config.json" in choices.check_folder(str(tmp_path)).text
    (tmp_path / "config.json").write_text("{}")
    assert "weights" in choices.check_folder(str(tmp_path)).text
    (tmp_path / "model.safetensors").write_bytes(b"x")
    assert choices.check_folder(str(tmp_path)).usable
    assert choices.check_recent(str(tmp_path), "").usable


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/deit_tiny_patch16_224.safetensors", "deit_tiny_patch16_224"),
        ("vit_base_patch16_224.augreg_in21k.pth", "vit_base_patch16_224.augreg_in21k"),
        ("pytorch_model.bin", ""),
        ("deit_tiny_patch16_224-pruned.safetensors", ""),
    ],
)
def test_that_a_file_named_after_an_architecture_says_so(path, name):
    assert choices.architecture_in(path) == name


def test_that_vision_transformers_are_listed_first_of_all():
    listed = choices.vision_transformers()
    assert "deit_tiny_patch16_224" in listed
    assert set(listed) < set(choices.all_architectures())
    assert not any(name.startswith("resnet") for name in listed)
