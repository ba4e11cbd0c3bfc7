from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from rmt_studio.gui.dialogs import ExportDialog
from rmt_studio.gui.dialogs.export_subject import describe, file_bytes
from rmt_studio.models.exports import FORMATS
from rmt_studio.pruning import EntryThreshold, LayerRule, SingularValueCut, prune
from rmt_studio.studio import export_tasks

LAYER = "blocks.1.mlp.fc1"
RULES = {LAYER: LayerRule(steps=(EntryThreshold(share=0.5),))}


@pytest.fixture
def bench(workbench, demo_model, demo_analysis):
    workbench.document.open_model(demo_model)
    workbench.document.add_analysis(demo_analysis)
    return workbench


@pytest.fixture
def pruned_bench(bench, demo_model, demo_analysis):
    bench.edit_rules(RULES, "entries")
    recipe = bench.document.recipe
    bench.document.set_pruned(prune(demo_model, recipe, analysis=demo_analysis))
    return bench


def test_that_it_says_what_will_be_written(pruned_bench):
    title, text = describe(pruned_bench.document)
    assert title.startswith("demo, pruned by")
    pruned = pruned_bench.document.pruned
    assert f"{pruned.parameters_kept:,}".replace(",", "\u202f") in text


def test_that_it_says_when_the_rules_have_not_been_applied(bench):
    assert "dense model" in describe(bench.document)[0]
    bench.edit_rules(RULES, "entries")
    assert "Prune first" in describe(bench.document)[1]


def test_that_the_expected_size_is_that_of_the_checkpoint(demo_model):
    written = demo_model.source.file.stat().st_size
    assert file_bytes(demo_model) == pytest.approx(written, rel=0.02)


def test_that_a_name_is_proposed(pruned_bench, shown, qtbot):
    dialog = shown(ExportDialog(pruned_bench))
    assert Path(dialog.target.text).name == "demo-pruned.safetensors"
    assert Path(dialog.target.text).parent.is_dir()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "Say where"),
        ("model.pth", ".safetensors"),
        ("gone/model.safetensors", "No folder"),
        ("folder.safetensors", "is a folder"),
    ],
)
def test_that_a_place_that_cannot_be_is_refused(bench, shown, qtbot, tmp_path, path, reason):
    (tmp_path / "folder.safetensors").mkdir()
    dialog = shown(ExportDialog(bench))
    dialog.target.path.setText(str(tmp_path / path) if path else "")
    assert not dialog.export_button.isEnabled()
    assert dialog.status.problem
    assert reason in dialog.status.text()


def test_that_the_source_is_never_overwritten(bench, shown, qtbot, demo_model):
    dialog = shown(ExportDialog(bench))
    dialog.target.path.setText(str(demo_model.source.file))
    assert not dialog.export_button.isEnabled()
    assert "never overwritten" in dialog.status.text()


def test_that_a_file_that_is_there_is_told(bench, shown, qtbot, tmp_path):
    (tmp_path / "there.safetensors").write_bytes(b"x")
    dialog = shown(ExportDialog(bench))
    dialog.target.path.setText(str(tmp_path / "there.safetensors"))
    assert dialog.export_button.isEnabled()
    assert "replaced" in dialog.status.text()


def test_that_nothing_can_be_exported_without_a_model(workbench, shown, qtbot):
    dialog = shown(ExportDialog(workbench))
    assert not dialog.export_button.isEnabled()
    assert "Open a model" in dialog.status.text()


def test_that_an_export_is_verified_and_its_code_loads_the_pruned_weights(
    pruned_bench, shown, qtbot, tmp_path
):
    dialog = shown(ExportDialog(pruned_bench))
    path = tmp_path / "out.safetensors"
    dialog.target.path.setText(str(path))
    dialog.export_button.click()
    assert not dialog.export_button.isEnabled()
    assert dialog.progress.isVisible()
    qtbot.waitUntil(dialog.report.isVisible, timeout=60_000)
    assert path.is_file()
    assert dialog.report.title.text() == "Written and verified"
    dialog.page.copy.click()
    loaded = {}
    exec(QGuiApplication.clipboard().text(), loaded)
    weights = loaded["model"].state_dict()
    expected = pruned_bench.document.pruned.module.state_dict()
    assert all(weights[name].equal(tensor) for name, tensor in expected.items())


def test_that_an_export_that_fails_leaves_the_dialog_as_it_was(
    bench, shown, qtbot, tmp_path, monkeypatch
):
    from rmt_studio.errors import InputError
    from rmt_studio.studio import tasks

    def refuse(*_arguments):
        raise InputError("out.safetensors", "the disk is full", "free some space")

    monkeypatch.setattr(tasks, "write_checkpoint", refuse)
    dialog = shown(ExportDialog(bench))
    dialog.target.path.setText(str(tmp_path / "out.safetensors"))
    with qtbot.waitSignal(bench.failed):
        dialog.export_button.click()
    assert "the disk is full" in dialog.status.text()
    assert dialog.export_button.isEnabled()
    assert not dialog.report.isVisible()


def test_that_an_export_can_be_cancelled(bench, shown, qtbot, tmp_path):
    dialog = shown(ExportDialog(bench))
    path = tmp_path / "out.safetensors"
    dialog.target.path.setText(str(path))
    dialog.export_button.click()
    dialog.close_button.click()
    qtbot.waitUntil(dialog.export_button.isEnabled, timeout=30_000)
    assert "nothing was written" in dialog.status.text()
    assert not path.exists()
    assert dialog.isVisible()


def test_that_sizes_that_arrive_late_leave_what_was_said_of_the_export(
    bench, shown, qtbot, tmp_path, monkeypatch
):
    counted, count = threading.Event(), export_tasks.expected_sizes

    def later(*arguments):
        counted.wait(30)
        return count(*arguments)

    monkeypatch.setattr(export_tasks, "expected_sizes", later)
    dialog = shown(ExportDialog(bench))
    dialog.target.path.setText(str(tmp_path / "out.safetensors"))
    dialog.export_button.click()
    dialog.close_button.click()
    qtbot.waitUntil(dialog.export_button.isEnabled)
    counted.set()
    qtbot.waitUntil(lambda: "MB" in dialog.formats.currentItem().text(), timeout=60_000)
    assert "nothing was written" in dialog.status.text()


@pytest.mark.parametrize("key", FORMATS)
def test_that_every_format_shows_what_it_gives_and_lines_that_are_python(
    bench, shown, qtbot, key, demo_model
):
    dialog = shown(ExportDialog(bench))
    dialog.formats.choose(key)
    assert dialog.page.gives.text() == FORMATS[key].gives
    code = dialog.page.code.toPlainText()
    compile(code, "snippet", "exec")
    assert dialog.target.text.endswith(FORMATS[key].suffix or "demo-dense")
    assert max(map(len, code.replace(dialog.target.text, "").splitlines())) <= 96
    qtbot.waitUntil(lambda: "…" not in dialog.page.bytes_line.text(), timeout=60_000)
    if key in ("factored", "2:4"):
        assert "not for this model" in dialog.formats.currentItem().text()
        assert not dialog.export_button.isEnabled()
        assert "not for this model" in dialog.status.text()
    else:
        assert "MB" in dialog.formats.currentItem().text()
        assert dialog.export_button.isEnabled()


def test_that_half_the_bits_take_half_the_room(bench, shown, qtbot):
    dialog = shown(ExportDialog(bench))
    dialog.page.dtype.show_choice("bf16")
    dialog.page.changed.emit()
    qtbot.waitUntil(lambda: "(50 %)" in dialog.page.bytes_line.text(), timeout=60_000)


def test_that_a_folder_that_is_there_is_never_replaced(bench, shown, qtbot, tmp_path):
    dialog = shown(ExportDialog(bench))
    dialog.formats.choose("hf")
    (tmp_path / "there").mkdir()
    dialog.target.path.setText(str(tmp_path / "there"))
    assert dialog.export_button.isEnabled()
    (tmp_path / "there" / "notes").write_text("x")
    dialog.target.path.setText(str(tmp_path / "there") + "/")
    assert "never replaced" in dialog.status.text()


def test_that_the_window_and_the_command_line_write_the_same_bytes(
    pruned_bench, shown, qtbot, tmp_path
):
    from rmt_studio.cli import GOOD, run

    pruned_bench.document.recipe.save(tmp_path / "recipe.json")
    ours, theirs = tmp_path / "window", tmp_path / "command"
    for folder in (ours, theirs):
        folder.mkdir()
    dialog = shown(ExportDialog(pruned_bench))
    dialog.formats.choose("compressed")
    dialog.target.path.setText(str(ours / "out.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.report.isVisible, timeout=60_000)
    asked = ["prune", "demo", "--recipe", str(tmp_path / "recipe.json"), "--format", "compressed"]
    assert run([*asked, "-o", str(theirs / "out.safetensors")]) == GOOD
    for file in ours.iterdir():
        assert file.read_bytes() == (theirs / file.name).read_bytes(), file.name


def test_that_the_accuracy_that_was_measured_travels_along(pruned_bench, shown, qtbot, tmp_path):
    from dataclasses import replace

    from rmt_studio.data.images import digits
    from rmt_studio.evaluation.accuracy import evaluate
    from rmt_studio.studio.tasks import run_of

    images = digits()
    images = replace(images, samples=images.samples[:16])
    pruned = pruned_bench.document.pruned
    pruned_bench.document.add_run(run_of(pruned, evaluate(pruned, images), "mine"))
    dialog = shown(ExportDialog(pruned_bench))
    dialog.target.path.setText(str(tmp_path / "out.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.report.isVisible, timeout=60_000)
    assert "on 16 images" in (tmp_path / "out.README.md").read_text()


def test_that_a_factored_export_is_timed(bench, shown, qtbot, demo_model, demo_analysis, tmp_path):
    bench.edit_rules({LAYER: LayerRule(steps=(SingularValueCut(rank=20),))}, "cut")
    recipe = bench.document.recipe
    bench.document.set_pruned(prune(demo_model, recipe, analysis=demo_analysis))
    dialog = shown(ExportDialog(bench))
    dialog.formats.choose("factored")
    dialog.target.path.setText(str(tmp_path / "out.safetensors"))
    qtbot.waitUntil(dialog.export_button.isEnabled, timeout=60_000)
    dialog.export_button.click()
    qtbot.waitUntil(lambda: "images/s" in dialog.report.speed.text(), timeout=60_000)
    assert "multiply-accumulates" in dialog.report.speed.text()


def test_that_only_a_press_of_the_button_pushes_and_being_refused_is_said(
    bench, shown, qtbot, tmp_path, monkeypatch
):
    from rmt_studio.errors import InputError
    from rmt_studio.studio import export_tasks

    pushed = []

    def push(path, repository, progress):
        pushed.append((path, repository))
        raise InputError("hub:me/it", "cannot be reached", "connect to the internet")

    monkeypatch.setattr(export_tasks, "push", push)
    dialog = shown(ExportDialog(bench))
    dialog.formats.choose("hf")
    dialog.target.path.setText(str(tmp_path / "model"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.report.isVisible, timeout=60_000)
    assert not dialog.report.push.isEnabled()
    dialog.report.repository.setText("me/it")
    assert pushed == []
    with qtbot.waitSignal(bench.failed):
        dialog.report.push.click()
    assert pushed == [(str(tmp_path / "model"), "me/it")]
    assert "connect to the internet" in dialog.status.text()


def test_that_the_dialog_goes_when_it_is_closed(bench, freed_on_close):
    freed_on_close(lambda: ExportDialog(bench))
