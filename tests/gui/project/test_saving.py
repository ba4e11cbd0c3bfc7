"""The document keeps itself in a file: named or for recovery, edit by edit."""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication

from rmt_studio import load_model
from rmt_studio.gui.edits import new_gesture
from rmt_studio.studio.recovery import recoverable
from tests.gui.project.documents import (
    PATIENCE,
    edit,
    in_file,
    name_of,
    opened,
    refusing_disk,
    settled,
)
from tests.studio.projects import rule, run_on


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


def test_that_what_comes_after_closing_is_not_written(bench, qtbot):
    edit(bench, 1, 1.5)
    settled(qtbot, bench)
    project, model = bench.project, bench.document.model
    project.close()
    project._hashed(model, "late")  # by a job that ended meanwhile
    bench.document.add_run(run_on(["a.png"]))
    QCoreApplication.processEvents()  # the timer of the save
    assert not any(thread.name.startswith("project") for thread in threading.enumerate())


def test_that_saved_is_said_when_all_of_it_is_written(bench, qtbot, tmp_path):
    path, told = tmp_path / "a.rmts", []

    def hear(text):
        told.append((text, bench.project.modified))

    bench.project.told.connect(hear)
    edit(bench, 1, 1.5)
    bench.project.save_as(path)
    bench.project.save_now(tell=True)  # while the file is being written
    edit(bench, 2, 1.25)
    bench.project.save_now(tell=True)  # and again, with more in it
    assert told == []
    settled(qtbot, bench)
    assert told == [(f"Saved: {path}", False)]
    assert not bench.project.modified
    bench.project.save_as(tmp_path / "b.rmts")
    bench.project.save_now(tell=True)  # while nothing but the new file is being written
    assert len(told) == 1
    qtbot.waitUntil(lambda: len(told) == 2, timeout=60_000)
    assert told[1] == (f"Saved: {tmp_path / 'b.rmts'}", False)


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
    with monkeypatch.context() as patched:
        refusing_disk(patched)
        edit(bench, 1, 1.5)
        qtbot.waitUntil(lambda: bool(complaints), timeout=PATIENCE)
        edit(bench, 2, 1.5)
        assert not bench.project._writer.wait(10)
        assert bench.project.modified
    edit(bench, 3, 1.5)
    settled(qtbot, bench)
    assert [title for title, _ in complaints] == ["The document is not saved"]
    assert "the disk is full" in complaints[0][1]
    bench.close()
    assert in_file(path).history.index == 3


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


def test_that_what_a_named_file_did_not_take_is_unsaved(bench, qtbot, tmp_path, monkeypatch):
    with qtbot.waitSignal(bench.project.used):
        bench.project.save_as(tmp_path / "a.rmts")
    settled(qtbot, bench)
    with monkeypatch.context() as patched:
        refusing_disk(patched)
        with qtbot.waitSignal(bench.failed):
            edit(bench, 1, 1.5)
        assert bench.project.unsaved
        with qtbot.waitSignal(bench.failed):  # told anew: a person asked
            bench.project.save_now(tell=True)
        assert not bench.project.save_in_emergency()
    with qtbot.waitSignal(bench.told) as told:
        bench.project.save_now(tell=True)
    assert told.args[0].startswith("Saved: ")
    assert not bench.project.unsaved


def test_that_edits_made_while_another_model_opens_are_kept(bench, qtbot):
    bench.project.let_go()  # a person said Discard, and edits on while the other one loads
    edit(bench, 1, 1.5)
    bench.document.open_model(load_model("demo"))
    assert bench.project._writer.wait(10)
    (found,) = recoverable()
    assert found.edits == 1


def test_that_what_was_let_go_leaves_no_file(bench, qtbot):
    edit(bench, 1, 1.5)
    settled(qtbot, bench)
    bench.project.let_go()
    bench.document.open_model(load_model("demo"))
    assert bench.project._writer.wait(10)
    assert recoverable() == ()
