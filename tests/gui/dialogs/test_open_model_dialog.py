from __future__ import annotations

import pytest

from rmt_studio.gui.dialogs import OpenModelDialog, open_pages


@pytest.fixture
def opened(shown, qtbot):
    """Return a function that shows a dialog and waits for its list of architectures."""

    def show(dialog):
        shown(dialog)
        qtbot.waitUntil(lambda: dialog.architecture.architecture.count() > 0)
        return dialog

    return show


@pytest.fixture
def dialog(workbench, asked, opened):
    return opened(OpenModelDialog(workbench))


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "deit_tiny_patch16_224.safetensors"
    path.write_bytes(b"x")
    return path


def test_that_nothing_can_be_opened_before_something_is_named(dialog):
    assert not dialog.open_button.isEnabled()
    assert dialog.status.text()
    assert not dialog.status.problem


def test_that_an_architecture_is_opened_with_the_weights_of_the_hub(dialog, asked):
    dialog.architecture.architecture.setEditText("deit_tiny_patch16_224")
    dialog.open_button.click()
    assert asked == [("deit_tiny_patch16_224", None)]


def test_that_an_architecture_is_opened_with_a_checkpoint(dialog, asked, checkpoint):
    dialog.architecture.architecture.setEditText("vit_tiny_patch16_224")
    dialog.architecture.checkpoint.path.setText(str(checkpoint))
    assert checkpoint.name in dialog.status.text()
    dialog.open_button.click()
    assert asked == [("vit_tiny_patch16_224", str(checkpoint))]


def test_that_a_missing_file_is_told_and_keeps_the_button_disabled(dialog, tmp_path):
    dialog.architecture.architecture.setEditText("deit_tiny_patch16_224")
    dialog.architecture.checkpoint.path.setText(str(tmp_path / "gone.safetensors"))
    assert not dialog.open_button.isEnabled()
    assert dialog.status.problem
    assert "gone.safetensors" in dialog.status.text()


def test_that_browsing_fills_the_file_and_guesses_the_architecture(dialog, checkpoint, monkeypatch):
    monkeypatch.setattr(open_pages, "choose_checkpoint", lambda _parent: str(checkpoint))
    dialog.architecture.checkpoint.browse.click()
    assert dialog.architecture.choice == ("deit_tiny_patch16_224", str(checkpoint))
    assert dialog.open_button.isEnabled()


def test_that_a_dropped_checkpoint_is_filled_in(workbench, asked, opened, qtbot, checkpoint):
    dialog = opened(OpenModelDialog(workbench, checkpoint=checkpoint))
    qtbot.waitUntil(dialog.open_button.isEnabled)
    dialog.open_button.click()
    assert asked == [("deit_tiny_patch16_224", str(checkpoint))]


def test_that_a_dropped_checkpoint_of_another_name_asks_for_the_architecture(
    workbench, asked, opened, tmp_path
):
    file = tmp_path / "best.pth"
    file.write_bytes(b"x")
    dialog = opened(OpenModelDialog(workbench, checkpoint=file))
    assert dialog.architecture.choice == ("", str(file))
    assert not dialog.open_button.isEnabled()


def test_that_a_folder_is_opened(dialog, asked, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    dialog.tabs.setCurrentWidget(dialog.folder)
    assert not dialog.open_button.isEnabled()
    dialog.folder.folder.path.setText(str(tmp_path))
    dialog.open_button.click()
    assert asked == [(str(tmp_path), None)]


def test_that_a_recent_model_is_opened_by_a_double_click(workbench, asked, opened, checkpoint):
    workbench.recent = [("demo", ""), ("deit_tiny_patch16_224", str(checkpoint))]
    dialog = opened(OpenModelDialog(workbench))
    dialog.tabs.tabBar().setFocus()  # as a click on the tab does
    dialog.tabs.setCurrentWidget(dialog.recent)
    assert not dialog.open_button.isEnabled()
    dialog.recent.list.setCurrentRow(1)
    dialog.recent.list.itemDoubleClicked.emit(dialog.recent.list.item(1))
    assert asked == [("deit_tiny_patch16_224", str(checkpoint))]


def test_that_a_recent_model_whose_file_is_gone_is_told(workbench, asked, opened, tmp_path):
    workbench.recent = [("deit_tiny_patch16_224", str(tmp_path / "gone.pth"))]
    dialog = opened(OpenModelDialog(workbench))
    dialog.tabs.setCurrentWidget(dialog.recent)
    dialog.recent.list.setCurrentRow(0)
    assert dialog.status.problem


def test_that_an_empty_list_of_recent_models_says_what_will_be_there(dialog):
    dialog.tabs.setCurrentWidget(dialog.recent)
    assert "listed here" in dialog.status.text()


def test_that_the_dialog_goes_when_it_is_closed(workbench, freed_on_close):
    freed_on_close(lambda: OpenModelDialog(workbench))


def test_that_one_can_type_at_once(dialog, qtbot):
    qtbot.waitUntil(lambda: dialog.focusWidget() is not None)
    assert dialog.focusWidget() is dialog.architecture.architecture
