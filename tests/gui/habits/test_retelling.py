"""What is copied is run as it is pasted, in a fresh process, and gives the window's numbers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from rmt_studio.pruning import EntryThreshold, LayerRule, SingularValueCut
from rmt_studio.studio.targets import Target

PATIENCE = 300_000
NAMES = ("blocks.1.mlp.fc1", "blocks.2.attn.q")


def by_hand(bench, qtbot):
    bench.edit_rules({NAMES[0]: LayerRule(steps=(SingularValueCut(edge_multiple=1.2),))}, "cut")
    bench.edit_rules({NAMES[1]: LayerRule(steps=(EntryThreshold(share=0.75),))}, "zero entries")


def by_target(bench, qtbot):
    bench.targets.fill(Target("magnitude", 0.6, "blocks"))
    qtbot.waitUntil(lambda: bool(bench.document.recipe.rules), timeout=PATIENCE)


def by_images(bench, qtbot):
    bench.targets.fill(Target("wanda", 0.6, "blocks"))
    qtbot.waitUntil(lambda: bool(bench.document.recipe.rules), timeout=PATIENCE)


def run_fresh(command, folder):
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "200"}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("edit", [by_hand, by_target, by_images])
def test_that_copied_python_and_commands_give_the_windows_numbers(demo, qtbot, tmp_path, edit):
    bench = demo.workbench
    edit(bench, qtbot)
    bench.evaluate()
    qtbot.waitUntil(lambda: len(bench.document.runs) == 2, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
    dense, pruned = bench.document.runs

    demo.actions_by_id["copy_python"].trigger()
    script = tmp_path / "done.py"
    script.write_text(QGuiApplication.clipboard().text(), encoding="utf-8")
    told = run_fresh([sys.executable, str(script)], tmp_path)
    assert ("fill_recipe(" in script.read_text(encoding="utf-8")) == (edit is by_target)
    assert f"{pruned.parameters_kept:,} of {pruned.parameters:,} parameters kept" in told
    assert f"dense: top-1 {dense.evaluation.top1:.4f} of {dense.evaluation.n} images" in told
    assert f"pruned: top-1 {pruned.evaluation.top1:.4f} of {pruned.evaluation.n} images" in told
    spikes = sum(layer.fit.spikes for layer in bench.document.analysis)
    assert f"{len(bench.document.analysis)} spectra, {spikes} spikes" in told

    demo.actions_by_id["copy_commands"].trigger()
    commands = tmp_path / "done.sh"
    commands.write_text(QGuiApplication.clipboard().text(), encoding="utf-8")
    told = run_fresh(["bash", "-e", str(commands)], tmp_path)
    top1 = re.findall(r"top-1 ([\d.]+)", told)
    assert top1 == [f"{100 * run.evaluation.top1:.2f}" for run in (dense, pruned)]
    kept = f"{pruned.parameters_kept:,}"
    assert f"{kept} of " in told
