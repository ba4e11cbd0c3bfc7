"""The smallest model that is good enough: found where it is known, and taken up again."""

from __future__ import annotations

import json

import pytest

from rmt_studio.errors import InputError
from rmt_studio.progress import Cancelled
from rmt_studio.studies import Criterion, Failed, smallest_within
from rmt_studio.studies.bench import Bench

N = 10_000


@pytest.fixture
def search(small_model, small_analysis, images):
    def run(points=50.0, method="magnitude", **options):
        options = {"images": images, "analysis": small_analysis, **options}
        return smallest_within(small_model, method, points, **options)

    return run


@pytest.fixture
def drops(monkeypatch, made_up):
    """Let every trial lose as many of N images as a function of the sparsity says."""

    def install(lost):
        def trial(bench, method, sparsity, *others):
            return made_up(method, sparsity, lost(sparsity), N)

        monkeypatch.setattr(Bench, "trial", trial)

    return install


@pytest.mark.parametrize("highest", range(0, 100, 9))
def test_that_the_last_share_that_passes_is_found(search, drops, highest):
    drops(lambda sparsity: 0 if sparsity <= highest / 100 else N // 2)
    result = search(points=20, criterion="point")
    assert (result.best.sparsity if result.best else 0) == highest / 100
    assert len(result.steps) <= 7
    assert result.inversions == []


@pytest.mark.parametrize("resolution", [0.5, 0.3, 0.05, 0.001])
def test_that_neighbours_of_the_answer_at_the_resolution_were_tried(search, drops, resolution):
    drops(lambda sparsity: round(sparsity * N))
    result = search(points=61, criterion="point", resolution=resolution)
    tried = {step.trial.sparsity: step.passes for step in result.steps}
    best = result.best.sparsity
    assert tried[best]
    following = round(best + resolution, 6)
    assert following >= 1 or tried[following] is False


def test_that_the_interval_is_stricter_than_the_point(search, drops):
    drops(lambda sparsity: round(sparsity * N))
    point, interval = search(points=50, criterion="point"), search(points=50, criterion="interval")
    assert point.best.sparsity == 0.5
    assert interval.best.sparsity == 0.49
    assert interval.best.pair.interval[0] >= -0.5
    assert search(points=50).criterion is Criterion.INTERVAL


def test_that_steps_that_contradict_bisection_are_named(search, drops):
    drops(lambda sparsity: {0.5: 900, 0.25: 2000, 0.12: 3000}.get(sparsity, 4000))
    result = search(points=5, criterion="point")
    pairs = {(less.sparsity, more.sparsity) for less, more in result.inversions}
    assert {(0.25, 0.5), (0.12, 0.25), (0.12, 0.5)} <= pairs
    assert result.best is None
    assert result.recipe is None
    assert result.record()["sparsity"] is None


def test_that_a_share_that_cannot_be_reached_does_not_pass(search, monkeypatch, made_up):
    def trial(bench, method, sparsity, *others):
        if sparsity > 0.3:
            return Failed(method, sparsity, "no such rank", 1.0)
        return made_up(method, sparsity, 0, N)

    monkeypatch.setattr(Bench, "trial", trial)
    assert search(points=1, criterion="point").best.sparsity == 0.3


def test_that_a_method_that_fails_everywhere_is_told_with_its_reason(search, monkeypatch):
    def failing(bench, method, sparsity, *others):
        return Failed(method, sparsity, "no luck", 1.0)

    monkeypatch.setattr(Bench, "trial", failing)
    with pytest.raises(InputError, match="failed at every share: no luck"):
        search()


def test_that_a_search_prunes_for_real_and_gives_the_recipe(search, small_model, tmp_path):
    file = tmp_path / "search.json"
    result = search(resolution=0.25, points=60, file=file)
    assert result.best is not None
    assert result.recipe == result.best.recipe
    assert result.best.block_sparsity == pytest.approx(result.best.sparsity, abs=1e-3)
    content = json.loads(file.read_text())
    assert content["result"]["sparsity"] == result.best.sparsity
    assert len(content["rows"]) == len(result.steps)


def test_that_a_cancelled_search_goes_on_where_it_stopped(search, tmp_path, monkeypatch):
    file, heard = tmp_path / "search.json", []

    def stop_after_two(step):
        heard.append(step)
        if len(heard) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        search(resolution=0.1, file=file, on_step=stop_after_two)
    resumed = search(resolution=0.1, file=file)
    whole = search(resolution=0.1)
    assert [step.trial.kept for step in resumed.steps][:3] == [True, True, False]
    assert resumed.record() == whole.record()
    assert resumed.recipe == whole.recipe
    monkeypatch.setattr(Bench, "trial", None)
    assert search(resolution=0.1, file=file).record() == whole.record()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"points": -1}, "is not in 0 to 100"),
        ({"points": float("nan")}, "is not in 0 to 100"),
        ({"resolution": 0.0}, "resolution 0"),
        ({"criterion": "hope"}, "choose one of interval, point"),
        ({"method": "guess"}, "is not known"),
        ({"method": "wanda"}, "needs calibration images"),
        ({"points": 1}, "cannot be shown on 45 images"),
    ],
)
def test_that_wrong_arguments_are_refused_before_any_work(search, monkeypatch, options, said):
    monkeypatch.setattr(Bench, "prepare", None)
    with pytest.raises(InputError, match=said):
        search(**options)
