"""What becomes of a fine-tuning: rows of the results, and the document's pruned model."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import torch

from rmt_studio.errors import InputError
from rmt_studio.gui.training.asked import Asked, Ending, Outcome, Validation
from rmt_studio.studio.tasks import learned_by

from .conftest import PATIENCE, QUICK, ended, rules

REPORTED = Asked(QUICK, labelled=True, validation=Validation.REPORTED)
BY_LOSS = Asked(QUICK, labelled=True, validation=Validation.NOTHING)


def run(tuner, bench, qtbot, asked=REPORTED, **how):
    tuner.start(asked, **how)
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)


def test_that_a_real_fine_tuning_ends_as_the_pruned_model_and_a_row(tuner, bench, qtbot):
    run(tuner, bench, qtbot, BY_LOSS)
    document = bench.document
    assert (tuner.ending, tuner.outcome) == (Ending.DONE, Outcome.TAKEN)
    assert [(run.label, bool(run.learned)) for run in document.runs] == [
        ("dense", False),
        ("Magnitude 80% of blocks", False),
        ("Fine-tuned Magnitude 80% of blocks", True),
    ]
    assert tuner.told.settings == QUICK
    before, after = document.runs[1:]
    assert after.block_sparsity == before.block_sparsity
    assert after.evaluation.loss < before.evaluation.loss
    tuned, start = document.pruned, tuner._base
    for layer in tuned.layers:
        assert torch.equal(tuned.weight(layer) == 0, start.weight(layer) == 0)
    assert len(tuner.course.losses) == QUICK.epochs * QUICK.steps


def test_that_a_stopped_fine_tuning_keeps_the_best_and_goes_on(tuner, bench, qtbot):
    long = Asked(QUICK.model_copy(update={"epochs": 60}), labelled=True,
                 validation=Validation.NOTHING)  # fmt: skip
    tuner.start(long)
    qtbot.waitUntil(lambda: len(tuner.course.epochs) >= 2, timeout=PATIENCE)
    tuner.stop()
    assert tuner.stopping
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert (tuner.ending, tuner.outcome) == (Ending.STOPPED, Outcome.TAKEN)
    assert learned_by(bench.document.pruned)
    assert bench.document.runs[-1].learned
    reached, folder = len(tuner.course.epochs), tuner.where.folder
    tuner.start(long)
    qtbot.waitUntil(lambda: tuner.where is not None, timeout=PATIENCE)
    assert tuner.where.folder == folder
    assert tuner.where.epoch >= reached - 1  # an epoch whose state was not written is done again
    assert tuner.where.epoch >= 1
    qtbot.waitUntil(lambda: tuner.course.best is not None, timeout=PATIENCE)
    tuner.stop()
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.outcome is Outcome.TAKEN
    tuner.start(long, anew=True)
    qtbot.waitUntil(lambda: tuner.where is not None, timeout=PATIENCE)
    assert tuner.where.epoch == 0
    bench.jobs.close()


def test_that_it_always_begins_with_the_model_before_it_learned(tuner, bench, script, qtbot):
    run(tuner, bench, qtbot)
    first = tuner._base
    assert bench.document.pruned is not first
    run(tuner, bench, qtbot)
    assert tuner.scene.pruned is first
    assert tuner.scene.start is not None  # its accuracy is not measured a second time
    assert sum(not run.learned for run in bench.document.runs) == 2


def test_that_a_worse_model_does_not_replace_the_pruned_one(tuner, bench, script, qtbot):
    script.accuracies = [0.0, 0.01]
    run(tuner, bench, qtbot)
    assert tuner.outcome is Outcome.WORSE
    assert not learned_by(bench.document.pruned)
    assert bench.document.runs[-1].learned


def test_that_other_rules_keep_their_pruned_model(tuner, bench, script, qtbot, demo_model):
    wait = threading.Event()
    script.hold = _wait_for(wait)
    tuner.start(REPORTED)
    qtbot.waitUntil(lambda: tuner.where is not None, timeout=PATIENCE)
    bench.replace_recipe(rules(demo_model, 0.5), "others")
    wait.set()
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.outcome is Outcome.OTHER_RULES
    assert bench.document.pruned is None
    assert bench.document.runs[-1].learned


def test_that_another_model_drops_it(tuner, bench, script, qtbot, demo_model):
    wait = threading.Event()
    script.hold = _wait_for(wait)
    tuner.start(REPORTED)
    qtbot.waitUntil(lambda: tuner.where is not None, timeout=PATIENCE)
    bench.document.open_model(demo_model)
    wait.set()
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
    assert tuner.scene is None
    assert not tuner.running
    assert bench.document.runs == []
    assert bench.document.pruned is None


def test_that_a_failure_is_said_and_keeps_the_best(tuner, bench, script, qtbot):
    script.error = InputError("fine-tuning", "has a loss of nan", "choose a smaller learning rate")
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        tuner.start(REPORTED)
    assert "smaller learning rate" in failed.args[1]
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert (tuner.ending, tuner.outcome) == (Ending.FAILED, Outcome.TAKEN)
    assert tuner.course.best.report.epoch == 2


def test_that_a_stop_before_the_first_epoch_changes_nothing(tuner, bench, script, qtbot):
    script.hold = _until_cancelled
    tuner.start(REPORTED)
    qtbot.waitUntil(lambda: tuner.where is not None, timeout=PATIENCE)
    tuner.stop()
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.outcome is Outcome.NO_EPOCH
    assert not any(run.learned for run in bench.document.runs)


def test_that_held_out_images_are_not_learned_from(tuner, bench, script, qtbot):
    run(tuner, bench, qtbot, Asked(QUICK, labelled=True, validation=Validation.HELD_OUT))
    taught, aside = script.asked["images"], script.asked["validation"]
    names = [{sample.name for sample in part.samples} for part in (taught, aside)]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == len(bench.document.calibration)
    assert tuner.levels.n == len(aside) == len(bench.document.calibration) // 10


def test_that_too_few_images_to_hold_out_are_refused(tuner, bench, script, qtbot):
    few = bench.document.calibration
    bench.document.open_calibration(replace(few, samples=few.samples[:5]))
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        tuner.start(Asked(QUICK, labelled=True, validation=Validation.HELD_OUT))
    assert "too few" in failed.args[1]
    assert tuner.ending is Ending.FAILED
    assert bench.document.runs == []


@pytest.mark.parametrize("prepare", ["no rules", "no images"])
def test_that_it_says_what_is_missing(bench, tuner, prepare):
    if prepare == "no rules":
        bench.replace_recipe(bench.document.recipe.model_copy(update={"rules": {}}), "none")
    else:
        bench.document.open_images(None)
    assert tuner.refusal()
    tuner.start(REPORTED)
    assert tuner.scene is None


def test_that_the_plain_model_does_not_borrow_the_accuracy(tuner, bench, script, qtbot):
    run(tuner, bench, qtbot)
    plain, tuned = tuner._base, bench.document.pruned
    found = {bool(run.learned): run.evaluation.record() for run in bench.document.runs[1:]}
    assert bench.runs._measured(plain) == found[False]
    assert bench.runs._measured(tuned) == found[True]


def test_that_it_can_be_retried_from_the_jobs(tuner, bench, script, qtbot):
    script.error = InputError("fine-tuning", "was full", "free some room")
    run(tuner, bench, qtbot)
    failed = next(i for i in bench.jobs.book.ended if bench.jobs.can_retry(i))
    script.error = None
    bench.jobs.retry(failed)
    qtbot.waitUntil(ended(tuner, bench), timeout=PATIENCE)
    assert tuner.ending is Ending.DONE


def _wait_for(event):
    def hold(_step, _progress):
        event.wait(60)

    return hold


def _until_cancelled(step, progress):
    never = threading.Event()
    while not never.wait(0.005):
        progress(step, 100)
