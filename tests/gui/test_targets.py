"""From a target to rules, and all the way to a row of the results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rmt_studio import digits
from rmt_studio.pruning import METHODS
from rmt_studio.studio.job_events import JobCancelled, JobFinished, JobProgressed
from rmt_studio.studio.targets import Target, best_method, reach_target

PATIENCE = 120_000


def some(part, step):
    everything = digits(part)
    return replace(everything, samples=everything.samples[::step])


@pytest.fixture
def opened(workbench, demo_model, demo_analysis):
    """The demo with a few images to evaluate on and none for calibration."""
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.document.open_images(some("test", 8))
    return workbench


@pytest.fixture
def events(opened):
    heard = []
    opened.job_changed.connect(heard.append)
    return heard


def test_that_the_recommended_method_fits_what_there_is():
    known = METHODS[best_method(None)]
    assert not known.needs_images
    assert best_method(some("train", 100)) in METHODS


def test_that_one_click_fills_prunes_and_evaluates_in_one_job(
    opened, qtbot, events, stall_watchdog
):
    opened.document.open_calibration(some("train", 60))
    job = opened.targets.reach(0.5, "blocks")
    qtbot.waitUntil(
        lambda: any(isinstance(e, JobFinished) and e.job_id == job.id for e in events),
        timeout=PATIENCE,
    )
    document = opened.document
    dense, pruned = document.runs
    assert (dense.label, pruned.label) == ("dense", document.recipe.name)
    assert pruned.block_sparsity == pytest.approx(0.5, abs=1e-3)
    assert pruned.evaluation.top1_difference is not None
    assert document.pruned.recipe == document.recipe
    assert opened.undo_stack.count() == 1
    opened.undo_stack.undo()
    assert document.recipe.rules == {}
    shares = [e.done / e.total for e in events if isinstance(e, JobProgressed)
              and e.job_id == job.id]  # fmt: skip
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_that_a_second_target_does_not_measure_the_dense_model_again(opened, qtbot):
    for count, share in ((2, 0.3), (3, 0.6)):
        opened.targets.reach(share, "blocks")
        qtbot.waitUntil(lambda n=count: len(opened.document.runs) == n, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not opened.running_jobs, timeout=PATIENCE)
    assert [run.recipe is None for run in opened.document.runs] == [True, False, False]


def test_that_without_images_the_model_is_pruned_and_the_next_step_told(opened, qtbot):
    opened.document.open_images(None)
    told = []
    opened.told.connect(told.append)
    opened.targets.reach(0.4, "model")
    qtbot.waitUntil(lambda: any("image folder" in line for line in told), timeout=PATIENCE)
    assert opened.document.pruned.sparsity == pytest.approx(0.4, abs=1e-3)
    assert opened.document.runs == []


def test_that_it_can_be_cancelled(opened, qtbot, events):
    opened.document.open_images(digits("train"))
    job = opened.targets.reach(0.5, "blocks")
    qtbot.waitUntil(lambda: opened.document.pruned is not None, timeout=PATIENCE)
    opened.cancel_job(job.id)
    qtbot.waitUntil(
        lambda: any(isinstance(e, JobCancelled) and e.job_id == job.id for e in events),
        timeout=PATIENCE,
    )
    assert all(run.recipe is None for run in opened.document.runs)


def test_that_a_method_that_looks_at_images_fills_in_a_job_as_one_step(opened, qtbot):
    opened.document.open_calibration(some("train", 60))
    opened.targets.fill(Target("wanda", 0.5), and_then=opened.prune)
    qtbot.waitUntil(lambda: opened.document.pruned is not None, timeout=PATIENCE)
    assert opened.undo_stack.count() == 1
    assert opened.document.pruned.block_sparsity == pytest.approx(0.5, abs=1e-3)


def test_that_groups_are_filled_as_asked(opened, qtbot):
    opened.targets.fill(Target("magnitude", 0.5, "blocks", "2:4"))
    qtbot.waitUntil(lambda: bool(opened.document.recipe.rules), timeout=PATIENCE)
    steps = [rule.steps[0] for rule in opened.document.recipe.rules.values()]
    assert {step.pattern for step in steps} == {"2:4"}


def test_that_missing_calibration_images_are_said(opened):
    heard = []
    opened.failed.connect(lambda *words: heard.append(words))
    assert opened.targets.fill(Target("wanda", 0.5)) is None
    assert "Wanda needs calibration images" in heard[0][1]


def test_that_results_for_a_model_that_is_gone_are_dropped(opened, qtbot, demo_model):
    opened.targets.reach(0.5, "blocks")
    opened.document.open_model(replace(demo_model))
    qtbot.waitUntil(lambda: not opened.running_jobs, timeout=PATIENCE)
    opened.told.emit("settled")
    assert opened.document.recipe.rules == {}
    assert opened.document.pruned is None


def test_that_the_pieces_come_in_order(demo_model, demo_analysis):
    from rmt_studio.progress import no_progress
    from rmt_studio.studio.targets import Situation

    start = Situation(demo_model, demo_analysis, some("test", 40), None, None, "cpu")
    pieces = []
    reach_target(start, Target("magnitude", 0.5), pieces.append, no_progress)
    names = [type(piece).__name__ for piece in pieces]
    assert names == ["Recipe", "PrunedModel", "Measurement", "Measurement"]
    assert pieces[2].model is demo_model
    assert pieces[3].model is pieces[1]
