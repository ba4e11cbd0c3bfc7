"""The window and its project files: title, questions, menus, recovery, crashes."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLabel

from rmt_studio.gui.crash import CrashHandler
from rmt_studio.gui.dialogs.crash import CrashBox
from rmt_studio.gui.dialogs.error_box import ErrorBox
from rmt_studio.gui.dialogs.missing_model import MissingModelBox
from rmt_studio.gui.dialogs.recovery import RecoveryBox
from rmt_studio.gui.dialogs.unsaved import UnsavedBox
from rmt_studio.gui.log_file import log_path, start_logging, stop_logging
from rmt_studio.gui.main_window import MainWindow
from rmt_studio.gui.recent import recent_projects
from rmt_studio.pruning import Recipe
from rmt_studio.studio.project import History, ModelReference, Project
from rmt_studio.studio.project_codec import entries_of, project_of
from rmt_studio.studio.project_file import ProjectFile
from rmt_studio.studio.recovery import recoverable
from tests.studio.projects import rule, run_on

PATIENCE = 120_000


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("RMT_STUDIO_STATE", str(tmp_path / "state"))


@pytest.fixture
def work(window, demo_model, demo_analysis):
    """The window with the demo open and its spectra known, at once."""
    bench = window.workbench
    bench.document.open_model(demo_model, asked=("demo", ""))
    bench.document.add_analysis(demo_analysis)
    return window


@pytest.fixture
def choosing(monkeypatch, tmp_path):
    """Answer the file dialogs with this path."""
    answers = {"save": str(tmp_path / "a.rmts"), "open": str(tmp_path / "a.rmts"), "model": ""}
    room = "rmt_studio.gui.project_room."
    monkeypatch.setattr(room + "choose_project_to_save", lambda *_: answers["save"])
    monkeypatch.setattr(room + "choose_project_to_open", lambda *_: answers["open"])
    monkeypatch.setattr(room + "choose_checkpoint", lambda *_: answers["model"])
    monkeypatch.setattr(room + "choose_model_folder", lambda *_: answers["model"])
    return answers


def edit(window, place=1, multiple=1.5):
    bench = window.workbench
    bench.edit_rules({bench.document.model.layers[place].name: rule(multiple)}, "edit")


def settled(qtbot, window):
    bench = window.workbench
    qtbot.waitUntil(lambda: not bench.project._behind and not bench.running_jobs, timeout=PATIENCE)


def saved(qtbot, window):
    with qtbot.waitSignal(window.workbench.project.used, timeout=PATIENCE):
        window.actions_by_id["save_project"].trigger()


def box(qtbot, window, kind):
    qtbot.waitUntil(lambda: window.findChild(kind) is not None, timeout=PATIENCE)
    return window.findChild(kind)


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


def test_that_the_first_page_offers_recent_projects(window, qtbot, tmp_path):
    from rmt_studio.gui.recent import remember_project
    from rmt_studio.gui.welcome import _ProjectButton

    remember_project(str(tmp_path / "gone.rmts"))
    window.welcome.refresh()
    (button,) = window.welcome.findChildren(_ProjectButton)
    button.click()
    error = box(qtbot, window, ErrorBox)
    assert "No such file" in error.text
    error.close()


def test_that_a_lost_document_is_offered_and_opens(window, qtbot, demo_model, demo_analysis):
    from rmt_studio.gui.workbench import Workbench

    killed = Workbench()
    killed.document.open_model(demo_model, asked=("demo", ""))
    killed.edit_rules({demo_model.layers[1].name: rule(1.5)}, "edit")
    killed.close()
    window.workbench.project_opening.look_for_lost()
    offered = box(qtbot, window, RecoveryBox)
    assert offered.list.count() == 1
    assert offered.list.item(0).text().startswith("demo · edits: 1 · results: 0")
    offered.open_button.click()
    bench = window.workbench
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    assert bench.undo_stack.undoText() == "edit"
    assert window.isWindowModified()
    assert bench.project.path is None


def test_that_lost_documents_can_be_discarded(window, qtbot, demo_model):
    from rmt_studio.gui.workbench import Workbench

    killed = Workbench()
    killed.document.open_model(demo_model)
    killed.document.add_run(run_on(["a.png"]))
    killed.close()
    window.project.offer(recoverable())
    box(qtbot, window, RecoveryBox).discard_button.click()
    assert recoverable() == ()


def test_that_nothing_lost_asks_nothing(window):
    window.project.offer(())
    assert window.findChild(RecoveryBox) is None


def test_that_a_missing_model_is_asked_for_in_a_box(work, qtbot, choosing, tmp_path, monkeypatch):
    import shutil

    from rmt_studio.assets import resource

    bench = work.workbench
    place = tmp_path / "weights.safetensors"
    shutil.copy(resource("demo", "model.safetensors"), place)
    bench.open_model(str(resource("demo", "config.json").parent), place)
    qtbot.waitUntil(lambda: bench.document.asked is not None and
                    bench.document.asked[1] == str(place) and bench.document.analyzed,
                    timeout=PATIENCE)  # fmt: skip
    edit(work)
    bench.document.add_run(run_on(["a.png"]))
    saved(qtbot, work)
    settled(qtbot, work)
    bench.open_demo()
    qtbot.waitUntil(lambda: bench.project.path is None and bench.document.analyzed,
                    timeout=PATIENCE)  # fmt: skip
    choosing["model"] = str(place.rename(tmp_path / "moved.safetensors"))
    work.actions_by_id["open_project"].trigger()
    asked = box(qtbot, work, MissingModelBox)
    assert work.windowTitle() == "a.rmts[*] - rmt studio"
    assert work.results.model.rowCount() == 1
    assert work.actions_by_id["save_recipe"].isEnabled()
    assert work.actions_by_id["locate_model"].isEnabled()
    asked.locate_button.click()
    qtbot.waitUntil(lambda: bench.document.model is not None and bench.document.analyzed,
                    timeout=PATIENCE)  # fmt: skip
    assert bench.undo_stack.count() == 1
    assert not work.actions_by_id["locate_model"].isEnabled()


# --- crashes -----------------------------------------------------------------------------------


@pytest.fixture
def logging_to_file():
    start_logging()
    yield
    stop_logging()


def crash(window, message="the reason"):
    """Report an exception as Python does when a slot raises."""
    handler = CrashHandler(window)
    try:
        raise RuntimeError(message)
    except RuntimeError:
        handler.report(*sys.exc_info())
    return handler


def test_that_a_crash_saves_logs_and_tells(work, qtbot, logging_to_file):
    edit(work)
    crash(work)
    shown = box(qtbot, work, CrashBox)
    assert recoverable() == ()  # this window has it open
    assert "the reason" in log_path().read_text()
    text = shown.details.toPlainText()
    for part in ("RuntimeError: the reason", "rmt studio:", "PySide6", "torch:", str(log_path())):
        assert part in text
    shown.copy_button.click()
    assert QGuiApplication.clipboard().text() == text
    shown.continue_button.click()
    assert work.isVisible()
    files = list((log_path().parent.parent / "recovery").glob("*.rmts"))
    assert len(files) == 1


def test_that_quitting_after_a_crash_keeps_what_was_done(work, qtbot, monkeypatch):
    edit(work)
    crash(work)
    box(qtbot, work, CrashBox).quit_button.click()
    assert not work.isVisible()
    (found,) = recoverable()
    assert found.edits == 1


def test_that_a_second_crash_behind_the_box_is_only_logged(work, qtbot, logging_to_file):
    handler = crash(work, "first")
    try:
        raise RuntimeError("second")
    except RuntimeError:
        handler.report(*sys.exc_info())
    assert len(work.findChildren(CrashBox)) == 1
    assert "second" in log_path().read_text()
    work.findChild(CrashBox).continue_button.click()


def test_that_a_save_that_fails_in_a_crash_is_said(work, qtbot, monkeypatch, caplog):
    edit(work)
    monkeypatch.setattr(work.workbench.project, "save_in_emergency", lambda: 1 / 0)
    crash(work)
    shown = box(qtbot, work, CrashBox)
    assert any("could not be saved" in label.text() for label in shown.findChildren(QLabel))
    assert "ZeroDivisionError" in caplog.text
    shown.continue_button.click()


@pytest.mark.qt_no_exception_capture
def test_that_a_slot_that_raises_reaches_the_crash_box(work, qtbot, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", CrashHandler(work).report)
    monkeypatch.setattr(work.project, "save", _raise)
    work.actions_by_id["save_project"].trigger()
    shown = box(qtbot, work, CrashBox)
    assert "from a slot" in shown.details.toPlainText()
    shown.continue_button.click()


def _raise():
    raise RuntimeError("from a slot")


def test_that_an_error_in_a_thread_is_logged(logging_to_file):
    import threading

    thread = threading.Thread(target=_raise, name="of-a-test")
    thread.start()
    thread.join()
    logging.getLogger("rmt_studio").handlers[-1].flush()
    assert "of-a-test ended by an error" in log_path().read_text()


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
