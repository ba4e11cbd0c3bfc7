"""The command line: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from rmt_studio.analysis.nulls import NULL_KINDS
from rmt_studio.cli import BUG, GOOD, INTERRUPTED, WRONG_USE, run
from rmt_studio.data.images import digits
from rmt_studio.pruning import EntryThreshold, LayerRule, Recipe
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD


def test_that_analyze_writes_every_number_at_full_precision(tmp_path, demo_analysis, capsys):
    path = tmp_path / "spectra.json"
    assert run(["analyze", "demo", "--json", str(path)]) == GOOD
    layers = json.loads(path.read_text())["layers"]
    assert [x["name"] for x in layers] == [x.name for x in demo_analysis]
    for found, expected in zip(layers, demo_analysis, strict=True):
        assert found["upper_edge"] == expected.fit.upper_edge
        assert found["singular_values"] == expected.spectrum.singular_values.tolist()
    assert "blocks.0.mlp.fc1" in capsys.readouterr().out


def test_that_analyze_writes_a_table_as_csv(tmp_path, demo_analysis):
    path = tmp_path / "spectra.csv"
    assert run(["analyze", "demo", "--csv", str(path), "--method", "median"]) == GOOD
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(demo_analysis)
    assert {row["method"] for row in rows} == {"median"}


def test_that_the_help_of_analyze_names_every_estimator_and_null(capsys):
    assert run(["analyze", "--help"]) == GOOD
    told = " ".join(capsys.readouterr().out.split())
    assert ", ".join(BULK_METHODS) in told
    assert f"Default: {DEFAULT_METHOD}" in told
    assert ", ".join(NULL_KINDS) in told


def test_that_the_csv_has_the_numbers_of_the_json_and_no_lists(tmp_path):
    told, table = tmp_path / "told.json", tmp_path / "told.csv"
    assert run(["analyze", "demo", "--json", str(told), "--csv", str(table)]) == GOOD
    layers = json.loads(told.read_text())["layers"]
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row, layer in zip(rows, layers, strict=True):
        plain = {k: v for k, v in layer.items() if not isinstance(v, list)}
        assert row["options"] == "beta=0.05"
        plain["options"] = row["options"]
        assert row == {key: "" if v is None else str(v) for key, v in plain.items()}
        assert layer["entry_sd"] > 0
        assert {"alpha", "stable_rank", "edge_p_value", "route", "below"} <= set(row)


def test_that_analyze_writes_views_with_their_nulls(tmp_path, demo_model, capsys):
    folder, told = tmp_path / "images", tmp_path / "told.json"
    for sample in digits().samples[:6]:
        (folder / str(sample.target)).mkdir(parents=True, exist_ok=True)
        sample.picture(1).save(folder / str(sample.target) / f"{sample.name[-4:]}.png")
    wanted = ["--views", "--calibration", str(folder), "--null", "shuffled", "--localisation"]
    table = tmp_path / "told.csv"
    assert run(["analyze", "demo", *wanted, "--json", str(told), "--csv", str(table)]) == GOOD
    record = json.loads(told.read_text())
    kinds = [view["view"] for view in record["views"]]
    blocks = sum(layer.name.endswith("attn.q") for layer in demo_model.layers)
    assert kinds.count("head") == 12 * blocks
    assert kinds.count("query_key") == kinds.count("output_value") == 3 * blocks
    assert kinds.count("whitened") == len(demo_model.layers)
    for one in (*record["layers"], *record["views"]):
        assert len(one["null_median"]) == one["M"]
        assert len(one["spike_out_largest"]) == one["spikes"]
    with table.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(record["layers"]) + len(record["views"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_that_analyze_compares_with_another_checkpoint(tmp_path, demo_model, capsys):
    state = {name: value.clone() for name, value in demo_model.module.state_dict().items()}
    state["blocks.0.mlp.fc1.weight"] *= 2
    state["head.weight"].zero_()
    other, told = tmp_path / "epoch 2.safetensors", tmp_path / "told.json"
    rows = tmp_path / "rows.csv"
    save_file(state, other)
    asked = ["analyze", "demo", "--against", str(other)]
    assert run([*asked, "--json", str(told), "--csv", str(rows)]) == GOOD
    comparison = json.loads(told.read_text())["comparison"]
    changes = {change["name"]: change for change in comparison["layers"]}
    assert changes["blocks.0.mlp.fc1"]["edge_change"] == pytest.approx(1)
    assert changes["blocks.1.mlp.fc1"]["edge_change"] == 0
    assert comparison["missing"] == ["head"]
    with rows.open(newline="") as file:
        table = {row["name"]: row for row in csv.DictReader(file)}
    assert float(table["blocks.0.mlp.fc1"]["edge_change"]) == pytest.approx(1)
    assert table["head"]["edge_change"] == table["head"]["edge_after"] == ""
    printed = capsys.readouterr().out
    assert "Change from demo to epoch 2.safetensors" in printed
    assert "+100.0%" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_that_weights_of_another_network_are_refused_before_any_work(tmp_path, capsys):
    other = tmp_path / "other.safetensors"
    save_file({"head.weight": torch.zeros(10, 192)}, other)
    assert run(["analyze", "demo", "--against", str(other)]) == WRONG_USE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "choose a checkpoint of the same architecture as demo" in printed.err


def test_that_the_same_recipe_gives_the_same_bytes(tmp_path):
    recipe = tmp_path / "recipe.json"
    Recipe(
        name="mine", rules={"blocks.0.mlp.fc1": LayerRule(steps=(EntryThreshold(share=0.5),))}
    ).save(recipe)
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    for path in (first, second):
        assert run(["prune", "demo", "--recipe", str(recipe), "-o", str(path)]) == GOOD
    assert first.read_bytes() == second.read_bytes()


def test_that_a_saved_recipe_repeats_the_prune(tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    recipe = tmp_path / "recipe.json"
    by_target = ["--method", "magnitude", "--sparsity", "0.4", "--save-recipe", str(recipe)]
    assert run(["prune", "demo", *by_target, "-o", str(first)]) == GOOD
    assert run(["prune", "demo", "--recipe", str(recipe), "-o", str(second)]) == GOOD
    assert first.read_bytes() == second.read_bytes()


def test_that_prune_tells_what_is_left(tmp_path, demo_model, capsys):
    out, told = tmp_path / "pruned.safetensors", tmp_path / "pruned.json"
    arguments = ["--method", "magnitude", "--sparsity", "0.5", "-o", str(out), "--json", str(told)]
    assert run(["prune", "demo", *arguments]) == GOOD
    record = json.loads(told.read_text())
    zeros = sum(
        int((value == 0).sum()) for name, value in load_file(out).items() if "blocks" in name
    )
    assert record["parameters_kept"] == demo_model.parameter_count - round(
        record["block_sparsity"] * demo_model.block_parameter_count
    )
    assert zeros >= demo_model.parameter_count - record["parameters_kept"]
    assert record["block_sparsity"] == pytest.approx(0.5, abs=1e-3)
    assert "verified" in capsys.readouterr().out


def test_that_evaluate_writes_fractions_at_the_top_level(tmp_path, capsys):
    path = tmp_path / "accuracy.json"
    assert run(["evaluate", "demo", "--json", str(path)]) == GOOD
    record = json.loads(path.read_text())
    assert 0.98 <= record["top1"] <= record["top5"] <= 1
    assert record["loss"] > 0
    assert record["n"] == 360
    assert f"{record['top1']:.2%}" in capsys.readouterr().out


def test_that_the_headless_demo_does_the_whole_job(tmp_path, capsys):
    out, told = tmp_path / "demo.safetensors", tmp_path / "demo.json"
    assert run(["demo", "--headless", "-o", str(out), "--json", str(told)]) == GOOD
    account = capsys.readouterr().out
    for step in ("Open", "Analyse", "Evaluate", "Prune", "Export", "Verify"):
        assert step in account
    assert out.exists()
    record = json.loads(told.read_text())
    assert set(record["runs"]) == {"dense", "magnitude", "edge-cut"}
    assert record["export"]["bytes"] == out.stat().st_size
    assert f"{record['export']['max_logit_difference']:.3g}" in account
    assert f"Done in {record['seconds']:.1f} s" in account


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyze"], "MODEL"),
        (["analyze", "vit_tinny_patch16_224"], "vit_tinny_patch16_224"),
        (["analyze", "deit_tiny_patch16_224", "--checkpoint", "nowhere.safetensors"], "nowhere"),
        (["analyze", "demo", "--method", "guess"], "guess"),
        (["analyze", "demo", "--null", "guess"], "shuffled, profile, initialisation"),
        (["analyze", "demo", "--against", "nowhere.safetensors"], "nowhere"),
        (["analyze", "demo", "--calibration", "nowhere"], "nowhere"),
        (["analyze", "demo", "--against", "x", "--csv", "x"], "named twice"),
        (["analyze", "demo", "--json", "no/such/folder/x.json"], "x.json"),
        (["prune", "demo", "-o", "x.safetensors"], "--recipe"),
        (["prune", "demo", "-o", "x.safetensors", "--method", "magnitude"], "--sparsity"),
        (["prune", "demo", "-o", "x.safetensors", "--recipe", "none.json"], "none.json"),
        (
            ["prune", "demo", "-o", "x.safetensors", "--method", "magnitude", "--sparsity", "1.5"],
            "1.5",
        ),
        (["evaluate", "demo", "--data", "nowhere"], "nowhere"),
        (["evaluate", "demo", "--device", "tpu"], "tpu"),
        (["evaluate", "demo", "--device", "meta"], "meta"),
        (["analyze", "demo", "--json", "x.json", "--csv", "./x.json"], "named twice"),
        (["analyze", "deit_tiny_patch16_224", "--checkpoint", "x", "--json", "x"], "named twice"),
        (["demo", "--headless", "-o", "no/folder/x.safetensors"], "x.safetensors"),
        (["demo", "--json", "x.json"], "headless"),
        (["paint"], "paint"),
    ],
)
def test_that_wrong_use_is_one_line_and_code_2(arguments, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == WRONG_USE
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_that_a_path_with_square_brackets_is_printed_as_it_is(tmp_path, capsys):
    folder = tmp_path / "set ["
    folder.mkdir()
    arguments = ["--method", "magnitude", "--sparsity", "0.1", "-o", f"{folder}/b].safetensors"]
    assert run(["prune", "demo", *arguments]) == GOOD
    assert "set [/b].safetensors" in capsys.readouterr().out


def test_that_matrices_of_zeros_are_named_in_the_json_as_on_the_screen(
    tmp_path, demo_model, capsys
):
    state = {k: v.clone() for k, v in demo_model.module.state_dict().items()}
    state["blocks.0.mlp.fc1.weight"].zero_()
    save_file(state, tmp_path / "zeros.safetensors")
    told = tmp_path / "told.json"
    source = ["demo", "--checkpoint", str(tmp_path / "zeros.safetensors")]
    assert run(["analyze", *source, "--json", str(told)]) == GOOD
    assert "noise law: blocks.0.mlp.fc1" in capsys.readouterr().out
    assert json.loads(told.read_text())["skipped"] == ["blocks.0.mlp.fc1"]


def test_that_an_interruption_is_told_in_one_line(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("rmt_studio.cli.analysis.analyze", interrupted)
    assert run(["analyze", "demo"]) == INTERRUPTED
    assert capsys.readouterr().err == "rmt-studio: interrupted\n"


def test_that_a_bug_is_code_1_with_a_traceback(monkeypatch, capsys):
    def broken(*arguments, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("rmt_studio.cli.analysis.analyze", broken)
    assert run(["analyze", "demo"]) == BUG
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_that_a_missing_screen_is_one_line_not_a_crash():
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "rmt_studio", "demo"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == WRONG_USE
    assert done.stderr.startswith("rmt-studio: the window cannot open")
    assert done.stderr.count("\n") == 1
