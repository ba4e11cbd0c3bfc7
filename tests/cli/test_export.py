"""``rmt-studio export`` and the formats of ``prune``."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import save_file

from rmt_studio.cli import GOOD, WRONG_USE, run
from rmt_studio.models.exports import FORMATS
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.pruning import EntryThreshold, LayerRule, Recipe, SingularValueCut


@pytest.fixture
def recipe(tmp_path):
    def save(step):
        names = [f"blocks.{block}.mlp.fc1" for block in range(2)]
        Recipe(name="mine", rules={name: LayerRule(steps=(step,)) for name in names}).save(
            tmp_path / "recipe.json"
        )
        return str(tmp_path / "recipe.json")

    return save


def test_that_prune_writes_a_small_file_that_export_turns_into_a_folder(tmp_path, recipe, capsys):
    rules = recipe(EntryThreshold(share=0.5))
    small, told = tmp_path / "small.safetensors", tmp_path / "told.json"
    asked = ["prune", "demo", "--recipe", rules, "--format", "compressed", "--dtype", "bf16"]
    assert run([*asked, "-o", str(small), "--json", str(told)]) == GOOD
    assert "rounding to bf16" in capsys.readouterr().out
    assert json.loads(told.read_text())["export"]["format"] == "compressed"
    folder = tmp_path / "folder"
    assert run(["export", str(small), "--format", "hf", "-o", str(folder)]) == GOOD
    again = load_pruned(folder)
    assert json.loads(again.provenance["recipe"])["name"] == "mine"
    assert again.provenance["source"] == "demo:demo"


def test_that_a_factored_export_tells_what_it_saves(tmp_path, recipe, capsys):
    rules = recipe(SingularValueCut(rank=20))
    out = tmp_path / "out.safetensors"
    assert run(["prune", "demo", "--recipe", rules, "--format", "factored", "-o", str(out)]) == GOOD
    said = capsys.readouterr().out
    assert "M multiply-accumulates an image in place of" in said
    assert "images/s in place of" in said


def test_that_export_measures_before_and_says_so(tmp_path, capsys):
    from rmt_studio.data.images import digits

    images = tmp_path / "images"
    for sample in digits().samples[:20]:
        (images / str(sample.target)).mkdir(parents=True, exist_ok=True)
        sample.picture(1).save(images / str(sample.target) / f"{sample.name[-4:]}.png")
    if len(list(images.iterdir())) < 10:
        for name in range(10):
            (images / str(name)).mkdir(exist_ok=True)
    out = tmp_path / "out.safetensors"
    assert run(["export", "demo", "-o", str(out), "--data", str(images)]) == GOOD
    assert "on 20 images" in (tmp_path / "out.README.md").read_text()
    assert json.loads(load_pruned(out).provenance["accuracy"])["n"] == 20


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--format", "gguf"], "choose one of dense"),
        (["--format", "factored"], "cut singular values first"),
        (["--dtype", "fp8"], "choose fp32 or fp16 or bf16"),
        (["--push", "me/model"], "add --format hf"),
    ],
)
def test_that_what_cannot_be_is_said_in_one_line(tmp_path, capsys, asked, told):
    out = tmp_path / "out.safetensors"
    assert run(["export", "demo", "-o", str(out), *asked]) == WRONG_USE
    said = capsys.readouterr().err
    assert told in said
    assert len(said.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_that_the_help_names_every_format(capsys):
    assert run(["export", "--help"]) == GOOD
    assert ", ".join(FORMATS) in " ".join(capsys.readouterr().out.split())


def test_that_a_bare_state_dict_is_said_to_be_compared_by_its_tensors(tmp_path, capsys):
    state = {"a.weight": torch.eye(64), "b.weight": torch.ones(64, 64)}
    save_file(state, tmp_path / "bare.safetensors")
    out = tmp_path / "out.safetensors"
    asked = ["export", "bare", "--checkpoint", str(tmp_path / "bare.safetensors"), "-o", str(out)]
    assert run(asked) == GOOD
    said = capsys.readouterr().out
    assert "all 2 tensors equal those in memory as fp32" in said
    assert "logit difference" not in said
