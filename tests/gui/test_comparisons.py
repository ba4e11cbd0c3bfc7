"""A second model beside the open one: the pruned model, or another checkpoint."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from rmt_studio.analysis.views import View
from rmt_studio.assets import resource
from rmt_studio.pruning import BulkFitSettings, EntryThreshold, LayerRule, SingularValueCut
from rmt_studio.studio.job_events import JobQueued

NAME, OTHER = "blocks.0.attn.q", "blocks.0.mlp.fc1"
CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.2),))
HALF = LayerRule(steps=(EntryThreshold(share=0.5),))
PATIENCE = 60_000


@pytest.fixture
def opened(workbench, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.select((NAME,), NAME)
    return workbench


@pytest.fixture
def document(opened):
    return opened.document


@pytest.fixture
def failures(opened):
    heard = []
    opened.failed.connect(lambda title, message: heard.append((title, message)))
    return heard


@pytest.fixture
def noisy(tmp_path):
    """The demo's weights with noise on one matrix of the MLP."""
    tensors = load_file(resource("demo", "model.safetensors"))
    weight = tensors[f"{OTHER}.weight"]
    generator = torch.Generator().manual_seed(0)
    tensors[f"{OTHER}.weight"] = weight + 0.05 * torch.randn(weight.shape, generator=generator)
    save_file(tensors, tmp_path / "epoch-2.safetensors")
    return tmp_path / "epoch-2.safetensors"


def until(qtbot, condition):
    qtbot.waitUntil(condition, timeout=PATIENCE)


def compare_pruned(bench, qtbot, rules):
    bench.edit_rules(rules, "rules")
    bench.compare_with("pruned")
    until(qtbot, lambda: bench.document.compared is not None)
    return bench.document.compared


# --- with the pruned model ---------------------------------------------------------------------


def test_that_the_pruned_model_is_made_and_compared(opened, document, qtbot):
    compared = compare_pruned(opened, qtbot, {NAME: CUT})
    assert document.pruned is compared.model
    assert (compared.kind, compared.label) == ("pruned", "pruned")
    assert opened.lens.compared is compared.layer(NAME)
    assert opened.lens.compared.fit.zeros > 0


def test_that_only_the_matrices_that_changed_are_analysed(opened, document, qtbot):
    compared = compare_pruned(opened, qtbot, {NAME: CUT})
    assert len(compared.analysis) == len(document.analysis)
    again = [x.name for x in compared.analysis if x is not document.layer(x.name)]
    assert again == [NAME]


def test_that_the_comparison_follows_the_pruned_model(opened, document, qtbot):
    first = compare_pruned(opened, qtbot, {NAME: CUT})
    opened.edit_rules({NAME: HALF}, "another rule")
    assert (document.comparing, document.compared) == ("pruned", None)
    assert opened.lens.compared is None
    opened.prune()
    until(qtbot, lambda: document.compared is not None)
    assert document.compared.model is document.pruned is not first.model
    assert document.compared.layer(NAME).fit.zeros == 0


def test_that_choosing_the_pruned_model_again_makes_it_anew(opened, document, qtbot):
    first = compare_pruned(opened, qtbot, {NAME: CUT})
    opened.lens.choose_compared("pruned")
    assert document.compared is first
    opened.edit_rules({NAME: HALF}, "another rule")
    opened.lens.choose_compared("pruned")
    until(qtbot, lambda: document.compared is not None)
    assert document.compared.model is not first.model


def test_that_a_view_is_compared_through_the_same_view(opened, qtbot):
    compare_pruned(opened, qtbot, {NAME: HALF})
    opened.lens.choose_view(View("head", 0))
    until(qtbot, lambda: opened.lens.compared is not None and opened.lens.shown is not None)
    assert opened.lens.compared.view == View("head", 0)
    assert opened.lens.compared.spectrum.dimension == opened.lens.shown.spectrum.dimension
    assert opened.lens.compared.fit != opened.lens.shown.fit


def test_that_a_matrix_of_zeros_has_nothing_to_compare_with(opened, qtbot):
    compared = compare_pruned(opened, qtbot, {NAME: LayerRule(steps=(EntryThreshold(share=1.0),))})
    assert compared.layer(NAME) is None
    assert opened.lens.compared is None
    assert compared.layer(OTHER) is not None


def test_that_without_rules_there_is_nothing_to_compare_with(opened, document, failures):
    opened.compare_with("pruned")
    assert failures == [
        ("Compare is not possible yet", "give at least one layer a rule, or choose a target")
    ]
    assert document.comparing == "none"


def test_that_one_can_stop_comparing(opened, document, qtbot):
    compare_pruned(opened, qtbot, {NAME: CUT})
    opened.lens.choose_compared("none")
    assert (document.comparing, document.compared) == ("none", None)
    opened.edit_rules({NAME: HALF}, "another rule")
    opened.prune()
    until(qtbot, lambda: document.pruned is not None and not opened.running_jobs)
    assert document.compared is None


# --- with a checkpoint -------------------------------------------------------------------------


def test_that_other_weights_are_loaded_and_compared(opened, document, qtbot, noisy):
    opened.compare_with_checkpoint(noisy)
    until(qtbot, lambda: document.compared is not None)
    assert (document.comparing, document.compared.label) == ("checkpoint", "epoch-2.safetensors")
    before, after = document.layer(OTHER), document.compared.layer(OTHER)
    assert after.fit.variance == pytest.approx(before.fit.variance + 0.05**2, rel=0.1)
    assert document.compared.layer(NAME) is document.layer(NAME)


def test_that_another_network_is_refused_and_changes_nothing(
    opened, document, qtbot, failures, tmp_path
):
    save_file({"weight": torch.zeros(3, 3)}, tmp_path / "other.safetensors")
    compared = compare_pruned(opened, qtbot, {NAME: CUT})
    opened.compare_with_checkpoint(tmp_path / "other.safetensors")
    until(qtbot, lambda: bool(failures))
    title, message = failures[0]
    assert title == "Compare with other.safetensors did not work"
    assert "does not fit" in message
    assert "choose a checkpoint of the same architecture as demo" in message
    assert document.compared is compared


def test_that_a_missing_file_is_said(opened, document, qtbot, failures, tmp_path):
    opened.compare_with_checkpoint(tmp_path / "nowhere.safetensors")
    until(qtbot, lambda: bool(failures))
    assert "nowhere.safetensors" in failures[0][1]
    assert (document.comparing, document.compared) == ("none", None)


def test_that_the_last_checkpoint_can_be_compared_again(opened, document, qtbot, noisy, failures):
    opened.compare_with("checkpoint")
    assert failures[0][1] == "choose a checkpoint to compare with first"
    opened.compare_with_checkpoint(noisy)
    until(qtbot, lambda: document.compared is not None)
    first = document.compared
    opened.compare_with("none")
    opened.lens.choose_compared("checkpoint")
    until(qtbot, lambda: document.compared is not None)
    assert document.compared.model is first.model


def test_that_another_bulk_fit_is_used_on_both_sides(opened, document, qtbot, noisy):
    opened.compare_with_checkpoint(noisy)
    until(qtbot, lambda: document.compared is not None)
    opened.set_bulk_fit(BulkFitSettings(method="median"))
    assert (document.comparing, document.compared) == ("checkpoint", None)
    until(qtbot, lambda: document.compared is not None)
    assert {x.fit.method for x in document.compared.analysis} == {"median"}


def test_that_another_model_ends_the_comparison(opened, document, qtbot, noisy, demo_model):
    opened.compare_with_checkpoint(noisy)
    until(qtbot, lambda: document.compared is not None)
    document.open_model(demo_model)
    assert (document.comparing, document.compared) == ("none", None)
    assert opened.comparisons.checkpoint_label == ""


def test_that_a_checkpoint_of_the_model_before_does_not_arrive(
    opened, document, qtbot, noisy, demo_model
):
    opened.compare_with_checkpoint(noisy)
    document.open_model(demo_model)
    until(qtbot, lambda: not opened.running_jobs)
    assert (document.comparing, document.compared) == ("none", None)
    assert opened.comparisons.checkpoint_label == ""


def test_that_a_comparison_that_is_cancelled_is_over(opened, document, qtbot):
    heard = []
    opened.job_changed.connect(heard.append)
    opened.edit_rules(dict.fromkeys((x.name for x in document.analysis), HALF), "rules")
    opened.compare_with("pruned")

    def job():
        queued = (event for event in heard if isinstance(event, JobQueued))
        return next((event.job_id for event in queued if "Compare" in event.title), None)

    until(qtbot, lambda: job() is not None)
    opened.cancel_job(job())
    until(qtbot, lambda: document.comparing == "none")
    assert document.compared is None


def test_that_comparing_needs_a_model(workbench):
    heard = []
    workbench.failed.connect(lambda _, message: heard.append(message))
    assert workbench.compare_with_checkpoint("epoch.safetensors") is None
    assert workbench.compare_with("pruned") is None
    assert heard == ["open a model first"] * 2
