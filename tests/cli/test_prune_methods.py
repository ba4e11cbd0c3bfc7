"""``rmt-studio prune --method``: names, patterns, calibration folders."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file

from rmt_studio import digits
from rmt_studio.cli import GOOD, WRONG_USE, run
from rmt_studio.pruning import METHODS


@pytest.fixture
def folder(tmp_path):
    """A folder of pictures without classes."""
    images = tmp_path / "images"
    images.mkdir()
    for place, sample in enumerate(digits("train").samples[:4]):
        sample.picture(1).save(images / f"{place}.png")
    return images


def test_that_a_method_calibrates_on_a_folder_without_labels(folder, tmp_path, capsys):
    out, told, recipe = (tmp_path / name for name in ("p.safetensors", "p.json", "r.json"))
    options = ["--method", "wanda", "--sparsity", "0.4", "--calibration", str(folder)]
    written = ["-o", str(out), "--json", str(told), "--save-recipe", str(recipe)]
    assert run(["prune", "demo", *options, *written]) == GOOD
    record = json.loads(told.read_text())
    assert record["block_sparsity"] == pytest.approx(0.4, abs=1e-3)
    said = capsys.readouterr().out
    assert f"{record['sparsity']:.2%} fewer of all" in said
    assert f"{record['block_sparsity']:.2%} fewer of the attention" in said
    again = tmp_path / "again.safetensors"
    by_recipe = ["--recipe", str(recipe), "--calibration", str(folder), "-o", str(again)]
    assert run(["prune", "demo", *by_recipe]) == GOOD
    assert out.read_bytes() == again.read_bytes()


def test_that_a_pattern_says_the_share_and_the_demo_brings_its_training_digits(tmp_path):
    out = tmp_path / "p.safetensors"
    options = ["--method", "wanda", "--pattern", "2:4", "-o", str(out)]
    assert run(["prune", "demo", *options]) == GOOD
    weight = load_file(out)["blocks.0.mlp.fc1.weight"]
    assert ((weight != 0).reshape(-1, 4).sum(1) == 2).all()


def test_that_the_automatic_way_says_what_it_chose(folder, tmp_path, capsys):
    out, recipe = tmp_path / "p.safetensors", tmp_path / "r.json"
    options = ["--method", "auto-fast", "--sparsity", "0.5", "--calibration", str(folder)]
    assert run(["prune", "demo", *options, "-o", str(out), "--save-recipe", str(recipe)]) == GOOD
    chosen = json.loads(recipe.read_text())
    assert f"auto-fast: {chosen['note']}" in capsys.readouterr().out.replace("\n", " ")
    assert chosen["recovery"]["steps"] > 0


def test_that_a_pruned_model_learns_from_the_dense_one_when_asked(folder, tmp_path):
    found = []
    for name, learn in (("plain", []), ("taught", ["--distill", "2"])):
        out = tmp_path / f"{name}.safetensors"
        options = ["--method", "magnitude", "--sparsity", "0.5", "--calibration", str(folder)]
        assert run(["prune", "demo", *options, *learn, "-o", str(out)]) == GOOD
        found.append(load_file(out)["blocks.0.mlp.fc1.weight"])
    plain, taught = found
    assert torch.equal(plain == 0, taught == 0)
    assert not torch.equal(plain, taught)


def test_that_learning_needs_images(deit_tiny_checkpoint, tmp_path, capsys):
    model = ["deit_tiny_patch16_224", "--checkpoint", str(deit_tiny_checkpoint)]
    options = ["--method", "magnitude", "--sparsity", "0.5", "--distill", "2"]
    assert run(["prune", *model, *options, "-o", str(tmp_path / "p.safetensors")]) == WRONG_USE
    assert "--calibration" in capsys.readouterr().err


def test_that_a_seed_decides_what_is_drawn(tmp_path):
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / f"{name}.safetensors"
        options = ["--method", "random", "--sparsity", "0.5", "--seed", str(seed), "-o", str(out)]
        assert run(["prune", "demo", *options]) == GOOD
        found.append(load_file(out)["blocks.0.mlp.fc1.weight"])
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_that_the_help_names_all_methods(capsys):
    assert run(["prune", "--help"]) == GOOD
    said = "".join(capsys.readouterr().out.split())
    assert all(name in said for name in METHODS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "guess", "--sparsity", "0.5"], f"choose one of {next(iter(METHODS))}"),
        (["--method", "wanda"], "--pattern"),
        (["--pattern", "2:4"], "--method"),
        (["--method", "alpha", "--pattern", "2:4"], "does not go with"),
        (["--method", "wanda", "--pattern", "many"], "not n:m"),
        (["--method", "wanda", "--sparsity", "0.5", "--calibration", "nowhere"], "nowhere"),
        (["--method", "wanda", "--sparsity", "0.5", "--calibration", "empty"], "no images"),
        (["--method", "wanda", "--sparsity", "0.5", "--calibration", "bad"], "a.png"),
    ],
)
def test_that_wrong_use_is_one_line(options, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"no picture")
    assert run(["prune", "demo", "-o", "x.safetensors", *options]) == WRONG_USE
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x.safetensors").exists()


def test_that_another_model_needs_a_calibration_folder(capsys, tmp_path, deit_tiny_checkpoint):
    source = ["deit_tiny_patch16_224", "--checkpoint", str(deit_tiny_checkpoint)]
    options = ["--method", "sparsegpt", "--sparsity", "0.5", "-o", str(tmp_path / "x.safetensors")]
    assert run(["prune", *source, *options]) == WRONG_USE
    assert "--calibration: is missing" in capsys.readouterr().err
