"""``compare`` and ``search`` on the demo: what they print and write, and how they go on."""

from __future__ import annotations

import csv
import json

import pytest

from rmt_studio.cli import GOOD, INTERRUPTED, WRONG_USE, run
from rmt_studio.cli.compare import comparison_tables
from rmt_studio.cli.report import screen
from rmt_studio.cli.study import time_left
from rmt_studio.data.images import digits
from rmt_studio.models.exports.reading import load_pruned
from rmt_studio.models.loading import load_model
from rmt_studio.pruning import METHODS, Recipe
from rmt_studio.studies import Failed, MethodComparison
from rmt_studio.studies import bench as bench_module

COMPARE = ["compare", "demo", "--limit", "40", "--methods", "magnitude,spectral-edge"]
SEARCH = ["search", "demo", "--limit", "40", "--method", "magnitude", "--resolution", "0.25"]


@pytest.fixture
def nothing_computed(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("nothing should be computed")

    for name in ("analyze", "evaluate", "fill_recipe", "carry_out"):
        monkeypatch.setattr(bench_module, name, refuse)


def test_that_compare_prints_draws_and_writes_and_is_read_again(tmp_path, capsys, request):
    told, table, plot = (tmp_path / name for name in ("c.json", "c.csv", "c.svg"))
    files = ["--json", str(told), "--csv", str(table), "--plot", str(plot)]
    arguments = [*COMPARE, "--sparsity", "0.5,0.9", *files]
    assert run(arguments) == GOOD
    printed = capsys.readouterr()
    assert max(map(len, printed.out.splitlines())) <= 80
    assert "magnitude  spectral-edge" in printed.out
    assert "demo, 40 images of digits (test)" in printed.out
    assert printed.err.count("\n") == 4  # a line for each row as it is known

    rows = json.loads(told.read_text())["rows"]
    assert {(row["method"], row["sparsity"]) for row in rows} == {
        (method, share) for method in ("magnitude", "spectral-edge") for share in (0.5, 0.9)
    }
    drop, error = (100 * rows[-1][f"top1_difference{end}"] for end in ("", "_error"))
    assert f"{drop:+.1f} ± {error:.1f}" in printed.out
    with table.open(newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["method"] for row in written] == ["dense", *(row["method"] for row in rows)]
    assert [float(row["top1"]) for row in written[1:]] == [row["top1"] for row in rows]
    low, _ = rows[0]["top1_difference_interval"]
    assert float(written[1]["top1_difference_interval_low"]) == low
    assert "</svg>" in plot.read_text()

    request.getfixturevalue("nothing_computed")
    before = told.read_bytes(), table.read_bytes(), plot.read_bytes()
    assert run(arguments) == GOOD
    again = capsys.readouterr()
    assert "4 of 4 rows taken from" in again.out
    assert again.err == ""
    assert (told.read_bytes(), table.read_bytes(), plot.read_bytes()) == before

    assert run([*arguments, "--seed", "3"]) == WRONG_USE
    error = capsys.readouterr().err
    assert "another seed (0; now 3)" in error
    assert "--overwrite" in error
    assert error.count("\n") == 1


def test_that_an_interrupted_comparison_keeps_its_rows(tmp_path, capsys, monkeypatch):
    told, real = tmp_path / "c.json", bench_module.carry_out

    def interrupted(model, recipe, **options):
        if "edge" in recipe.name:
            raise KeyboardInterrupt
        return real(model, recipe, **options)

    monkeypatch.setattr(bench_module, "carry_out", interrupted)
    assert run([*COMPARE, "--sparsity", "0.5", "--json", str(told)]) == INTERRUPTED
    assert [row["method"] for row in json.loads(told.read_text())["rows"]] == ["magnitude"]
    assert capsys.readouterr().err.endswith("rmt-studio: interrupted\n")


def test_that_calibrating_on_the_images_evaluated_on_is_told(tmp_path, capsys):
    folder = tmp_path / "images"
    for sample in digits().samples[:60]:
        (folder / str(sample.target)).mkdir(parents=True, exist_ok=True)
        sample.picture(1).save(folder / str(sample.target) / f"{sample.name[-4:]}.png")
    both = ["--data", str(folder), "--calibration", str(folder)]
    assert run(["compare", "demo", "--methods", "magnitude", "--sparsity", "0.5", *both]) == GOOD
    assert "60 of the images to evaluate on are calibration images" in capsys.readouterr().out


def test_that_many_methods_make_several_tables_within_80_columns(demo_model, capsys):
    names = tuple(METHODS)
    rows = tuple(Failed(name, 0.5, "no luck", 1.0) for name in names)
    comparison = MethodComparison(None, None, names, (0.5,), rows)
    tables = comparison_tables(demo_model, comparison)
    for table in tables:
        screen.print(table)
    printed = capsys.readouterr().out
    assert len(tables) > 1
    assert max(map(len, printed.splitlines())) <= 80
    assert all(name in printed for name in names)


def test_that_search_exports_what_it_found_and_goes_on_from_its_file(tmp_path, capsys):
    told, recipe, out = (tmp_path / name for name in ("s.json", "r.json", "o.safetensors"))
    arguments = [*SEARCH, "--within", "20", "--json", str(told)]
    assert run([*arguments, "--save-recipe", str(recipe), "-o", str(out)]) == GOOD
    printed = capsys.readouterr()
    result = json.loads(told.read_text())["result"]
    assert result["sparsity"] == 0.5
    assert "The smallest model by magnitude within 20 points" in printed.out
    assert "Assumed, not shown" in printed.out
    assert "verified in a fresh process" in printed.out
    assert ": passes" in printed.err
    pruned = load_model("demo", checkpoint=out)
    zeros = sum(int((pruned.weight(x) == 0).sum()) for x in pruned.layers if x.in_block)
    assert zeros / pruned.block_parameter_count == pytest.approx(0.5, abs=1e-3)
    assert Recipe.open(recipe).rules
    assert run([*arguments, "--criterion", "point"]) == GOOD
    assert "from the file" in capsys.readouterr().err


def test_that_search_writes_the_format_that_is_asked_for(tmp_path, capsys):
    out = tmp_path / "o.safetensors"
    arguments = [*SEARCH, "--within", "20", "--format", "compressed", "--dtype", "bf16"]
    assert run([*arguments, "-o", str(out)]) == GOOD
    told = load_pruned(out).provenance
    assert json.loads(told["accuracy"])["n"] == 40
    assert "rounding to bf16" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (["--format", "gguf"], "choose one of dense"),
        (["--format", "onnx"], "does not look like the name of a .onnx file"),
        (["--dtype", "fp8"], "is not written in 'fp8'"),
    ],
)
def test_that_search_and_prune_refuse_a_wrong_format_before_they_work(
    tmp_path, capsys, shape, said
):
    out = tmp_path / "o.safetensors"
    for command in (
        ["search", "no such model", *SEARCH[2:], "--within", "20"],
        ["prune", "no such model", "--method", "magnitude", "--sparsity", "0.5"],
    ):
        assert run([*command, *shape, "-o", str(out)]) == WRONG_USE
        assert said in capsys.readouterr().err


def test_that_a_search_without_an_answer_exports_nothing(tmp_path, capsys):
    out = tmp_path / "o.safetensors"
    strict = ["search", "demo", "--limit", "40", "--method", "random", "--resolution", "0.5"]
    strict += ["--within", "0", "--criterion", "point"]
    assert run([*strict, "-o", str(out)]) == WRONG_USE
    printed = capsys.readouterr()
    assert "No share that was tried is within 0 points" in printed.out
    assert "none was written" in printed.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*COMPARE[:-1], "guess", "--sparsity", "0.5"], "guess"),
        ([*COMPARE, "--sparsity", "1.2"], "1.2"),
        ([*COMPARE, "--sparsity", "half"], "half"),
        ([*COMPARE, "--sparsity", ","], "names nothing"),
        ([*COMPARE, "--sparsity", "0.5", "--data", "empty"], "empty"),
        ([*COMPARE, "--sparsity", "0.5", "--calibration", "empty"], "empty"),
        ([*COMPARE, "--sparsity", "0.5", "--plot", "x.docx"], "x.docx"),
        ([*COMPARE, "--sparsity", "0.5", "--json", "x", "--csv", "x"], "named twice"),
        ([*COMPARE, "--sparsity", "0.5", "--json", "no/folder/x"], "missing"),
        ([*COMPARE, "--sparsity", "0.5", "--device", "tpu"], "tpu"),
        ([*COMPARE, "--sparsity", "0.5", "--limit", "0"], "limit"),
        (["compare", "demo", "--sparsity", "0.5"], "--methods"),
        ([*SEARCH, "--within", "-1"], "0 to 100"),
        ([*SEARCH, "--within", "1"], "cannot be shown on 40 images"),
        ([*SEARCH, "--within", "9", "--criterion", "hope"], "interval, point"),
        ([*SEARCH, "--within", "9", "--resolution", "2"], "resolution 2"),
    ],
)
def test_that_wrong_use_is_one_line_and_code_2(
    arguments, said, capsys, monkeypatch, tmp_path, nothing_computed
):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == WRONG_USE
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_that_the_time_left_is_told_in_words():
    assert time_left(0.5, 0.5) == ""
    assert time_left(30.0, 0.5) == "30 s left"
    assert time_left(300.0, 0.25) == "15 min left"
    assert time_left(3600.0, 0.1) == "9.0 h left"
