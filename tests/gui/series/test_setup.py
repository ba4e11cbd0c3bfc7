"""From a folder to a listing that a person can correct."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QAbstractItemModelTester

from rmt_studio.gui.series.listing_model import Column, ListingModel

from .conftest import PATIENCE, write_step

CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


def cell(model, row, column, role=Qt.ItemDataRole.DisplayRole):
    return model.index(row, column).data(role)


def names(model):
    return [cell(model, row, Column.NAME) for row in range(model.rowCount())]


def tick(model, row, state):
    index = model.index(row, Column.NAME)
    return model.setData(index, state.value, Qt.ItemDataRole.CheckStateRole)


def test_that_an_empty_window_says_what_to_do(series_window):
    assert series_window.pages.currentWidget() is series_window.word_page
    assert "checkpoint-500" in series_window.words.text()
    assert series_window.open_button.isVisible()


def test_that_a_folder_is_listed_in_training_order_with_reasons(listed):
    page = listed.setup_page
    assert isinstance(page.model, ListingModel)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert listed.pages.currentWidget() is page
    assert names(page.model) == [*(f"epoch_{step}.pth" for step in (0, 1, 2, 5, 10)), "best.pth"]
    assert cell(page.model, 4, Column.STEP) == "10"
    assert "no number" in cell(page.model, 5, Column.REASON)
    state = Qt.ItemDataRole.CheckStateRole
    assert [cell(page.model, row, 0, state) for row in (0, 5)] == [CHECKED, UNCHECKED]
    assert "5 taken in training order, 1 left out" in page.summary.text()
    assert page.network.currentData() == "bare"


def test_that_ticks_and_steps_correct_the_listing(listed, desk, qtbot):
    model = listed.setup_page.model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert tick(model, 1, UNCHECKED)
    assert [entry.step for entry in desk.found.listing.taken] == [0, 2, 5, 10]
    assert tick(model, names(model).index("best.pth"), CHECKED)
    assert names(model)[4] == "best.pth", "a checkpoint without a number comes last"
    assert model.setData(model.index(4, Column.STEP), "3", Qt.ItemDataRole.EditRole)
    assert [entry.step for entry in desk.found.listing.taken] == [0, 2, 3, 5, 10]
    place = model.index(names(model).index("best.pth"), Column.STEP)
    assert not model.setData(place, "soon", Qt.ItemDataRole.EditRole)
    with qtbot.waitSignal(desk.failed) as failure:
        model.setData(place, "10", Qt.ItemDataRole.EditRole)
    assert "cannot be step 10 as well" in failure.args[1]
    assert [entry.step for entry in desk.found.listing.taken] == [0, 2, 3, 5, 10]


def test_that_a_folder_without_checkpoints_is_said_and_another_can_be_chosen(
    series_window, desk, folder, tmp_path, qtbot
):
    desk.look(tmp_path)
    qtbot.waitUntil(lambda: bool(desk.problem), timeout=PATIENCE)
    assert "holds no checkpoints" in series_window.words.text()
    assert series_window.open_button.isVisible()
    desk.look(folder)
    qtbot.waitUntil(lambda: desk.found is not None, timeout=PATIENCE)
    assert series_window.pages.currentWidget() is series_window.setup_page


def test_that_an_analysis_that_fails_says_why_beside_the_listing(
    series_window, desk, tmp_path, qtbot
):
    import torch

    for step in (1, 2):
        torch.save({"fc.weight": torch.full((8, 8), torch.nan)}, tmp_path / f"epoch_{step}.pth")
    desk.look(tmp_path)
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    series_window.setup_page.start_button.click()
    qtbot.waitUntil(lambda: bool(desk.problem), timeout=PATIENCE)
    assert series_window.pages.currentWidget() is series_window.setup_page
    assert "NaN" in series_window.setup_page.status.text()
    assert series_window.setup_page.start_button.isEnabled()


def test_that_the_network_that_files_name_is_proposed(series_window, desk, tmp_path, qtbot):
    import shutil

    from rmt_studio.assets import resource

    for step in (10, 20):
        shutil.copytree(resource("demo", "config.json").parent, tmp_path / f"checkpoint-{step}")
    desk.look(tmp_path)
    qtbot.waitUntil(lambda: desk.found is not None, timeout=PATIENCE)
    box = series_window.setup_page.network
    assert box.currentData() == "vit_tiny_patch16_224"
    assert "say so" in box.currentText()
    assert box.itemData(box.count() - 1) == "bare"


def test_that_a_folder_can_be_corrected_after_its_analysis(analysed, desk, qtbot):
    analysed.viewer.listing_button.click()
    assert analysed.pages.currentWidget() is analysed.setup_page
    tick(analysed.setup_page.model, 0, UNCHECKED)
    analysed.setup_page.start_button.click()
    qtbot.waitUntil(lambda: not desk.running, timeout=PATIENCE)
    assert analysed.pages.currentWidget() is analysed.viewer
    assert [step.step for step in desk.course.steps] == [1, 2, 5, 10]


def test_that_checkpoints_that_came_later_are_found(series_window, desk, tmp_path, qtbot):
    for step in (1, 2):
        write_step(tmp_path, step)
    desk.look(tmp_path)
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    write_step(tmp_path, 3)
    series_window.setup_page.again.click()
    assert series_window.pages.currentWidget() is series_window.word_page
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
    assert [entry.step for entry in desk.found.listing.taken] == [1, 2, 3]


def test_that_a_folder_can_be_dropped_on_the_window(series_window, desk, folder, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    place, action = QPointF(40, 40), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    series_window.dropEvent(QDropEvent(place, action, mime, buttons, keys))
    assert desk.folder == folder
    qtbot.waitUntil(lambda: desk.found is not None and not desk.running, timeout=PATIENCE)
