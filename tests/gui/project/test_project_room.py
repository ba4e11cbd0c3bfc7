"""The window and its project files: title, questions, menus."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence

from rmt_studio.gui.dialogs import OpenModelDialog
from rmt_studio.gui.dialogs.error_box import ErrorBox
from rmt_studio.gui.dialogs.unsaved import UnsavedBox
from rmt_studio.gui.main_window import MainWindow
from rmt_studio.gui.recent import recent_projects
from rmt_studio.pruning import Recipe
from rmt_studio.studio.project import History, ModelReference, Project
from rmt_studio.studio.project_codec import entries_of, project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.recovery import recoverable
from tests.gui.project.documents import PATIENCE, in_file, refusing_disk
from tests.gui.project.windows import box, edit, saved, settled
from tests.studio.projects import rule


def test_that_the_title_names_the_document_and_marks_changes(work, qtbot, choosing):
    assert work.windowTitle() == "demo[*] - rmt studio"
    assert not work.isWindowModified()
    edit(work)
    assert work.isWindowModified()
    saved(qtbot, work)
    assert work.windowTitle() == "a.rmts[*] - rmt studio"
    qtbot.waitUntil(lambda: not work.isWindowModified(), timeout=PATIENCE)


def test_that_undoing_everything_leaves_nothing_to_save(work):
    edit(work)
    work.actions_by_id["undo"].trigger()
    assert not work.isWindowModified()


def test_that_the_keys_are_the_usual_ones(window):
    keys = {name: window.actions_by_id[name].shortcut() for name in window.actions_by_id}
    assert keys["save_project"] == QKeySequence(QKeySequence.StandardKey.Save)
    assert keys["open_project"] == QKeySequence("Ctrl+Shift+O")
    given = [key.toString() for key in keys.values() if not key.isEmpty()]
    assert len(given) == len(set(given))


def test_that_saving_is_possible_only_with_a_model(window):
    for name in ("save_project", "save_project_as", "locate_model"):
        assert not window.actions_by_id[name].isEnabled()


def test_that_closing_without_edits_asks_nothing(work):
    assert work.close()
    assert recoverable() == ()


def test_that_closing_asks_and_cancel_goes_on(work, qtbot):
    edit(work)
    assert not work.close()
    asked = box(qtbot, work, UnsavedBox)
    assert "edits: 1, results: 0" in asked.message.text()
    assert not work.close()  # asks once
    assert len(work.findChildren(UnsavedBox)) == 1
    asked.cancel_button.click()
    assert work.isVisible()


def test_that_closing_discards_when_told_to(work, qtbot):
    edit(work)
    settled(qtbot, work)
    work.close()
    box(qtbot, work, UnsavedBox).discard_button.click()
    assert not work.isVisible()
    assert recoverable() == ()


def test_that_closing_saves_when_told_to(work, qtbot, choosing):
    edit(work)
    work.close()
    box(qtbot, work, UnsavedBox).save_button.click()
    qtbot.waitUntil(lambda: not work.isVisible(), timeout=PATIENCE)
    file = ProjectFile.open(choosing["save"])
    assert project_of(file.read(), "a.rmts").history.index == 1
    file.close()
    assert recoverable() == ()


def test_that_a_save_that_fails_keeps_the_window_open(work, qtbot, choosing, tmp_path):
    (tmp_path / "no folder").write_text("")
    choosing["save"] = str(tmp_path / "no folder" / "a.rmts")
    edit(work)
    work.close()
    box(qtbot, work, UnsavedBox).save_button.click()
    error = box(qtbot, work, ErrorBox)
    assert work.isVisible()
    error.close()


def test_that_a_named_document_closes_without_a_question(work, qtbot, choosing):
    saved(qtbot, work)
    edit(work)
    assert work.close()
    file = ProjectFile.open(choosing["save"])
    assert project_of(file.read(), "a.rmts").history.index == 1
    file.close()


@pytest.mark.parametrize("action", ["open_demo", "open_model", "open_project"])
def test_that_opening_something_else_asks_first(work, qtbot, choosing, action):
    edit(work)
    work.actions_by_id[action].trigger()
    asked = box(qtbot, work, UnsavedBox)
    model = work.workbench.document.model
    asked.cancel_button.click()
    assert work.workbench.document.model is model
    assert not work.workbench.running_jobs


def test_that_a_project_opens_by_the_menu_by_a_drop_and_from_the_recent(
    work, qtbot, choosing, tmp_path
):
    edit(work)
    saved(qtbot, work)
    path = choosing["open"]
    assert recent_projects() == [path]
    bench = work.workbench

    def another():
        bench.open_demo()
        qtbot.waitUntil(lambda: bench.project.path is None and bench.document.analyzed,
                        timeout=PATIENCE)  # fmt: skip

    def opens():
        qtbot.waitUntil(lambda: bench.project.path == Path(path), timeout=PATIENCE)
        qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
        assert bench.undo_stack.undoText() == "edit"

    another()
    work.actions_by_id["open_project"].trigger()
    opens()
    another()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path)])
    work.dropEvent(
        QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                   Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    opens()
    another()
    work.recent_menu.refresh()
    entry = work.recent_menu.actions()[0]
    assert (entry.text(), entry.toolTip()) == ("a.rmts", path)
    entry.trigger()
    opens()


def test_that_a_project_named_on_the_command_line_opens(qtbot, demo_model, tmp_path):
    path = tmp_path / "named.rmts"
    recipe = Recipe(architecture=demo_model.architecture)
    project = Project(ModelReference.of(demo_model), History(recipe))
    ProjectFile.create(path, {key: e.row() for key, e in entries_of(project).items()}).close()
    window = MainWindow(early=True)
    qtbot.addWidget(window)
    window.waiting.open_model(str(path))  # what app.run does with the argument
    window.furnish()
    qtbot.waitUntil(lambda: window.ready, timeout=PATIENCE)
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.project.path == path, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
    window.close()


def test_that_closing_asks_about_edits_that_the_file_did_not_take(
    work, qtbot, choosing, monkeypatch
):
    saved(qtbot, work)
    settled(qtbot, work)
    with monkeypatch.context() as patched:
        refusing_disk(patched)
        edit(work)
        box(qtbot, work, ErrorBox).close()
    assert not work.close()
    asked = box(qtbot, work, UnsavedBox)
    assert "the disk is full" in asked.message.text()
    choosing["save"] = str(Path(choosing["save"]).with_name("b.rmts"))
    asked.save_button.click()
    qtbot.waitUntil(lambda: not work.isVisible(), timeout=PATIENCE)
    assert in_file(Path(choosing["save"])).history.index == 1


def test_that_jobs_that_go_on_keep_a_document_that_was_to_be_discarded(work, qtbot, monkeypatch):
    gate = threading.Event()
    work.workbench.jobs.start("Long", lambda _: gate.wait(30), print, lane="cpu")
    monkeypatch.setattr(work, "_really_close", lambda: False)
    edit(work)
    work.close()
    box(qtbot, work, UnsavedBox).discard_button.click()
    assert work.isVisible()
    assert not work.workbench.project.discarded
    gate.set()
    monkeypatch.setattr(work, "_really_close", lambda: True)


def test_that_a_dropped_checkpoint_asks_about_unsaved_work(work, qtbot, tmp_path):
    edit(work)
    checkpoint = tmp_path / "a.safetensors"
    checkpoint.write_bytes(b"")
    work.commands.dropped.open(checkpoint)
    box(qtbot, work, UnsavedBox).cancel_button.click()
    assert work.findChild(OpenModelDialog) is None


@pytest.mark.qt_no_exception_capture
def test_that_a_window_destroyed_without_closing_raises_nothing(qapp, demo_model, monkeypatch):
    raised = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: raised.append(error))
    window = MainWindow()
    window.workbench.document.open_model(demo_model)
    window.workbench.edit_rules({demo_model.layers[1].name: rule(1.5)}, "edit")
    window.workbench.close()
    shiboken6.delete(window)
    assert raised == []
