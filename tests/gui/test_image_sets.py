"""Calibration images beside those to evaluate on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton

from rmt_studio import digits
from rmt_studio.pruning import EntryMask, EntryThreshold, LayerRule, Recipe, prune
from rmt_studio.studio.document import Document, PrunedChanged

PATIENCE = 60_000
NAME = "blocks.0.mlp.fc1"
WANDA = LayerRule(steps=(EntryMask(score="wanda", share=0.5, compare="row"),))
HALF = LayerRule(steps=(EntryThreshold(share=0.5),))


@pytest.fixture
def pictures(tmp_path):
    """A folder of six unlabelled pictures."""
    folder = tmp_path / "quiet"
    folder.mkdir()
    for shade in range(6):
        Image.new("L", (16, 16), 40 * shade).save(folder / f"{shade}.png")
    return folder


@pytest.fixture
def few():
    everything = digits("train")
    return replace(everything, samples=everything.samples[:12])


def test_that_a_folder_without_labels_opens_as_calibration_images(workbench, pictures, qtbot):
    workbench.image_sets.open_calibration(pictures)
    qtbot.waitUntil(lambda: workbench.document.calibration is not None, timeout=PATIENCE)
    assert len(workbench.document.calibration) == 6
    assert workbench.document.images is None


def test_that_an_empty_folder_is_said_and_changes_nothing(workbench, tmp_path, few, qtbot):
    workbench.document.open_calibration(few)
    with qtbot.waitSignal(workbench.failed, timeout=PATIENCE) as failed:
        workbench.image_sets.open_calibration(tmp_path)
    assert "holds no images" in failed.args[1]
    assert workbench.document.calibration is few


def test_that_images_in_both_sets_are_counted_and_told(workbench, pictures, qtbot):
    from rmt_studio.data.images import ImageSet, Sample

    seen = tuple(Sample(f"{i}.png", 0, pictures / f"{i}.png") for i in range(4))
    workbench.document.open_images(ImageSet("seen", "folder", seen, ("a",)))
    with qtbot.waitSignal(workbench.told, timeout=PATIENCE) as told:
        workbench.image_sets.open_calibration(pictures)
    assert workbench.image_sets.shared == 4
    assert "too kind" in told.args[0]


def test_that_the_demo_brings_digits_of_its_own_for_calibration(demo):
    document = demo.workbench.document
    assert document.calibration.name == "digits (train)"
    names = {sample.name for sample in document.images.samples}
    assert not names & {sample.name for sample in document.calibration.samples}
    assert any("for calibration" in label.text() for label in demo.findChildren(QLabel))


def test_that_a_folder_dropped_on_the_line_opens(demo, pictures, qtbot):
    line = demo.inspector.model_card.calibration
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(pictures))])
    drop = QDropEvent(
        QPointF(QPoint(5, 5)),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    line.dropEvent(drop)
    document = demo.workbench.document
    qtbot.waitUntil(lambda: document.calibration.name == "quiet", timeout=PATIENCE)
    assert line.text.whole_text == "6 · quiet"
    assert document.images.kind == "digits"


def test_that_the_button_asks_for_a_folder(demo, pictures, qtbot, monkeypatch):
    monkeypatch.setattr(
        "rmt_studio.gui.commands.file.choose_calibration", lambda parent: str(pictures)
    )
    demo.inspector.findChild(QPushButton, "open_calibration").click()
    document = demo.workbench.document
    qtbot.waitUntil(lambda: document.calibration.name == "quiet", timeout=PATIENCE)


@pytest.mark.parametrize(("rule", "stays"), [(WANDA, False), (HALF, True)])
def test_that_other_calibration_images_make_a_measured_model_stale(
    demo_model, demo_analysis, few, rule, stays
):
    document = Document()
    document.open_model(demo_model)
    document.open_calibration(few)
    recipe = Recipe(architecture=demo_model.architecture, rules={NAME: rule})
    document.set_recipe(recipe)
    pruned = prune(demo_model, recipe, analysis=demo_analysis, calibration=few)
    assert document.set_pruned(pruned)
    heard = []
    document.subscribe(heard.append)
    document.open_calibration(replace(few, samples=few.samples[:6]))
    assert (document.pruned is pruned) is stays
    assert any(isinstance(event, PrunedChanged) for event in heard) is not stays


def test_that_what_pruning_measured_takes_the_place_of_what_was_foreseen(
    workbench, demo_model, demo_analysis, few, qtbot
):
    from math import isnan

    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    workbench.document.open_calibration(few)
    workbench.edit_rules({NAME: WANDA}, "mask")
    effects = workbench.document.effects
    qtbot.waitUntil(lambda: NAME in effects, timeout=PATIENCE)
    foreseen = effects[NAME]
    assert isnan(foreseen.output_error)
    workbench.prune()
    qtbot.waitUntil(lambda: workbench.document.pruned is not None, timeout=PATIENCE)
    assert effects[NAME] == workbench.document.pruned.effects[NAME]
    assert effects[NAME].parameters_kept == foreseen.parameters_kept
    assert 0 < effects[NAME].output_error < 1


def test_that_pruning_by_such_rules_without_images_says_what_to_do(workbench, demo_model):
    heard = []
    workbench.failed.connect(lambda *words: heard.append(words))
    workbench.document.open_model(demo_model)
    workbench.edit_rules({NAME: WANDA}, "mask")
    assert workbench.prune() is None
    assert "calibration images" in heard[0][1]
