"""The workbench: every action of a person, without a widget in sight."""

from __future__ import annotations

import pytest

from rmt_studio.pruning import (
    KEEP,
    BulkFitSettings,
    EntryThreshold,
    LayerRule,
    Recipe,
    SingularValueCut,
)
from rmt_studio.spectra import DEFAULT_METHOD
from rmt_studio.studio.job_events import JobCancelled, JobFailed

HALF = LayerRule(steps=(EntryThreshold(share=0.5),))
NAME = "blocks.0.mlp.fc1"
PATIENCE = 60_000


@pytest.fixture
def opened(workbench, qtbot, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    return workbench


@pytest.fixture
def failures(workbench):
    heard = []
    workbench.failed.connect(lambda title, message: heard.append((title, message)))
    return heard


def settled(workbench):
    return not workbench.running_jobs


def test_that_the_demo_opens_with_its_digits_and_fills_with_spectra(workbench, qtbot):
    workbench.open_demo()
    qtbot.waitUntil(lambda: workbench.document.analyzed, timeout=PATIENCE)
    assert workbench.document.images.kind == "digits"
    assert workbench.recent == [("demo", "")]
    qtbot.waitUntil(lambda: bool(workbench.document.inputs), timeout=PATIENCE)


def test_that_a_model_that_cannot_open_leaves_the_open_one(opened, qtbot, failures):
    model, rules = opened.document.model, opened.document.recipe
    opened.open_model("vit_of_nobody")
    qtbot.waitUntil(lambda: bool(failures), timeout=PATIENCE)
    assert "vit_of_nobody" in failures[0][1]
    assert opened.document.model is model
    assert opened.document.recipe is rules


def test_that_an_edit_is_one_undo_step(opened):
    opened.edit_rules({NAME: HALF, "head": HALF}, "zero entries")
    assert opened.document.recipe.rule(NAME) == HALF
    assert opened.undo_stack.undoText() == "zero entries"
    opened.undo_stack.undo()
    assert opened.document.recipe.rules == {}
    opened.undo_stack.redo()
    assert set(opened.document.recipe.rules) == {NAME, "head"}


def test_that_the_edits_of_one_gesture_are_one_undo_step(opened):
    for share in (0.1, 0.2, 0.3):
        rule = LayerRule(steps=(EntryThreshold(share=share),))
        opened.edit_rules({NAME: rule}, "move the threshold", gesture=5)
    assert opened.undo_stack.count() == 1
    opened.undo_stack.undo()
    assert opened.document.recipe.rule(NAME) == KEEP


def test_that_a_gesture_that_comes_back_to_its_start_leaves_no_step(opened):
    opened.edit_rules({NAME: HALF}, "move the threshold", gesture=6)
    opened.edit_rules({NAME: KEEP}, "move the threshold", gesture=6)
    assert opened.undo_stack.count() == 0


def test_that_an_edit_that_changes_nothing_is_no_step(opened):
    opened.edit_rules({NAME: KEEP}, "nothing")
    assert opened.undo_stack.count() == 0


def test_that_effects_of_every_rule_are_predicted_in_the_background(opened, qtbot):
    both = LayerRule(steps=(SingularValueCut(rank=10), EntryThreshold(share=0.2)))
    opened.edit_rules({NAME: HALF, "blocks.1.attn.v": both}, "two rules")
    effects = opened.document.effects
    qtbot.waitUntil(lambda: {NAME, "blocks.1.attn.v"} <= effects.keys(), timeout=PATIENCE)
    assert effects[NAME].sparsity == pytest.approx(0.5)
    assert effects["blocks.1.attn.v"].sparsity == pytest.approx(0.2, abs=1e-3)


def test_that_a_rule_on_a_matrix_of_zeros_is_settled_at_once(workbench, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(x for x in demo_analysis if x.name != NAME)
    workbench.edit_rules({NAME: HALF}, "zero entries")
    assert workbench.document.parameters_kept is None
    workbench.document.skip_layers([NAME])
    kept = demo_model.parameter_count - demo_model.layer(NAME).size
    assert workbench.document.parameters_kept == kept
    workbench.edit_rules({NAME: KEEP}, "keep")
    workbench.edit_rules({NAME: HALF}, "zero entries")
    assert workbench.document.parameters_kept == kept


def test_that_with_a_profile_the_effect_is_there_at_once(opened, qtbot):
    with qtbot.waitSignal(opened.profile_ready, timeout=PATIENCE):
        assert opened.profile(NAME) is None
    opened.edit_rules({NAME: HALF}, "zero entries")
    assert opened.document.effects[NAME].sparsity == pytest.approx(0.5)


@pytest.mark.parametrize("budget", ["magnitude", "spectral-edge", "edge-cut"])
def test_that_a_target_fills_the_rules_as_one_step(opened, qtbot, budget):
    opened.fill_target(budget, 0.3, "blocks")
    qtbot.waitUntil(lambda: bool(opened.document.recipe.rules), timeout=PATIENCE)
    assert opened.undo_stack.count() == 1
    qtbot.waitUntil(lambda: opened.document.parameters_kept is not None, timeout=PATIENCE)
    model = opened.document.model
    removed = model.parameter_count - opened.document.parameters_kept
    assert removed / model.block_parameter_count == pytest.approx(0.3, abs=0.01)


def test_that_evaluating_rules_measures_dense_first_then_pruned(opened, qtbot, stall_watchdog):
    from rmt_studio import digits

    opened.document.open_images(digits())
    opened.edit_rules({NAME: HALF}, "zero entries")
    opened.evaluate()
    qtbot.waitUntil(lambda: len(opened.document.runs) == 2, timeout=PATIENCE)
    dense, pruned = opened.document.runs
    assert (dense.label, pruned.label) == ("dense", "own rules")
    assert pruned.evaluation.agreement > 0.9
    assert pruned.parameters_kept < dense.parameters_kept == dense.parameters


def test_that_a_changed_recipe_is_pruned_anew_before_it_is_evaluated(opened, qtbot):
    from rmt_studio import digits

    opened.document.open_images(digits())
    for share in (0.5, 0.8):
        rule = LayerRule(steps=(EntryThreshold(share=share),))
        opened.edit_rules({NAME: rule}, "zero entries")
        before = len(opened.document.runs)
        opened.evaluate()
        qtbot.waitUntil(lambda n=before: len(opened.document.runs) > n, timeout=PATIENCE)
        qtbot.waitUntil(lambda: settled(opened), timeout=PATIENCE)
    kept = [run.parameters_kept for run in opened.document.runs]
    assert kept == sorted(kept, reverse=True)
    assert len(set(kept)) == 3


def test_that_a_job_is_cancelled_within_a_second(opened, qtbot):
    from rmt_studio import digits

    heard = []
    opened.job_changed.connect(heard.append)
    opened.document.open_images(digits("train"))
    job = opened.evaluate()
    qtbot.waitUntil(lambda: any(getattr(e, "done", 0) > 0 for e in heard), timeout=PATIENCE)
    opened.cancel_job(job.id)
    qtbot.waitUntil(lambda: any(isinstance(e, JobCancelled) for e in heard), timeout=1000)
    assert opened.document.runs == []


def test_that_export_verifies_what_it_wrote(opened, qtbot, tmp_path):
    opened.edit_rules({NAME: HALF}, "zero entries")
    opened.prune()
    qtbot.waitUntil(lambda: opened.document.pruned is not None, timeout=PATIENCE)
    with qtbot.waitSignal(opened.exported, timeout=PATIENCE) as signal:
        opened.export(tmp_path / "pruned.safetensors")
    assert signal.args[0].verified
    assert (tmp_path / "pruned.safetensors").stat().st_size == signal.args[0].bytes


def test_that_the_window_and_the_command_line_write_the_same_bytes(opened, qtbot, tmp_path):
    from rmt_studio.cli import run

    opened.edit_rules({NAME: LayerRule(steps=(SingularValueCut(edge_multiple=1.0),))}, "cut")
    opened.document.recipe.save(tmp_path / "recipe.json")
    opened.prune()
    qtbot.waitUntil(lambda: opened.document.pruned is not None, timeout=PATIENCE)
    with qtbot.waitSignal(opened.exported, timeout=PATIENCE):
        opened.export(tmp_path / "window.safetensors")
    line = tmp_path / "line.safetensors"
    assert run(["prune", "demo", "--recipe", str(tmp_path / "recipe.json"), "-o", str(line)]) == 0
    assert line.read_bytes() == (tmp_path / "window.safetensors").read_bytes()


def test_that_another_bulk_fit_fits_all_spectra_anew_and_can_be_undone(opened, qtbot):
    opened.set_bulk_fit(BulkFitSettings(method="median", options={"beta": 0.05}))
    qtbot.waitUntil(lambda: opened.document.analyzed, timeout=PATIENCE)
    assert {x.fit.method for x in opened.document.analysis} == {"median"}
    opened.undo_stack.undo()
    qtbot.waitUntil(lambda: opened.document.analyzed, timeout=PATIENCE)
    assert {x.fit.method for x in opened.document.analysis} == {DEFAULT_METHOD}


def test_that_a_recipe_for_another_model_is_refused(opened, failures):
    opened.replace_recipe(Recipe(rules={"layers.3": HALF}), "open recipe")
    assert "layers.3" in failures[0][1]
    assert opened.undo_stack.count() == 0


@pytest.mark.parametrize("action", ["analyze", "prune", "evaluate"])
def test_that_an_action_without_a_model_says_what_to_do(workbench, failures, action):
    assert getattr(workbench, action)() is None
    assert failures[0][1] == "open a model first"


def test_that_evaluating_without_images_says_what_to_do(opened, failures):
    opened.evaluate()
    assert failures == [("Evaluate is not possible yet", "open an image folder first")]


def test_that_images_that_do_not_fit_are_refused(opened, qtbot, failures, tmp_path):
    (tmp_path / "empty").mkdir()
    heard = []
    opened.job_changed.connect(heard.append)
    opened.open_images(tmp_path / "empty")
    qtbot.waitUntil(lambda: any(isinstance(e, JobFailed) for e in heard), timeout=PATIENCE)
    assert "empty" in failures[0][1]
    assert opened.document.images is None


def test_that_a_matrix_of_zeros_that_is_kept_has_no_effect_to_show(
    workbench, demo_model, demo_analysis
):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(x for x in demo_analysis if x.name != NAME)
    workbench.document.skip_layers([NAME])
    workbench.edit_rules({NAME: HALF}, "zero entries")
    assert workbench.document.effects[NAME].parameters_kept == 0
    workbench.undo_stack.undo()
    assert NAME not in workbench.document.effects


def test_that_rules_filled_under_another_bulk_fit_are_called_edited(workbench, demo_model):
    workbench.document.open_model(demo_model)
    workbench.replace_recipe(Recipe(name="Cut 30% of model", rules={NAME: HALF}), "fill")
    workbench.set_bulk_fit(BulkFitSettings(method="median", options={"beta": 0.05}))
    assert workbench.document.recipe.name == "Cut 30% of model, edited"
    workbench.undo_stack.undo()
    assert workbench.document.recipe.name == "Cut 30% of model"
