"""The document keeps itself in a file: named or for recovery, edit by edit, and comes back."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from rmt_studio.assets import resource
from rmt_studio.gui.edits import new_gesture
from rmt_studio.gui.workbench import Workbench
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.recovery import recoverable
from tests.studio.projects import rule, run_on

PATIENCE = 120_000


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path / "state"))


@pytest.fixture
def benches(qapp):
    made = []

    def make():
        made.append(Workbench())
        return made[-1]

    yield make
    for bench in made:
        bench.close()
        bench.deleteLater()


@pytest.fixture
def bench(benches, demo_model, demo_analysis, qtbot):
    bench = benches()
    bench.document.open_model(demo_model, asked=("demo", ""))
    bench.document.add_analysis(demo_analysis)
    return bench


def settled(qtbot, bench):
    qtbot.waitUntil(lambda: not bench.project._behind and not bench.running_jobs, timeout=PATIENCE)


def name_of(bench, place):
    return bench.document.model.layers[place].name


def edit(bench, place, multiple, text="edit", gesture=-1):
    bench.edit_rules({name_of(bench, place): rule(multiple)}, text, gesture)


def in_file(path):
    """Return the project in a file that no window has open."""
    file = ProjectFile.open(path)
    try:
        return project_of(file.read(), path.name)
    finally:
        file.close()


def opened(qtbot, bench, path, **how):
    bench.project_opening.start(path, **how)
    qtbot.waitUntil(
        lambda: bench.document.analyzed and not bench.running_jobs, timeout=PATIENCE
    )  # fmt: skip
    return bench


def test_that_looking_alone_leaves_no_file(bench, qtbot, tmp_path):
    bench.close()
    assert not (tmp_path / "state").exists()
    assert recoverable() == ()


def test_that_each_edit_goes_to_a_recovery_file(bench, benches, qtbot):
    edit(bench, 1, 1.5, "first")
    settled(qtbot, bench)
    assert bench.project.unsaved
    assert bench.project.modified
    assert recoverable() == ()  # a window has it open
    bench.close()
    (found,) = recoverable()
    assert (found.title, found.edits, found.runs) == ("demo", 1, 0)

    other = opened(qtbot, benches(), found.path, recovered=True)
    assert other.document.recipe.rule(name_of(other, 1)) == rule(1.5)
    assert other.project.path is None
    assert other.project.unsaved


def test_that_a_discarded_document_leaves_no_file(bench, qtbot):
    edit(bench, 1, 1.5)
    settled(qtbot, bench)
    bench.project.discard()
    bench.close()
    assert recoverable() == ()


def test_that_a_named_document_follows_every_edit(bench, qtbot, tmp_path):
    path = tmp_path / "a.rmts"
    edit(bench, 1, 1.5)
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    assert (bench.project.path, bench.project.name) == (path, "a.rmts")
    assert not bench.project.unsaved
    edit(bench, 2, 1.25, "second")
    bench.undo_stack.undo()
    bench.document.add_run(run_on(["x.png", "y.png"]))
    assert bench.project.modified
    settled(qtbot, bench)
    assert not bench.project.modified
    bench.close()
    assert recoverable() == ()
    project = in_file(path)
    assert [step.text for step in project.history.steps] == ["edit", "second"]
    assert project.history.index == 1
    assert project.model.fingerprint
    assert len(project.runs) == 1
    assert len(project.layers) == len(bench.document.analysis)


def test_that_a_drag_is_saved_once_it_settles(bench, qtbot, tmp_path):
    path, gesture = tmp_path / "a.rmts", new_gesture()
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    for multiple in (1.1, 1.2, 1.3):
        edit(bench, 1, multiple, "drag", gesture)
    settled(qtbot, bench)
    bench.close()
    (step,) = in_file(path).history.steps
    assert step.recipe.rule(name_of(bench, 1)) == rule(1.3)


def test_that_a_project_reopens_with_spectra_results_and_history(bench, benches, qtbot, tmp_path):
    path = tmp_path / "a.rmts"
    edit(bench, 1, 1.5, "first")
    edit(bench, 2, 1.25, "second")
    bench.undo_stack.undo()
    bench.document.add_run(run_on(["x.png", "y.png"]))
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    settled(qtbot, bench)
    bench.close()

    other = benches()
    jobs = []
    other.job_changed.connect(jobs.append)
    opened(qtbot, other, path)
    titles = [getattr(event, "title", "") for event in jobs]
    assert not any(title.startswith("Analyse") for title in titles)
    document = other.document
    assert document.recipe == bench.document.recipe
    assert len(document.runs) == 1
    assert (other.undo_stack.undoText(), other.undo_stack.redoText()) == ("first", "second")
    other.undo_stack.redo()
    assert document.recipe.rule(name_of(other, 2)) == rule(1.25)
    other.undo_stack.undo()
    other.undo_stack.undo()
    assert document.recipe.rules == {}
    settled(qtbot, other)
    other.close()
    assert in_file(path).history.index == 0


def test_that_another_bulk_fit_is_an_edit_that_survives(bench, benches, qtbot, tmp_path):
    path = tmp_path / "a.rmts"
    bench.set_bulk_fit(BulkFitSettings(method="bema"))
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    settled(qtbot, bench)
    bench.close()
    other = opened(qtbot, benches(), path)
    assert {layer.fit.method for layer in other.document.analysis} == {"bema"}
    other.undo_stack.undo()
    qtbot.waitUntil(lambda: other.document.analyzed, timeout=PATIENCE)
    assert {layer.fit.method for layer in other.document.analysis} == {"deflated"}


def test_that_a_project_open_elsewhere_is_refused(bench, benches, qtbot, tmp_path):
    path = tmp_path / "a.rmts"
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    other = benches()
    with qtbot.waitSignal(other.failed, timeout=PATIENCE) as failed:
        other.project_opening.start(path)
    assert "is open in another window" in failed.args[1]
    assert other.document.model is None
    edit(bench, 1, 1.5)
    with qtbot.waitSignal(other.failed, timeout=PATIENCE):
        other.document.open_model(bench.document.model)
        other.project.save_as(path)
    settled(qtbot, bench)
    assert other.project.path is None


def test_that_another_model_begins_another_document(bench, benches, qtbot, tmp_path, demo_model):
    path = tmp_path / "a.rmts"
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    edit(bench, 1, 1.5, gesture=new_gesture())  # not settled yet
    bench.open_demo()
    qtbot.waitUntil(lambda: bench.document.model is not demo_model, timeout=PATIENCE)
    assert bench.project.path is None
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    edit(bench, 3, 1.75)
    settled(qtbot, bench)
    bench.close()
    assert set(in_file(path).history.recipe.rules) == {name_of(bench, 1)}
    (found,) = recoverable()
    assert set(in_file(found.path).history.recipe.rules) == {name_of(bench, 3)}


def moved_model(tmp_path, name="weights.safetensors"):
    place = tmp_path / name
    shutil.copy(resource("demo", "model.safetensors"), place)
    return place


def with_checkpoint(benches, qtbot, tmp_path):
    """Return the path of a project whose checkpoint is gone, and where that is now."""
    bench, place = benches(), moved_model(tmp_path)
    demo = str(resource("demo", "config.json").parent)
    bench.open_model(demo, place)
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    edit(bench, 1, 1.5)
    bench.document.add_run(run_on(["x.png"]))
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(tmp_path / "projects.rmts")
    settled(qtbot, bench)
    bench.close()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "projects.rmts", place.rename(tmp_path / "elsewhere" / "renamed.safetensors")


def test_that_a_moved_model_is_asked_for_and_found(benches, qtbot, tmp_path):
    path, now = with_checkpoint(benches, qtbot, tmp_path)
    bench = benches()
    with qtbot.waitSignal(bench.project_opening.model_missing, timeout=PATIENCE) as missing:
        bench.project_opening.start(path)
    assert "is not there any more" in missing.args[0].missing
    document = bench.document
    assert document.model is None
    assert list(document.recipe.rules)
    assert len(document.runs) == 1
    bench.project_opening.locate(now)
    qtbot.waitUntil(lambda: document.model is not None and document.analyzed, timeout=PATIENCE)
    assert bench.undo_stack.count() == 1
    edit(bench, 2, 1.25)
    settled(qtbot, bench)
    bench.close()
    project = in_file(path)
    assert project.model.checkpoint == str(now)
    assert len(project.history.steps) == 2
    assert len(project.runs) == 1


def test_that_another_model_in_its_place_is_refused(benches, qtbot, tmp_path):
    import torch
    from safetensors.torch import load_file, save_file

    path, now = with_checkpoint(benches, qtbot, tmp_path)
    other = tmp_path / "other.safetensors"
    save_file({name: tensor + torch.tensor(0.5) for name, tensor in load_file(now).items()}, other)
    bench = benches()
    with qtbot.waitSignal(bench.project_opening.model_missing, timeout=PATIENCE):
        bench.project_opening.start(path)
    with qtbot.waitSignal(bench.failed, timeout=PATIENCE) as failed:
        bench.project_opening.locate(other)
    assert "other weights than the project's" in failed.args[1]
    assert bench.project.missing is not None


def test_that_closing_without_the_model_loses_nothing(benches, qtbot, tmp_path):
    path, _ = with_checkpoint(benches, qtbot, tmp_path)
    before = path.read_bytes()
    bench = benches()
    with qtbot.waitSignal(bench.project_opening.model_missing, timeout=PATIENCE):
        bench.project_opening.start(path)
    bench.close()
    assert path.read_bytes() == before


def test_that_a_model_moved_with_its_project_is_found(benches, qtbot, tmp_path):
    path, now = with_checkpoint(benches, qtbot, tmp_path)
    shutil.move(path, tmp_path / "elsewhere" / "p.rmts")
    now.rename(tmp_path / "elsewhere" / "weights.safetensors")
    bench = opened(qtbot, benches(), tmp_path / "elsewhere" / "p.rmts")
    assert bench.project.missing is None


def test_that_a_file_removed_under_the_window_is_written_anew(bench, qtbot, tmp_path):
    path = tmp_path / "a.rmts"
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    path.unlink()
    edit(bench, 1, 1.5)
    settled(qtbot, bench)
    bench.close()
    assert in_file(path).history.index == 1


def test_that_a_save_that_fails_is_told_once_and_made_up_for(bench, qtbot, tmp_path, monkeypatch):
    path, complaints = tmp_path / "a.rmts", []
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    bench.failed.connect(lambda *told: complaints.append(told))
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    with monkeypatch.context() as patched:
        patched.setattr("rmt_studio.studio.project_file._write", _raising(full))
        edit(bench, 1, 1.5)
        qtbot.waitUntil(lambda: bool(complaints), timeout=PATIENCE)
        edit(bench, 2, 1.5)
        assert bench.project._writer.wait(10)
        assert bench.project.modified
    edit(bench, 3, 1.5)
    settled(qtbot, bench)
    assert [title for title, _ in complaints] == ["The document is not saved"]
    assert "the disk is full" in complaints[0][1]
    bench.close()
    assert in_file(path).history.index == 3


def _raising(error):
    def write(*_arguments):
        raise error

    return write


def test_that_the_oldest_of_very_many_edits_go_first(bench, qtbot, tmp_path, monkeypatch):
    assert bench.undo_stack.undoLimit() == 1000
    bench.undo_stack.clear()
    bench.undo_stack.setUndoLimit(3)
    for place in range(6):
        edit(bench, place, 1.5, f"edit {place}")
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(tmp_path / "a.rmts")
    edit(bench, 6, 1.5, "edit 6")
    settled(qtbot, bench)
    bench.close()
    history = in_file(tmp_path / "a.rmts").history
    assert [step.text for step in history.steps] == ["edit 4", "edit 5", "edit 6"]
    assert len(history.recipe.rules) == 7
    assert (len(history.base.rules), history.first) == (4, 4)


def test_that_a_project_of_deit_tiny_reopens_with_its_table(
    benches, qtbot, tmp_path, deit_tiny_checkpoint, monkeypatch
):
    monkeypatch.setenv("RMT_STUDIO_CACHE", str(tmp_path / "spectra"))
    bench, path = benches(), tmp_path / "deit.rmts"
    bench.open_model("deit_tiny_patch16_224", deit_tiny_checkpoint)
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    edit(bench, 5, 1.5, "first")
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(path)
    settled(qtbot, bench)
    bench.close()
    shutil.rmtree(tmp_path / "spectra")

    other = opened(qtbot, benches(), path)
    assert not (tmp_path / "spectra").exists()  # nothing was computed again
    assert len(other.document.analysis) == len(bench.document.analysis)
    fits = {layer.name: layer.fit for layer in bench.document.analysis}
    assert {layer.name: layer.fit for layer in other.document.analysis} == fits
    assert other.undo_stack.undoText() == "first"
