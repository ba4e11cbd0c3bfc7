from __future__ import annotations

import json

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.training import EpochReport, RunFile, Score, StepReport, Views, holds_run, train
from rmt_studio.training import loop as loop_module

CPU = torch.device("cpu")


@pytest.fixture
def course(network, views, settings):
    """Train the small network; arguments may be replaced."""

    def run(**changes):
        arguments = {"settings": settings, "device": CPU, **changes}
        return train(network, {}, views, **arguments)

    return run


def _same(first, second):
    return first.keys() == second.keys() and all(
        torch.equal(values, second[name]) for name, values in first.items()
    )


def test_that_steps_and_epochs_are_told(course):
    told = []
    trained = course(on_report=told.append)
    steps = [report for report in told if isinstance(report, StepReport)]
    assert [(report.step, report.epoch) for report in steps] == [
        (number + 1, number // 4 + 1) for number in range(12)
    ]
    epochs = [report for report in told if isinstance(report, EpochReport)]
    assert trained.reports == tuple(epochs)
    for number, report in enumerate(epochs):
        mean = sum(step.loss for step in steps[4 * number : 4 * number + 4]) / 4
        assert report.loss == pytest.approx(mean)
        assert report.validation is None
    assert trained.best_epoch == max(report.epoch for report in epochs if report.best)
    assert trained.stopped == "done"


def test_that_the_same_seed_trains_the_same_and_another_does_not(
    course, network, settings, few_digits, config
):
    first, again = course(), course()
    assert _same(first.parameters, again.parameters)
    seeded = settings.model_copy(update={"seed": 1})
    other = train(network, {}, Views(few_digits, config, seeded), seeded, device=CPU)
    assert not _same(first.parameters, other.parameters)


@pytest.mark.parametrize("step", [1, 4, 6])
def test_that_a_run_killed_at_any_step_goes_on_to_the_same_bytes(
    course, tmp_path, monkeypatch, step
):
    monkeypatch.setattr(loop_module, "_SAVE_SECONDS", -1.0)  # after every step
    monkeypatch.setattr(loop_module, "_SAVING_SHARE", float("inf"))
    file = RunFile(tmp_path / "run", {"images": "digits"})

    def validate(parameters, _progress):
        return Score(round(parameters["head.weight"].sum().item(), 6), 0.0)

    whole = course(validate=validate)

    def kill(report):
        if isinstance(report, StepReport) and report.step == step:
            raise Cancelled

    with pytest.raises(Cancelled):
        course(validate=validate, file=file, on_report=kill)
    assert holds_run(file.folder)
    resumed = course(validate=validate, file=file, resume=True)
    assert _same(resumed.parameters, whole.parameters)
    assert resumed.reports == whole.reports
    finished = course(validate=validate, file=file, resume=True)
    assert _same(finished.parameters, whole.parameters)


def test_that_a_run_that_goes_on_tells_what_it_has(course, tmp_path):
    file, told, best = RunFile(tmp_path), [], []

    def stop(done, _total, _note=""):
        if done == 9:
            raise Cancelled

    with pytest.raises(Cancelled):
        course(file=file, progress=stop)
    course(
        file=file,
        resume=True,
        on_report=told.append,
        on_epoch=lambda parameters, report, _tick: best.append(report),
    )
    assert [report.epoch for report in told[:2]] == [1, 2]
    assert isinstance(told[2], StepReport)
    assert told[2].step == 9
    assert best[0].best
    assert [report.epoch for report in best[1:]] == [3]


def test_that_patience_ends_it_early_and_the_best_stays(course, settings):
    scores = iter([0.1, 0.2, 0.6, 0.6, 0.5, 0.9])
    kept = []
    trained = course(
        settings=settings.model_copy(update={"epochs": 5, "patience": 2, "steps": 1}),
        validate=lambda parameters, _progress: Score(next(scores), 1.0),
        on_epoch=lambda parameters, report, _tick: kept.append(parameters),
    )
    assert trained.stopped == "early"
    assert trained.best_epoch == 2
    assert [report.best for report in trained.reports] == [True, True, False, False]
    assert _same(trained.parameters, kept[1])


def test_that_among_equals_the_lower_loss_is_better(course):
    losses = iter([2.0, 1.0, 0.5, 0.7])
    trained = course(validate=lambda parameters, _progress: Score(0.5, next(losses)))
    assert trained.best_epoch == 2


def test_that_the_start_is_kept_where_no_epoch_is_better(course, network, tmp_path):
    asked, scores = [], [0.5, 0.4, 0.5, 0.5]

    def validate(parameters, _progress):
        asked.append(parameters)
        return Score(scores[len(asked) - 1], 1.0)

    def stop(report):
        if isinstance(report, StepReport) and report.step == 6:
            raise Cancelled

    file = RunFile(tmp_path)
    with pytest.raises(Cancelled):
        course(validate=validate, file=file, on_report=stop)
    trained = course(validate=validate, file=file, resume=True)
    assert len(asked) == 4  # the start is not scored a second time
    assert (trained.best_epoch, trained.stopped) == (0, "done")
    assert not any(report.best for report in trained.reports)
    start = {name: values.detach() for name, values in network.named_parameters()}
    assert _same(trained.parameters, start)
    assert _same(asked[0], start)


def test_that_patience_counts_from_the_start(course, settings):
    scores = iter([0.5, 0.4, 0.6])
    trained = course(
        settings=settings.model_copy(update={"patience": 1}),
        validate=lambda parameters, _progress: Score(next(scores), 1.0),
    )
    assert (trained.best_epoch, trained.stopped, len(trained.reports)) == (0, "early", 1)


def test_that_it_can_be_stopped_while_an_epoch_is_kept(course, tmp_path):
    """Weights are gathered and written in pieces, with a call between them."""
    calls = []

    def count(done, _total, _note=""):
        calls.append(done)

    course(file=RunFile(tmp_path), progress=count)
    leaves = 30
    assert calls.count(4) > 3 * leaves  # parameters twice, and as many in the file and more


def test_that_a_whole_pass_sees_every_picture_once(course, settings, few_digits):
    told = []
    whole = settings.model_copy(update={"epochs": 1, "steps": None, "batch": 7})
    course(settings=whole, on_report=told.append)
    assert len(few_digits) == 30
    assert [report.steps for report in told[:-1]] == [5] * 5


def test_that_an_earlier_run_is_not_started_over(course, tmp_path):
    file = RunFile(tmp_path)
    course(file=file)
    before = file.path.read_bytes()
    with pytest.raises(InputError, match="holds a training run already"):
        course(file=file)
    assert file.path.read_bytes() == before


def test_that_a_run_that_differs_is_named_by_what_differs(course, tmp_path):
    course(file=RunFile(tmp_path, {"images": "cats", "epochs": "3"}))
    with pytest.raises(InputError, match=r"another images \(cats; now dogs\);") as caught:
        course(file=RunFile(tmp_path, {"images": "dogs", "epochs": "3"}), resume=True)
    assert "epochs" not in str(caught.value)


def test_that_there_must_be_a_run_to_go_on_with(course, tmp_path):
    with pytest.raises(InputError, match="no run to go on with"):
        course(file=RunFile(tmp_path / "nothing"), resume=True)


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "record"])
def test_that_a_damaged_state_is_an_input_error(course, tmp_path, damage):
    file = RunFile(tmp_path)
    course(file=file)
    whole = file.path.read_bytes()
    text = json.dumps({"format": "rmt_studio training 1", "identity": {}, "reports": 5})
    damaged = {
        "cut": whole[:-1000],
        "empty": b"",
        "noise": b"\x00" * 100,
        "record": None,
    }[damage]
    if damaged is None:
        from rmt_studio.models.exports.safetensors_file import write_safetensors

        write_safetensors(file.path, {}, {"run": text})
    else:
        file.path.write_bytes(damaged)
    with pytest.raises(InputError, match="state of a training run"):
        course(file=file, resume=True)


def test_that_a_file_in_place_of_the_folder_is_an_input_error(course, tmp_path):
    place = tmp_path / "run"
    place.write_text("mine")
    with pytest.raises(InputError, match="cannot be made a folder"):
        course(file=RunFile(place))
    assert place.read_text() == "mine"


def test_that_the_error_of_a_wild_rate_says_where(course, settings):
    wild = settings.model_copy(update={"learning_rate": 1e30, "warm_up": 0.0})
    with pytest.raises(InputError, match=r"in step \d+ of 12.*smaller learning rate"):
        course(settings=wild)
