"""What is read and written: pictures, results, checkpoints, and what is refused."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

from rmt_studio.cli import run
from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies.lab import EXPERIMENTS, open_fashion_mnist, run_experiment
from rmt_studio.studies.lab import dataset as dataset_module
from rmt_studio.studies.lab.drawing import style

TINY = {"hidden": (16, 12), "epochs": 2, "train_images": 200, "test_images": 100}


def test_that_a_result_is_written_as_json_csv_and_figure(digits, small, tmp_path):
    settings = small("removal", shares=3, seeds=2, keep_checkpoints=True, **TINY)
    seen = []
    result = run_experiment(
        "removal", digits, settings, folder=tmp_path / "out", on_row=seen.append
    )
    assert tuple(seen) == result.rows
    data, table, figure, *series = result.files
    record = json.loads(data.read_text())
    assert record["rows"] == [row.record() for row in result.rows]
    assert record["settings"] == settings.model_dump(mode="json")
    assert record["question"] == EXPERIMENTS["removal"].question
    with table.open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [float(line["train_loss"]) for line in lines] == [
        row.values["train_loss"] for row in result.rows
    ]
    with Image.open(figure) as image:
        assert image.width > 1000
    assert [folder.name for folder in series] == [
        f"all-layers-seed-{seed}" for seed in settings.every_seed
    ]
    files = sorted(series[0].iterdir())
    assert [file.name for file in files] == [f"epoch-000{n}.safetensors" for n in range(3)]
    assert load_file(files[-1])["layers.0.weight"].shape == (16, 64)
    left = {"removal.json", "removal.csv", "removal.png", "removal-checkpoints"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == left


def test_that_a_cancelled_experiment_is_taken_up_where_it_stopped(digits, small, tmp_path):
    settings = small("randomness", **TINY)
    whole = run_experiment("randomness", digits, settings)
    seen = []

    def stop(row):
        seen.append(row)
        if row.series == "L2":
            raise Cancelled

    with pytest.raises(Cancelled):
        run_experiment("randomness", digits, settings, folder=tmp_path, on_row=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["randomness.unfinished.json"]
    trained = []

    def note(done, total, note=""):
        trained.append(note)

    resumed = run_experiment("randomness", digits, settings, folder=tmp_path, progress=note)
    assert [row.record() for row in resumed.rows] == [row.record() for row in whole.rows]
    assert not any("no penalty: epoch" in one for one in trained)
    assert not (tmp_path / "randomness.unfinished.json").exists()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"identity": 1}'])
def test_that_an_unusable_leftover_is_passed_over(digits, small, tmp_path, content):
    (tmp_path / "randomness.unfinished.json").write_bytes(content)
    settings = small("randomness", **TINY | {"epochs": 1})
    assert run_experiment("randomness", digits, settings, folder=tmp_path).rows


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_that_every_experiment_has_a_figure_and_named_columns(results, key):
    result, experiment = results(key), EXPERIMENTS[key]
    with style():
        figure = experiment.draw(result)
        assert all(axes.get_xlabel() and axes.get_title(loc="left") for axes in figure.axes)
        figure.canvas.draw()
    for row in result.rows:
        known = {column.key for column in experiment.panel(row.panel).columns}
        assert set(row.values) <= known
        assert all(isinstance(value, float) for value in row.values.values())
    assert result.verdicts
    assert result.beside
    json.dumps(result.record(), allow_nan=False)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_that_settings_survive_json_and_the_published_ones_are_published(key):
    kind = EXPERIMENTS[key].settings
    for settings in (kind.scaled(), kind.published()):
        assert kind.model_validate_json(settings.model_dump_json()) == settings
    published = kind.published()
    assert published.hidden == (3000, 3000, 3000, 3000, 500)
    assert (published.learning_rate, published.decay, published.decay_every) == (0.01, 0.96, 4)
    assert (published.momentum, published.l1, published.l2, published.epochs) == (
        0.9,
        1e-6,
        1e-6,
        100,
    )


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({}, "lacks x_train"),
        ({"y_train": np.zeros(3, np.uint8)}, "labels of"),
        ({"x_test": np.zeros((4, 5, 6), np.uint8)}, "test pictures of"),
        ({"y_test": np.full(4, 2000)}, "labels outside"),
        ({"x_train": np.full((6, 5, 5), np.nan)}, "not finite"),
    ],
)
def test_that_a_file_that_will_not_do_is_refused(tmp_path, arrays, reason):
    good = {
        "x_train": np.zeros((6, 5, 5), np.uint8),
        "y_train": np.zeros(6, np.uint8),
        "x_test": np.zeros((4, 5, 5), np.uint8),
        "y_test": np.zeros(4, np.uint8),
    }
    path = tmp_path / "pictures.npz"
    np.savez(path, **(good | arrays if arrays else {"a": np.zeros(2)}))
    with pytest.raises(InputError, match=reason):
        open_fashion_mnist(path)


def test_that_pickled_arrays_and_other_files_are_refused(tmp_path):
    path = tmp_path / "pictures.npz"
    np.savez(path, x_train=np.array([{}], dtype=object), y_train=0, x_test=0, y_test=0)
    with pytest.raises(InputError, match="cannot be read"):
        open_fashion_mnist(path)
    path.write_bytes(b"no zip at all")
    with pytest.raises(InputError, match=r"is no \.npz"):
        open_fashion_mnist(path)
    with pytest.raises(InputError, match="is no file"):
        open_fashion_mnist(tmp_path / "missing.npz")


def test_that_being_offline_is_said_with_the_way_out(tmp_path, monkeypatch):
    from torchvision.datasets import FashionMNIST

    monkeypatch.setattr(dataset_module.platformdirs, "user_cache_dir", lambda _name: str(tmp_path))
    monkeypatch.setattr(FashionMNIST, "mirrors", [(tmp_path / "nowhere").as_uri() + "/"])
    with pytest.raises(InputError, match=r"could not be downloaded.*name an \.npz") as told:
        open_fashion_mnist()
    assert "\\x" not in str(told.value)  # no line of torchvision's as an escape
    assert "--" not in str(told.value)  # the window shows it, too


def test_that_bad_requests_are_refused_before_any_work(digits, small, tmp_path):
    with pytest.raises(InputError, match="is not known"):
        run_experiment("nothing", digits)
    with pytest.raises(InputError, match="take those of the experiment"):
        run_experiment("noise", digits, small("removal"))
    with pytest.raises(InputError, match="cannot be used"):
        run_experiment("removal", digits, small("removal", device="nowhere"))
    with pytest.raises(InputError, match="are asked for"):
        run_experiment("removal", digits, small("removal", train_images=10_000))
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        run_experiment("removal", digits, small("removal"), folder=taken)
    with pytest.raises(ValueError, match="learning_rate"):
        small("removal", learning_rate=-1)


def test_that_the_command_lists_the_experiments(capsys):
    assert run(["lab"]) == 0
    said = capsys.readouterr().out
    assert all(one.key in said and one.question in said for one in EXPERIMENTS.values())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing", "-o", "x"], "is not known"),
        (["removal"], "-o: is missing"),
        (["removal", "-o", "x", "--seeds", "0"], "--seeds 0"),
        (["removal", "-o", "x", "--data", "missing.npz"], "is no file"),
        (["removal", "-o", "x", "--device", "nowhere"], "cannot be used"),
    ],
)
def test_that_the_command_says_what_will_not_do(arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["lab", *arguments]) == 2
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_that_the_command_runs_an_experiment(digits, small, tmp_path, monkeypatch, capsys):
    path = tmp_path / "digits.npz"
    inputs = {f"x_{part}": getattr(digits, part).numpy() for part in ("train", "test")}
    labels = {f"y_{part}": getattr(digits, f"{part}_labels").numpy() for part in ("train", "test")}
    np.savez(path, **inputs, **labels)
    tiny = small("removal", shares=3, **TINY)
    monkeypatch.setattr(type(tiny), "scaled", classmethod(lambda _kind: tiny))
    out = tmp_path / "out"
    assert run(["lab", "removal", "--data", str(path), "--seed", "5", "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "holds at" in said
    assert str(out / "removal.png") in said
    assert json.loads((out / "removal.json").read_text())["settings"]["seed"] == 5
