"""The main job in the real window, as a person does it: mouse, keyboard, menus and dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTableView
from safetensors import safe_open

from rmt_studio.assets import resource
from rmt_studio.gui.app import fit_to_screen
from rmt_studio.gui.dialogs import ErrorBox, ExportDialog, OpenModelDialog
from rmt_studio.gui.recent import recent_models
from rmt_studio.pruning import EntryThreshold, LayerRule, Recipe, SingularValueCut

PATIENCE = 120_000
NAME = "blocks.1.mlp.fc1"
LEFT = Qt.MouseButton.LeftButton


def choose_row(window, qtbot, name):
    """Click the row of a layer in the table."""
    table = window.findChild(QTableView, "layer_table")
    model = table.model()
    row = next(r for r in range(model.rowCount()) if model.index(r, 0).data() == name)
    table.scrollTo(model.index(row, 0))
    place = table.visualRect(model.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: window.workbench.current == name)


def drag_threshold(window, qtbot, pixels):
    """Drag the threshold in the density plot to the right by so many pixels."""
    QApplication.processEvents()
    plot = window.spectrum.plot
    line = plot._lines[0]
    box = line.getViewBox()
    low, high = box.viewRange()[1]
    start = plot.mapFromScene(
        box.mapViewToScene(QPointF(line.value(), low + 0.22 * (high - low)))
    )  # fmt: skip
    end, before = start + QPoint(pixels, 0), line.value()
    QTest.mouseMove(plot.viewport(), start)
    QTest.mousePress(plot.viewport(), LEFT, pos=start)

    def moved():
        QTest.mouseMove(plot.viewport(), (start + end) / 2)
        QTest.mouseMove(plot.viewport(), end)
        return line.value() != before

    qtbot.waitUntil(moved)
    QTest.mouseRelease(plot.viewport(), LEFT, pos=end)


def test_that_a_newcomer_sees_what_to_do_first(window):
    assert window._centre.currentWidget() is window.welcome
    assert window.welcome.demo_button.isVisible()
    for action in ("analyze", "prune", "evaluate", "export", "save_recipe"):
        assert not window.actions_by_id[action].isEnabled()


def test_that_the_main_job_works_from_demo_to_export(demo, qtbot, tmp_path, stall_watchdog):
    bench = demo.workbench
    choose_row(demo, qtbot, NAME)
    qtbot.waitUntil(lambda: bench.profile(NAME) is not None, timeout=PATIENCE)
    drag_threshold(demo, qtbot, 40)
    step = bench.document.recipe.rule(NAME).step(SingularValueCut)
    assert step.edge_multiple > 1
    assert bench.document.effects[NAME].rank is not None

    QTest.keyClick(demo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.document.recipe.rules == {}
    demo.actions_by_id["redo"].trigger()
    assert bench.document.recipe.rule(NAME).step(SingularValueCut) == step

    demo.findChild(QPushButton, "button_evaluate").click()
    qtbot.waitUntil(lambda: len(bench.document.runs) == 2, timeout=PATIENCE)
    dense, pruned = bench.document.runs
    assert pruned.evaluation.agreement is not None
    assert pruned.parameters_kept < dense.parameters_kept
    table = demo.findChild(QTableView, "run_table")
    qtbot.waitUntil(lambda: table.model().rowCount() == 2)

    demo.actions_by_id["export"].trigger()
    dialog = demo.findChild(ExportDialog)
    target = tmp_path / "pruned.safetensors"
    dialog.findChild(QLineEdit, "export_path").setText(str(target))
    with qtbot.waitSignal(bench.exported, timeout=PATIENCE) as exported:
        dialog.findChild(QPushButton, "export_button").click()
    assert exported.args[0].verified
    dialog.close()
    with safe_open(target, "pt") as file:
        recipe = Recipe.model_validate_json(file.metadata()["recipe"])
        assert "blocks.1.mlp.fc1.weight" in list(file.keys())
    assert recipe == bench.document.recipe


def test_that_a_target_fills_the_table_and_prunes(demo, qtbot):
    bench = demo.workbench
    demo.inspector.findChild(QPushButton, "prune_to_target").click()
    qtbot.waitUntil(lambda: bench.document.pruned is not None, timeout=PATIENCE)
    assert bench.document.pruned.block_sparsity == pytest.approx(0.5, abs=1e-3)
    assert bench.undo_stack.count() == 1


def test_that_a_recipe_saves_and_opens(demo, qtbot, tmp_path):
    bench = demo.workbench
    rule = LayerRule(steps=(EntryThreshold(share=0.4),))
    bench.edit_rules({NAME: rule}, "zero entries")
    demo.commands.file.save_recipe(str(tmp_path / "recipe.json"))
    demo.actions_by_id["keep_all"].trigger()
    assert bench.document.recipe.rules == {}
    demo.commands.dropped.open(tmp_path / "recipe.json")
    assert bench.document.recipe.rule(NAME) == rule


def test_that_a_recipe_that_does_not_fit_is_said_and_changes_nothing(demo, tmp_path):
    Recipe(rules={"layers.7": LayerRule(steps=(EntryThreshold(share=0.4),))}).save(
        tmp_path / "other.json"
    )
    before = demo.workbench.document.recipe
    demo.commands.file.open_recipe(str(tmp_path / "other.json"))
    box = demo.findChild(ErrorBox)
    assert "layers.7" in box.message.text()
    assert demo.workbench.document.recipe == before
    box.close()


def test_that_a_dropped_model_folder_opens(window, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(resource("demo")))])
    drop = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(drop)
    qtbot.waitUntil(lambda: window.workbench.document.model is not None, timeout=PATIENCE)
    assert window.workbench.document.model.source.kind == "folder"
    qtbot.waitUntil(lambda: not window.workbench.running_jobs, timeout=PATIENCE)


def test_that_a_dropped_checkpoint_asks_for_its_architecture(window):
    window.commands.dropped.open(resource("demo", "model.safetensors"))
    dialog = window.findChild(OpenModelDialog)
    field = dialog.findChild(QLineEdit, "checkpoint")
    assert field.text().endswith("model.safetensors")
    dialog.close()


def test_that_a_dropped_stranger_says_what_can_be_dropped(window, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    window.commands.dropped.open(path)
    box = window.findChild(ErrorBox)
    assert "checkpoint" in box.message.text()
    box.close()


def test_that_closing_while_a_job_runs_asks_first(demo, qtbot, monkeypatch):
    from rmt_studio import digits

    asked = []
    bench = demo.workbench
    monkeypatch.setattr(demo, "_really_close", lambda: asked.append(1) or False)
    bench.document.open_images(digits("train"))
    bench.evaluate()
    assert not demo.close()
    assert asked == [1]
    for job in bench.running_jobs:
        bench.cancel_job(job.id)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


def test_that_theme_layout_and_recent_models_outlive_the_window(demo, qtbot):
    from rmt_studio.gui.main_window import MainWindow
    from rmt_studio.gui.theme import theme

    demo.actions_by_id["theme_dark"].trigger()
    demo.close()
    theme().choose("system")
    another = MainWindow()
    qtbot.addWidget(another)
    assert theme().choice == "dark"
    assert another.workbench.recent == [("demo", "")]
    another.close()
    theme().choose("system")


def test_that_recent_models_are_kept_at_once(demo):
    assert recent_models() == [("demo", "")]  # the window is still open


def test_that_exporting_rules_prunes_first(demo, qtbot):
    bench = demo.workbench
    bench.edit_rules({NAME: LayerRule(steps=(EntryThreshold(share=0.4),))}, "zero entries")
    demo.actions_by_id["export"].trigger()
    qtbot.waitUntil(lambda: demo.findChild(ExportDialog) is not None, timeout=PATIENCE)
    assert bench.document.pruned is not None
    demo.findChild(ExportDialog).close()


def test_that_recent_models_open_from_the_file_menu(demo, qtbot):
    before = demo.workbench.document.model
    demo.recent_menu.aboutToShow.emit()
    assert [action.text() for action in demo.recent_menu.actions()] == ["demo"]
    demo.recent_menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: demo.workbench.document.model is not before, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not demo.workbench.running_jobs, timeout=PATIENCE)


def test_that_panels_can_be_moved_and_put_back(window):
    docks = window.panels.docks
    window.actions_by_id["unlock_panels"].trigger()
    assert docks["layers"].titleBarWidget() is None
    docks["layers"].setFloating(True)
    window.actions_by_id["reset_layout"].trigger()
    window.actions_by_id["unlock_panels"].trigger()
    assert not docks["layers"].isFloating()
    assert docks["layers"].titleBarWidget() is not None


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700), (3840, 2160)])
def test_that_every_panel_has_its_place_at_common_sizes(demo, size):
    demo.resize(*size)
    QApplication.processEvents()
    assert (demo.width(), demo.height()) == size
    places = {name: dock.geometry() for name, dock in demo.panels.docks.items()}
    places["centre"] = demo._centre.geometry()
    for name, place in places.items():
        assert demo.rect().contains(place), name
        for other, its_place in places.items():
            assert other == name or not place.intersects(its_place), (name, other)


def test_that_real_weights_open_by_name_and_checkpoint(window, qtbot, deit_tiny_checkpoint):
    bench = window.workbench
    bench.open_model("deit_tiny_patch16_224", deit_tiny_checkpoint)
    qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
    table = window.findChild(QTableView, "layer_table")
    assert table.model().rowCount() == 74
    names = {table.model().index(r, 0).data() for r in range(74)}
    assert {"blocks.11.attn.q", "blocks.11.attn.k", "blocks.11.attn.v"} <= names
    assert Path(bench.recent[0][1]) == deit_tiny_checkpoint
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)


def test_that_the_first_page_shows_its_whole_text(window):
    texts = [label for label in window.welcome.findChildren(QLabel) if label.wordWrap()]
    assert texts
    for label in texts:
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_that_a_first_window_fits_a_small_screen(window):
    fit_to_screen(window)
    room = window.screen().availableGeometry()
    assert window.height() < room.height() or window.height() == window.minimumSizeHint().height()


def test_that_no_shortcut_is_one_that_edits_text(window):
    keys = QKeySequence.StandardKey
    of_text = [keys.MoveToEndOfLine, keys.DeleteEndOfLine, keys.Delete, keys.Backspace,
               keys.MoveToStartOfLine, keys.DeleteCompleteLine, keys.SelectAll]  # fmt: skip
    taken = {sequence.toString() for key in of_text for sequence in QKeySequence.keyBindings(key)}
    taken |= {"Ctrl+E", "Ctrl+K", "Ctrl+D", "Ctrl+A", "Ctrl+U"}  # on X11 only
    for name, action in window.actions_by_id.items():
        assert action.shortcut().toString() not in taken, name
