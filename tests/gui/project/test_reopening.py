"""A project comes back with its edits, spectra and results; its model may have moved."""

from __future__ import annotations

import shutil

from rmt_studio.assets import resource
from rmt_studio.pruning import BulkFitSettings
from tests.gui.project.documents import PATIENCE, edit, in_file, name_of, opened, settled
from tests.studio.projects import rule, run_on


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
