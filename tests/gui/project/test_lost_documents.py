"""What a killed program left behind, what was used last, and a model that is not there."""

from __future__ import annotations

import shutil

from rmt_studio.assets import resource
from rmt_studio.gui.dialogs.error_box import ErrorBox
from rmt_studio.gui.dialogs.missing_model import MissingModelBox
from rmt_studio.gui.dialogs.recovery import RecoveryBox
from rmt_studio.gui.recent import remember_project
from rmt_studio.gui.welcome import _ProjectButton
from rmt_studio.gui.workbench import Workbench
from rmt_studio.studio.recovery import recoverable
from tests.gui.project.documents import PATIENCE
from tests.gui.project.windows import box, edit, saved, settled
from tests.studio.projects import rule, run_on


def test_that_the_first_page_offers_recent_projects(window, qtbot, tmp_path):
    remember_project(str(tmp_path / "gone.rmts"))
    window.welcome.refresh()
    (button,) = window.welcome.findChildren(_ProjectButton)
    button.click()
    error = box(qtbot, window, ErrorBox)
    assert "No such file" in error.text
    error.close()


def test_that_a_lost_document_is_offered_and_opens(window, qtbot, demo_model, demo_analysis):
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


def test_that_a_missing_model_is_asked_for_in_a_box(work, qtbot, choosing, tmp_path):
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


def test_that_the_box_of_a_missing_model_is_no_higher_than_its_text(qtbot):
    asked = MissingModelBox("deit", "/a/long/folder/deit.safetensors: is not there any more")
    qtbot.addWidget(asked)
    asked.show()
    layout = asked.layout()
    assert asked.height() == layout.totalHeightForWidth(asked.width())
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item.widget() is not None:
            assert item.geometry().height() <= item.heightForWidth(item.geometry().width())
