"""Courses of prune-restore cycles: targets met to the entry, rows on disk, same bytes resumed."""

from __future__ import annotations

import json

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.studies.cycles import CycleFolder, CycleRecipe, run_cycles
from rmt_studio.studies.cycles.masked import zeros_in
from rmt_studio.training import FineTuning

QUICK = FineTuning(epochs=1, steps=2, batch=8, learning_rate=1e-3, hflip=0.0)
HYBRID = CycleRecipe(
    method="hybrid", sparsity=0.6, step=0.2, switch=0.2, overshoot=0.1, fine_tuning=QUICK
)


class Interrupted(BaseException):
    """What a person's stop raises out of the progress callback."""


@pytest.fixture
def course(small_model, small_analysis, images, learnt_from, tmp_path):
    def run(recipe=HYBRID, folder=None, **options):
        return run_cycles(
            small_model,
            recipe,
            learnt_from,
            evaluation=images,
            folder=folder or tmp_path / "cycles",
            analysis=small_analysis,
            **options,
        )

    return run


def test_that_every_cycle_meets_its_target_and_is_on_disk(course, small_model, images, tmp_path):
    live = []
    found = course(on_cycle=lambda row, model: live.append((row, model)))
    whole = small_model.block_parameter_count
    assert [row.method for row in found.rows] == ["magnitude", "ser", "ser"]
    for (row, model), target in zip(live, (0.2, 0.4, 0.6), strict=True):
        assert zeros_in(model) == round(target * whole)
        assert row.block_sparsity == model.block_sparsity == pytest.approx(target, abs=1e-3)
        assert row.parameters - row.parameters_kept == zeros_in(model)
        assert row.pair.n == len(images)
        assert row.evaluation.top1_difference == row.pair.difference
        past = round((target + 0.1) * whole) if row.method == "ser" else round(target * whole)
        assert row.restored == past - round(target * whole)
        assert row.reports[-1].epoch == 1
    names = sorted(path.name for path in (tmp_path / "cycles").iterdir())
    weights = [f"cycle-0{number}.safetensors" for number in range(4)]
    assert names == [*weights, "cycles.json"]
    again = course(resume=True)
    assert all(row.kept for row in again.rows)
    for old, new in zip(found.rows, again.rows, strict=True):
        assert old.record() == new.record()
    for layer in small_model.layers:
        assert torch.equal(again.model.weight(layer), found.model.weight(layer))
    assert again.model.effects == found.model.effects
    assert again.model.provenance == found.model.provenance


def test_that_rows_of_an_earlier_run_are_told_first(course):
    course(HYBRID.model_copy(update={"sparsity": 0.4}))
    told = []
    course(resume=True, on_cycle=lambda row, model: told.append((row.kept, model is not None)))
    assert told == [(True, False), (True, False), (False, True)]


@pytest.mark.parametrize("phase", ["selection", "fine-tuning", "evaluating"])
def test_that_a_course_that_was_stopped_ends_with_the_same_bytes(course, tmp_path, phase):
    whole = course(folder=tmp_path / "whole")

    calls = []

    def stop(done, total, note=""):
        if note.startswith("cycle 2") and phase in note:
            calls.append(note)
        if len(calls) > 2:  # within the phase
            raise Interrupted

    with pytest.raises(Interrupted):
        course(progress=stop)
    assert len(json.loads((tmp_path / "cycles" / "cycles.json").read_text())["rows"]) == 1
    course(resume=True)
    for number in range(4):
        name = f"cycle-0{number}.safetensors"
        assert (tmp_path / "cycles" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    for row, record in zip(whole.rows, rows_of(tmp_path / "cycles"), strict=True):
        assert timeless(row.record()) == timeless(record)
    assert not (tmp_path / "cycles" / "unfinished").exists()


def rows_of(folder):
    return json.loads((folder / "cycles.json").read_text())["rows"]


def timeless(record):
    return json.loads(json.dumps({k: v for k, v in record.items() if "seconds" not in k}))


def test_that_progress_never_goes_back_and_ends(course):
    steps = []
    course(progress=lambda done, total, note="": steps.append(done / total))
    assert steps == sorted(steps)
    assert steps[-1] == 1


def test_that_reports_say_cycle_and_phase(course):
    seen = []
    course(on_report=lambda report: seen.append((report.cycle, report.phase)))
    assert list(dict.fromkeys(seen)) == [
        (1, "fine-tuning"),
        (2, "selection"),
        (2, "fine-tuning"),
        (3, "selection"),
        (3, "fine-tuning"),
    ]


def test_that_cycles_are_not_written_over_and_not_mixed(course, tmp_path):
    short = HYBRID.model_copy(update={"sparsity": 0.2})
    course(short)
    before = (tmp_path / "cycles" / "cycles.json").read_bytes()
    with pytest.raises(InputError, match="holds cycles already"):
        course(short)
    other = short.model_copy(update={"method": "magnitude"})
    with pytest.raises(InputError, match=r"another method \(hybrid; now magnitude\)"):
        course(other, resume=True)
    with pytest.raises(InputError, match="no step on the way"):
        course(short.model_copy(update={"sparsity": 0.1}), resume=True)
    assert (tmp_path / "cycles" / "cycles.json").read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", '{"format": "rmt-studio cycles 1"}'])
def test_that_a_damaged_file_of_rows_is_refused(course, tmp_path, text):
    folder = tmp_path / "cycles"
    folder.mkdir()
    (folder / "cycles.json").write_text(text)
    with pytest.raises(InputError, match=r"cycles\.json"):
        course(resume=True)
    assert [path.name for path in folder.iterdir()] == ["cycles.json"]


def test_that_checkpoints_of_others_are_not_written_over(course, tmp_path):
    folder = tmp_path / "cycles"
    folder.mkdir()
    (folder / "cycle-01.safetensors").write_bytes(b"precious")
    for resume in (False, True):
        with pytest.raises(InputError, match=r"holds cycle-01\.safetensors and no cycles\.json"):
            course(resume=resume)
    assert (folder / "cycle-01.safetensors").read_bytes() == b"precious"


def test_that_images_without_labels_serve_only_the_dense_model(course, learnt_from, monkeypatch):
    monkeypatch.setattr(type(learnt_from), "has_labels", property(lambda _images: False))
    with pytest.raises(InputError, match="has no labels"):
        course()
    short = {"sparsity": 0.2, "fine_tuning": QUICK.model_copy(update={"distillation": 1.0})}
    found = course(HYBRID.model_copy(update=short))
    assert len(found.rows) == 1


def test_that_the_model_of_a_row_is_read_from_the_folder(course, small_model, images, tmp_path):
    live = {}
    found = course(on_cycle=lambda row, model: live.update({row.cycle: model}))
    content = json.loads((tmp_path / "cycles" / "cycles.json").read_text())
    recipe = CycleRecipe.model_validate(content["recipe"])
    folder = CycleFolder(tmp_path / "cycles", recipe, None)
    read = folder.model(small_model, found.rows[1])
    for layer in small_model.layers:
        assert torch.equal(read.weight(layer), live[2].weight(layer))
    (tmp_path / "cycles" / "cycle-02.safetensors").unlink()
    with pytest.raises(InputError, match="cycle-02"):
        folder.model(small_model, found.rows[1])
