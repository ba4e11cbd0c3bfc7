"""``rmt-studio series``: the table, the data, the film, and what goes wrong."""

from __future__ import annotations

import csv
import json

import pytest
import torch
from PIL import Image

from rmt_studio.cli import GOOD, WRONG_USE, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    for step in (1, 2, 10):
        generator = torch.Generator().manual_seed(1)
        tensors = {
            "fc1.weight": torch.randn(60, 40, generator=generator) + step / 10,
            "fc2.weight": torch.randn(24, 60, generator=generator),
        }
        torch.save({"state_dict": tensors, "epoch": step}, folder / f"epoch_{step}.pth")
    torch.save(tensors, folder / "best.pth")
    return folder


def test_that_both_ends_of_training_stand_in_the_table(folder, capsys):
    assert run(["series", str(folder)]) == GOOD
    printed = capsys.readouterr().out
    assert "3 checkpoints (their matrices alone)" in printed
    assert "epoch_1.pth (step 1) to epoch_10.pth (step 10)" in printed
    assert "left out: best.pth: has no number in its name" in printed
    row = next(line for line in printed.splitlines() if line.startswith("fc1")).split()
    assert row[3:5] == ["0", "1"]
    table = [line for line in printed.splitlines() if line.startswith(("layer", "fc"))]
    assert max(map(len, table)) <= 80


def test_that_every_number_is_written(folder, tmp_path):
    table, told, film = (tmp_path / name for name in ("s.csv", "s.json", "s.gif"))
    files = ["--csv", str(table), "--json", str(told), "--gif", str(film), "--fps", "8"]
    assert run(["series", str(folder), "--layer", "fc1", *files]) == GOOD
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["step"], row["name"]) for row in rows] == [
        ("1", "fc1"),
        ("2", "fc1"),
        ("10", "fc1"),
    ]
    content = json.loads(told.read_text())
    assert [one["step"] for one in content["layers"][0]["steps"]] == [1, 2, 10]
    assert content["left_out"] == [{"name": "best.pth", "reason": "has no number in its name"}]
    edges = [float(row["upper_edge"]) for row in rows]
    assert edges == [one["upper_edge"] for one in content["layers"][0]["steps"]]
    with Image.open(film) as picture:
        assert picture.n_frames == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--gif", "a.gif"], "name it by --layer"),
        (["--layer", "fc1", "--gif", "a.mp4"], "does not end in .gif"),
        (["--layer", "fc1", "--gif", "a.gif", "--fps", "0"], "frames a second"),
        (["--layer", "head"], "is not a layer"),
        (["--model", "vit_base_patch16_224"], "does not fit"),
        (["--model", "no_such_network"], "no_such_network"),
    ],
)
def test_that_wrong_use_is_one_line(folder, options, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["series", str(folder), *options]) == WRONG_USE
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_that_a_folder_without_checkpoints_is_refused(tmp_path, capsys):
    assert run(["series", str(tmp_path)]) == WRONG_USE
    assert "no checkpoints with a number" in capsys.readouterr().err
