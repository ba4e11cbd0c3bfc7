"""``rmt-studio cycles`` on the demo: what it prints and writes, and how it goes on."""

from __future__ import annotations

import json

import pytest

from rmt_studio.analysis import list_series
from rmt_studio.cli import GOOD, WRONG_USE, run
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.studies.cycles import CycleRecipe

QUICK = ["--limit", "20", "--steps", "1", "--batch", "8", "--selection-epochs", "0.01"]
CYCLES = ["cycles", "demo", "--sparsity", "0.6", "--step", "0.3", "--switch", "0.3", *QUICK]


def test_that_cycles_print_their_rows_and_go_on_where_they_were(tmp_path, capsys):
    folder, recipe, told, out = (tmp_path / n for n in ("f", "c.json", "r.json", "m.safetensors"))
    begun = [*CYCLES, "--folder", str(folder), "--save-recipe", str(recipe)]
    assert run([*begun, "--sparsity", "0.3"]) == GOOD
    printed = capsys.readouterr()
    assert max(map(len, printed.out.splitlines())) <= 80
    assert "magnitude" in printed.err
    assert "demo, 20 images of digits (test)" in printed.out

    again = ["cycles", "demo", "--limit", "20", "--recipe", str(recipe), "--folder", str(folder)]
    assert run(again) == WRONG_USE
    assert "resume" in capsys.readouterr().err
    files = ["--json", str(told), "-o", str(out)]
    assert run([*again, "--resume", "--sparsity", "0.6", *files]) == GOOD
    printed = capsys.readouterr()
    assert "kept" in printed.out
    assert "ser" in printed.err
    rows = json.loads(told.read_text())["rows"]
    assert [row["sparsity"] for row in rows] == [0.3, 0.6]
    assert CycleRecipe.open(recipe).targets == (0.3,)
    zeros = rows[-1]["removed"] + rows[0]["removed"] - rows[-1]["restored"]
    for file in (folder / "cycle-02.safetensors", out):  # opens without this command
        model = load_pruned(file)
        blocks = [model.weight(layer) for layer in model.layers if layer.in_block]
        assert sum(int((weight == 0).sum()) for weight in blocks) == zeros
        assert model.provenance["cycles"]
    assert [one.step for one in list_series(folder).taken] == [0, 1, 2]
    assert zeros == round(0.6 * model.block_parameter_count)


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (["--method", "wanda"], "--method"),
        (["--sparsity", "1.5"], "--sparsity"),
        (["--overshoot", "0.5"], "overshoot"),
        (["--learning-rate", "-1"], "--learning-rate"),
        (["--recipe", "none.json"], "none.json"),
        (["--evaluate", "nowhere"], "nowhere"),
        (["--device", "cuda:77"], "cuda:77"),
    ],
)
def test_that_wrong_use_is_named_and_nothing_begins(tmp_path, capsys, monkeypatch, extra, named):
    monkeypatch.chdir(tmp_path)
    assert run([*CYCLES, "--folder", "f", *extra]) == WRONG_USE
    assert named in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_that_images_are_asked_for_where_the_model_brings_none(
    tmp_path, capsys, deit_tiny_checkpoint
):
    named = ["cycles", "deit_tiny_patch16_224", "--checkpoint", str(deit_tiny_checkpoint)]
    assert run([*named, "--folder", str(tmp_path / "f")]) == WRONG_USE
    assert "--data" in capsys.readouterr().err
    assert not (tmp_path / "f").exists()
