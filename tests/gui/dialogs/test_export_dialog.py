from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from rmt_studio.gui.dialogs import ExportDialog
from rmt_studio.gui.dialogs.export_subject import describe, file_bytes
from rmt_studio.gui.dialogs.loading_snippet import loading_snippet
from rmt_studio.pruning import EntryThreshold, LayerRule, prune

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
    dialog.report.copy.click()
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


def test_that_long_arguments_are_broken_over_lines(demo_model):
    code = loading_snippet(demo_model, Path("x.safetensors"))
    assert max(len(line) for line in code.splitlines()) <= 80
    compile(code, "snippet", "exec")


def test_that_the_dialog_goes_when_it_is_closed(bench, freed_on_close):
    freed_on_close(lambda: ExportDialog(bench))
