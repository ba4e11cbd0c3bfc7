"""What a fine-tuning in the window tells and keeps."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from rmt_studio import digits
from rmt_studio.analysis import Analysis
from rmt_studio.errors import InputError
from rmt_studio.pruning import Recipe
from rmt_studio.studio import training_course, training_state
from rmt_studio.studio.state_folder import can_begin_anew
from rmt_studio.studio.training_course import MOST_POINTS, Recorder
from rmt_studio.studio.training_tasks import Tuning, held_out
from rmt_studio.training import EpochReport, FineTuning, StepReport


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path))


def losses(steps):
    return np.random.default_rng(0).random(steps)


def test_that_a_long_curve_is_thinned_to_means():
    told, steps = [], 8 * MOST_POINTS
    recorder = Recorder(told.append, epochs=4)
    for step, loss in enumerate(losses(steps), 1):
        recorder.report(StepReport(step, steps, 1, float(loss), 0.1))
    recorder.flush()
    course = told[-1]
    assert MOST_POINTS <= len(course.losses) < 2 * MOST_POINTS
    each = steps // len(course.losses)
    assert course.losses == pytest.approx(losses(steps).reshape(-1, each).mean(axis=1))
    assert 0 < course.at[0] < course.at[-1] <= 4
    assert (np.diff(course.at) > 0).all()


def test_that_snapshots_come_at_most_ten_times_a_second(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(training_course.time, "monotonic", lambda: now[0])
    told = []
    recorder = Recorder(told.append, epochs=1)
    for step in range(1, 1001):
        now[0] += 0.01
        recorder.report(StepReport(step, 1000, 1, 1.0, 0.1))
    assert 90 <= len(told) <= 101


def test_that_a_snapshot_is_not_changed_by_what_follows():
    told = []
    recorder = Recorder(told.append, epochs=2)
    recorder.report(EpochReport(1, 2, 0.5, None, best=True))
    recorder.flush()
    before = told[-1]
    recorder.report(StepReport(1, 2, 1, 3.0, 0.1))
    recorder.report(EpochReport(2, 2, 0.4, None, best=True))
    recorder.flush()
    assert len(before.losses) == 0
    assert [report.epoch for report in before.epochs] == [1]
    assert [report.epoch for report in told[-1].epochs] == [1, 2]


def test_that_a_tenth_is_held_out_evenly():
    images = digits("train")
    taught, aside = held_out(images)
    assert len(aside) == len(images) // 10
    names = {sample.name for sample in aside.samples}
    assert names.isdisjoint(sample.name for sample in taught.samples)
    places = [i for i, sample in enumerate(images.samples) if sample.name in names]
    assert max(np.diff(places)) <= 11


def test_that_too_few_images_are_not_divided():
    few = digits("test")
    with pytest.raises(InputError, match="too few"):
        held_out(replace(few, samples=few.samples[:9]))


def test_that_equal_work_has_an_equal_name(demo_model):
    work = Tuning(
        model=demo_model,
        recipe=Recipe(name="rules"),
        pruned=None,
        analysis=Analysis(()),
        calibration=None,
        images=digits("test"),
        validation=None,
        reported=digits("test"),
        dense=None,
        start=None,
        settings=FineTuning(),
        device="cpu",
    )
    first = training_state.name_of(work)
    assert first == training_state.name_of(replace(work, device="cuda:0", anew=True))
    others = [
        replace(work, settings=FineTuning(seed=1)),
        replace(work, validation=digits("test")),
        replace(work, images=digits("train")),
        replace(work, recipe=Recipe(name="other rules")),
    ]
    assert len({first, *map(training_state.name_of, others)}) == 5


def test_that_the_oldest_work_is_dropped():
    folders = []
    for place in range(training_state.KEPT + 2):
        folders.append(training_state.folder_for(f"work-{place}", anew=False))
        os.utime(folders[-1], (place, place))
    assert not folders[0].exists()
    assert all(folder.exists() for folder in folders[2:])


def test_that_work_begun_anew_finds_nothing():
    folder = training_state.folder_for("work", anew=False)
    (folder / "training.state").write_bytes(b"something")
    assert training_state.folder_for("work", anew=False).joinpath("training.state").exists()
    assert not training_state.folder_for("work", anew=True).joinpath("training.state").exists()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (InputError("{}/cycles.json", "is damaged", "choose another folder"), "Begin anew"),
        (InputError("{}", "was made with another model", "choose another folder"), "Begin anew"),
        (InputError("images", "cannot be read", "look at them"), "look at them"),
    ],
)
def test_that_work_that_cannot_go_on_can_begin_anew(tmp_path, error, advice):
    thing = error.thing.format(tmp_path)
    with pytest.raises(InputError, match=advice) as told, can_begin_anew(tmp_path):
        raise InputError(thing, error.reason, error.next_step)
    assert (told.value.thing, told.value.reason) == (thing, error.reason)


def test_that_a_full_disk_keeps_its_own_advice(tmp_path):
    with pytest.raises(InputError, match="free some space"), can_begin_anew(tmp_path):
        raise InputError(tmp_path / "file", "is full", "free some space") from OSError("full")


def test_that_a_damaged_state_is_taken_for_none(demo_model):
    folder = training_state.folder_for("work", anew=False)
    (folder / "training.state").write_bytes(b"no tensors at all")
    assert training_state.reports_in(folder) == ()
    assert training_state.best_in(folder, demo_model, demo_model, FineTuning()) is None
