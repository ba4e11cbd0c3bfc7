"""``rmt-studio finetune``: from a recipe or a pruned file to a fine-tuned, verified export."""

from __future__ import annotations

import json
from functools import partial

import pytest
import torch
from safetensors.torch import load_file

from rmt_studio import digits
from rmt_studio.cli import GOOD, INTERRUPTED, WRONG_USE, finetune, run, written
from rmt_studio.pruning import EntryThreshold, LayerRule, Recipe
from rmt_studio.training import EpochReport

QUICK = ["--epochs", "2", "--steps", "1", "--batch", "8", "--learning-rate", "1e-3"]
PLACE = "blocks.0.mlp.fc1"


@pytest.fixture
def recipe(tmp_path):
    """Half of one matrix goes."""
    path = tmp_path / "recipe.json"
    Recipe(rules={PLACE: LayerRule(steps=(EntryThreshold(share=0.5),))}).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    """Ten pictures, one of each class, in class folders."""
    digit = {sample.target: sample for sample in digits("train").samples}
    for target in range(10):
        place = tmp_path / "images" / str(target)
        place.mkdir(parents=True)
        digit[target].picture(1).save(place / "one.png")
    return tmp_path / "images"


@pytest.fixture
def unverified(monkeypatch):
    """Spare the fresh process where another test starts it."""
    monkeypatch.setattr(written, "export", partial(written.export, verify=False))


def _same(first, second):
    return all(torch.equal(values, second[name]) for name, values in first.items())


def _weight(path):
    return load_file(path)[f"{PLACE}.weight"]


def test_that_a_recipe_is_pruned_learned_and_told_of(recipe, folder, tmp_path, capsys):
    out, told = tmp_path / "o.safetensors", tmp_path / "o.json"
    images = ["--data", str(folder), "--validate", str(folder)]
    command = ["finetune", "demo", "--recipe", str(recipe), *images, *QUICK, "-o", str(out)]
    assert run([*command, "--json", str(told)]) == GOOD
    found, said = json.loads(told.read_text()), capsys.readouterr()
    for when in ("before", "after"):
        assert f"{when}:" in said.out
    assert f"{found['sparsity']:.2%} fewer of all" in said.out
    assert "fine-tuning: " in said.out
    assert "95 % interval" in said.out
    assert "verified in a fresh process" in said.out
    assert "epoch 2/2: loss" in said.err
    assert found["layers"][PLACE]["sparsity"] == 0.5
    assert found["after"]["n"] == found["before"]["n"] == 10
    assert (_weight(out) == 0).float().mean() == 0.5


def test_that_a_run_is_gone_on_with_when_asked(recipe, folder, tmp_path, capsys, unverified):
    out, again, runs = (tmp_path / name for name in ("o.safetensors", "a.safetensors", "runs"))
    command = ["finetune", "demo", "--recipe", str(recipe), "--data", str(folder), *QUICK]
    command += ["--folder", str(runs)]
    assert run([*command, "-o", str(out)]) == GOOD
    assert run([*command, "-o", str(again)]) == WRONG_USE
    assert "holds a training run already" in capsys.readouterr().err
    assert run([*command, "-o", str(again), "--resume"]) == GOOD
    assert _same(load_file(again), load_file(out))


def test_that_a_pruned_file_learns_without_labels(recipe, folder, tmp_path, unverified):
    pruned, out = tmp_path / "p.safetensors", tmp_path / "o.safetensors"
    assert run(["prune", "demo", "--recipe", str(recipe), "-o", str(pruned)]) == GOOD
    command = ["finetune", "demo", "--pruned", str(pruned), "--data", str(folder), "--no-labels"]
    assert run([*command, *QUICK, "-o", str(out)]) == GOOD
    before, after = _weight(pruned), _weight(out)
    assert ((before == 0) == (after == 0)).all()
    assert not (before == after).all()


def test_that_an_interrupted_run_keeps_the_best_and_says_so(
    recipe, folder, tmp_path, capsys, monkeypatch, unverified
):
    hear = finetune.Teller.hear

    def interrupted(self, report):
        hear(self, report)
        if isinstance(report, EpochReport):
            raise KeyboardInterrupt

    monkeypatch.setattr(finetune.Teller, "hear", interrupted)
    out = tmp_path / "o.safetensors"
    command = ["finetune", "demo", "--recipe", str(recipe), "--data", str(folder), *QUICK]
    assert run([*command, "-o", str(out)]) == INTERRUPTED
    assert "the best so far, of epoch 1, is kept" in capsys.readouterr().err
    assert (_weight(out) == 0).float().mean() == 0.5


def test_that_nothing_is_written_before_the_first_epoch(
    recipe, folder, tmp_path, capsys, monkeypatch
):
    def interrupted(_self, _report):
        raise KeyboardInterrupt

    monkeypatch.setattr(finetune.Teller, "hear", interrupted)
    out = tmp_path / "o.safetensors"
    command = ["finetune", "demo", "--recipe", str(recipe), "--data", str(folder), *QUICK]
    assert run([*command, "-o", str(out)]) == INTERRUPTED
    assert "nothing to keep" in capsys.readouterr().err
    assert not out.exists()


def test_that_the_model_before_is_written_where_no_epoch_is_better(
    recipe, folder, tmp_path, capsys, unverified
):
    pruned, out = tmp_path / "p.safetensors", tmp_path / "o.safetensors"
    assert run(["prune", "demo", "--recipe", str(recipe), "-o", str(pruned)]) == GOOD
    command = ["finetune", "demo", "--recipe", str(recipe), "--data", str(folder)]
    command += ["--validate", str(folder), *QUICK, "--learning-rate", "1", "--warm-up", "0"]
    assert run([*command, "-o", str(out)]) == GOOD
    assert "no epoch is better" in capsys.readouterr().out
    assert _same(load_file(out), load_file(pruned))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--distillation", "2"], "--distillation"),
        (["--scale", "0.9,0.1"], "least"),
        (["--resume"], "--folder"),
        (["--pruned", "x.safetensors"], "either --recipe or --pruned"),
    ],
)
def test_that_wrong_options_are_named(recipe, tmp_path, capsys, options, said):
    command = ["finetune", "demo", "--recipe", str(recipe), "-o", str(tmp_path / "o.safetensors")]
    assert run([*command, *options]) == WRONG_USE
    assert said in capsys.readouterr().err


def test_that_the_help_tells_the_defaults(capsys):
    assert run(["finetune", "--help"]) == GOOD
    assert "Default: 1e-05" in " ".join(capsys.readouterr().out.split())
