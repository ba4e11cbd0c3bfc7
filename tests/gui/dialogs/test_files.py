from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from rmt_studio.gui.dialogs import files


@pytest.fixture
def answers(monkeypatch, qapp):
    """Answer the system's dialogs, and keep where each was opened."""
    given = {"path": "", "starts": []}

    def folder(_parent, _title, start):
        given["starts"].append(start)
        return given["path"]

    def file(_parent, _title, start, _kinds):
        return folder(None, "", start), ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", file)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", file)
    return given


@pytest.mark.parametrize(
    "choose",
    [
        files.choose_images,
        files.choose_model_folder,
        files.choose_checkpoint,
        files.choose_recipe_to_open,
        files.choose_recipe_to_save,
    ],
)
def test_that_a_cancelled_dialog_gives_nothing(answers, choose):
    assert choose(None) == ""


def test_that_a_saved_recipe_ends_in_json(answers, tmp_path):
    answers["path"] = str(tmp_path / "mine")
    assert files.choose_recipe_to_save(None) == str(tmp_path / "mine.json")
    answers["path"] = str(tmp_path / "mine.json")
    assert files.choose_recipe_to_save(None) == str(tmp_path / "mine.json")


def test_that_an_export_ends_in_safetensors(answers, tmp_path):
    answers["path"] = str(tmp_path / "pruned")
    assert files.choose_export(None, "") == str(tmp_path / "pruned.safetensors")


def test_that_a_folder_that_is_gone_is_not_gone_back_to(answers, tmp_path):
    files.remember_folder("images", str(tmp_path / "gone"))
    assert files.last_folder("images") == str(Path.home())


def test_that_the_next_dialog_of_a_kind_opens_where_the_last_was(answers, tmp_path):
    from PySide6.QtCore import QSettings

    if not QSettings().isWritable():
        pytest.skip("no settings without the application's name")
    answers["path"] = str(tmp_path / "recipe.json")
    files.choose_recipe_to_open(None)
    files.choose_recipe_to_open(None)
    assert answers["starts"][1] == str(tmp_path)
