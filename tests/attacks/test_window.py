"""A hostile file, opened in the window: one message, and the open document is what it was."""

from __future__ import annotations

import pytest
import timm
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as RichText
from safetensors.torch import save_file

from rmt_studio.gui.layers.table_model import LayerTableModel
from rmt_studio.gui.workbench import Workbench
from rmt_studio.models import load_model
from tests.attacks.gallery import hostile_files
from tests.attacks.test_images import hostile_images
from tests.attacks.test_recipes import VALID


@pytest.fixture
def workbench(qtbot, monkeypatch):
    """A workbench with the demo open; nothing is computed for it."""
    bench = Workbench()
    monkeypatch.setattr(bench, "analyze", lambda: None)
    bench.document.open_model(load_model("demo"))
    yield bench
    bench.close()


def state_of(bench):
    document = bench.document
    return document.model, document.images, document.recipe, document.runs, bench.recent


def test_that_no_hostile_file_changes_the_open_document(qtbot, workbench, tmp_path):
    folder = tmp_path / "gallery"
    folder.mkdir()
    before, told = state_of(workbench), []
    workbench.failed.connect(lambda title, reason: told.append(reason))
    files = hostile_files(folder, tmp_path / "it_ran")
    for file in files:
        count = len(told)
        workbench.open_model("bare", file)
        qtbot.waitUntil(lambda count=count: len(told) > count, timeout=20_000)
    assert len(told) == len(files)
    assert all(reason.isprintable() for reason in told)
    assert state_of(workbench) == before
    assert not (tmp_path / "it_ran").exists()


def test_that_folders_of_hostile_images_do_not_either(qtbot, workbench, tmp_path):
    (tmp_path / "only_one_class").mkdir()
    hostile_images(tmp_path / "only_one_class")
    before, told = state_of(workbench), []
    workbench.failed.connect(lambda title, reason: told.append(reason))
    for place in (tmp_path, tmp_path / "only_one_class", tmp_path / "nowhere"):
        count = len(told)
        workbench.open_images(place)
        qtbot.waitUntil(lambda count=count: len(told) > count)
    assert state_of(workbench) == before


def test_that_a_recipe_of_another_version_does_not_either(qtbot, workbench, tmp_path):
    import json

    from rmt_studio.errors import InputError
    from rmt_studio.pruning import Recipe

    (tmp_path / "recipe.json").write_text(json.dumps({**VALID, "version": 2}))
    before = state_of(workbench)
    with pytest.raises(InputError, match="version"):
        workbench.replace_recipe(Recipe.open(tmp_path / "recipe.json"), "recipe")
    assert state_of(workbench) == before


def test_that_a_name_that_looks_like_markup_is_shown_as_it_is_written(qtbot, workbench, tmp_path):
    name = '<img src="//elsewhere/picture">'
    save_file({f"{name}.weight": torch.ones(4, 4)}, tmp_path / "a.safetensors")
    workbench.document.open_model(load_model("bare", checkpoint=tmp_path / "a.safetensors"))
    table = LayerTableModel(workbench.document)
    tip = table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert RichText.convertFromPlainText(name)[3:-4] in tip


def test_that_a_look_at_a_file_can_be_cancelled(tmp_path):
    from rmt_studio.progress import Cancelled
    from rmt_studio.studio.tasks import look_at

    state = timm.create_model("deit_tiny_patch16_224").state_dict()
    save_file(state, tmp_path / "a.safetensors")
    seen = []

    def progress(done, total, note=""):
        seen.append(note)
        if note.startswith("comparing"):
            raise Cancelled

    with pytest.raises(Cancelled):
        look_at(str(tmp_path / "a.safetensors"), progress)
    assert len(seen) == 2
