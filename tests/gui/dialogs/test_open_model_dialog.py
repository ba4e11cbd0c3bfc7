from __future__ import annotations

import pytest
import timm
import torch
from PySide6.QtWidgets import QPushButton
from safetensors.torch import save_file

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
    save_file({"a.weight": torch.zeros(2, 2)}, path)
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
    workbench.models.recent = [("demo", ""), ("deit_tiny_patch16_224", str(checkpoint))]
    dialog = opened(OpenModelDialog(workbench))
    dialog.tabs.tabBar().setFocus()  # as a click on the tab does
    dialog.tabs.setCurrentWidget(dialog.recent)
    assert not dialog.open_button.isEnabled()
    dialog.recent.list.setCurrentRow(1)
    dialog.recent.list.itemDoubleClicked.emit(dialog.recent.list.item(1))
    assert asked == [("deit_tiny_patch16_224", str(checkpoint))]


def test_that_a_recent_model_whose_file_is_gone_is_told(workbench, asked, opened, tmp_path):
    workbench.models.recent = [("deit_tiny_patch16_224", str(tmp_path / "gone.pth"))]
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


@pytest.fixture
def unnamed(tmp_path):
    """A checkpoint of ViT-Tiny for small images, whose name says nothing."""
    path = tmp_path / "best.safetensors"
    module = timm.create_model("vit_tiny_patch16_224", img_size=32, num_classes=5)
    save_file(module.state_dict(), path)
    return path


def test_that_shapes_suggest_an_architecture_that_open_confirms(
    workbench, asked, opened, qtbot, unnamed
):
    dialog = opened(OpenModelDialog(workbench, checkpoint=unnamed))
    qtbot.waitUntil(dialog.open_button.isEnabled)
    assert asked == []
    assert dialog.architecture.architecture.currentText() == "vit_tiny_patch16_224"
    assert "Guessed: its shapes are those of vit_tiny_patch16_224, img_size 32" in (
        dialog.status.text()
    )
    dialog.open_button.click()
    assert asked == [("guess", str(unnamed))]


def test_that_another_architecture_than_the_guess_can_be_named(
    workbench, asked, opened, qtbot, unnamed
):
    dialog = opened(OpenModelDialog(workbench, checkpoint=unnamed))
    qtbot.waitUntil(dialog.open_button.isEnabled)
    dialog.architecture.architecture.setEditText("vit_base_patch16_224")
    assert "shapes are those of vit_tiny_patch16_224" in dialog.status.text()
    dialog.open_button.click()
    assert asked == [("vit_base_patch16_224", str(unnamed))]


def test_that_a_file_of_no_known_network_opens_as_its_matrices(
    workbench, asked, opened, qtbot, tmp_path
):
    save_file({"a.weight": torch.zeros(4, 4)}, tmp_path / "strange.safetensors")
    dialog = opened(OpenModelDialog(workbench, checkpoint=tmp_path / "strange.safetensors"))
    qtbot.waitUntil(lambda: "no architecture" in dialog.status.text())
    assert not dialog.open_button.isEnabled()
    dialog.architecture.matrices.click()
    assert dialog.open_button.isEnabled()
    dialog.open_button.click()
    assert asked == [("bare", str(tmp_path / "strange.safetensors"))]


def test_that_a_file_that_asks_for_code_cannot_be_opened_at_all(
    workbench, asked, opened, qtbot, tmp_path
):
    (tmp_path / "deit_tiny_patch16_224.pth").write_bytes(b"\x80\x02cos\nsystem\n.")
    dialog = opened(OpenModelDialog(workbench, checkpoint=tmp_path / "deit_tiny_patch16_224.pth"))
    qtbot.waitUntil(lambda: "so it stays closed" in dialog.status.text())
    assert dialog.status.problem
    assert not dialog.open_button.isEnabled()
    buttons = {child.text() for child in dialog.findChildren(QPushButton)}
    assert not any("anyway" in text.lower() for text in buttons)
