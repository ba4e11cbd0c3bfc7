"""Every action of the registry is triggered, with and without a model."""

from __future__ import annotations

import shutil
import sys
import traceback

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError as PatienceOver

from rmt_studio.assets import resource
from rmt_studio.gui.actions import ACTIONS
from rmt_studio.pruning import KEEP, LayerRule, SingularValueCut
from tests.end_to_end.answers import close_all_but

NAME, OTHER = "blocks.1.mlp.fc1", "blocks.2.attn.q"
CUT = LayerRule(steps=(SingularValueCut(edge_multiple=1.2),))
LAST = ("quit",)  # closes the window
PATIENCE = 240_000
IDS = [spec.id for spec in ACTIONS]


class Triggering:
    """Triggers what is possible, closes what opens, and keeps what went wrong."""

    def __init__(self, window, qtbot, answers, monkeypatch) -> None:
        self.window, self.bench, self.qtbot = window, window.workbench, qtbot
        self.answers = answers
        self.triggered: set[str] = set()
        self.wrong: list[str] = []
        self.now = ""
        monkeypatch.setattr(sys, "excepthook", self._raised)
        self.bench.failed.connect(self._failed)

    def each(self, *leave_out: str) -> None:
        for name in IDS:
            action = self.window.actions_by_id[name]
            if name in leave_out or not action.isEnabled():
                continue
            self.now = name
            action.trigger()
            QApplication.processEvents()
            self.settle()
            self.triggered.add(name)
            if action.isCheckable() and not name.startswith("theme_"):
                action.trigger()  # and back
            self.settle()

    def one(self, name: str) -> None:
        """Bring about what makes an action possible, and trigger it at once."""
        bench, action = self.bench, self.window.actions_by_id[name]
        self.now = name
        if bench.document.model is None:
            bench.open_demo()
            self.qtbot.waitUntil(lambda: bench.document.analyzed, timeout=PATIENCE)
            bench.select((NAME,), NAME)
        self.settle()
        if name == "locate_model":
            self._lose_the_model()
        elif name == "redo":
            bench.edit_rules({NAME: CUT}, "cut")
            bench.undo_stack.undo()
        elif name in {"open_run_rules", "rename_run", "remove_runs"}:
            bench.evaluate()
            self.qtbot.waitUntil(lambda: not bench.running_jobs, timeout=PATIENCE)
            self.window.results.table.selectRow(len(bench.document.runs) - 1)
        elif name == "copy_rule":
            bench.select((NAME, OTHER), NAME)
        elif name.endswith("fold_groups"):
            self.window.actions_by_id["group_block"].trigger()
        elif name == "stop_comparing":
            bench.compare_with("pruned")
        elif name in {"cancel_job", "retry_job"}:
            bench.evaluate(dense=True)
            if name == "retry_job":
                for job in list(bench.running_jobs):
                    bench.cancel_job(job.id)
        else:
            bench.edit_rules({NAME: KEEP}, "keep")
            bench.edit_rules({NAME: CUT}, "cut")
        try:
            self.qtbot.waitUntil(action.isEnabled, timeout=PATIENCE // 4)
        except PatienceOver as error:
            raise AssertionError(f"{name} never became possible; {self.wrong}") from error
        action.trigger()
        QApplication.processEvents()
        self.settle()
        self.triggered.add(name)

    def _lose_the_model(self) -> None:
        bench, place = self.bench, self.answers.place
        copy, project = place / "copy", place / "kept.rmts"
        shutil.copytree(resource("demo"), copy)
        before = bench.document.model
        bench.project.discard()
        bench.open_model(str(copy))
        self.qtbot.waitUntil(lambda: bench.document.model is not before, timeout=PATIENCE)
        self.settle()
        self.written = False
        bench.project.save_as(project, self._is_written)
        self.qtbot.waitUntil(lambda: self.written, timeout=PATIENCE)
        bench.open_demo()
        self.settle()
        shutil.rmtree(copy)
        self.window.project.open_path(project)

    def _is_written(self) -> None:
        self.written = True

    def settle(self) -> None:
        close_all_but(self.window)
        self.qtbot.waitUntil(lambda: not self.bench.running_jobs, timeout=PATIENCE)
        close_all_but(self.window)

    def _raised(self, kind, error, trace) -> None:
        told = "".join(traceback.format_exception(kind, error, trace))
        self.wrong.append(f"{self.now}: {told}")

    def _failed(self, title: str, message: str) -> None:
        self.wrong.append(f"{self.now}: {title}: {message}")


@pytest.mark.timeout(1800)
def test_that_every_action_can_be_triggered(window, qtbot, answers, monkeypatch, tmp_path):
    trying = Triggering(window, qtbot, answers, monkeypatch)
    bench = window.workbench
    trying.each("open_demo", *LAST)  # on the first page
    assert bench.document.model is None
    window.actions_by_id["open_demo"].trigger()
    qtbot.waitUntil(lambda: bench.document.analyzed and not bench.running_jobs, timeout=PATIENCE)
    bench.select((NAME,), NAME)
    bench.edit_rules({NAME: CUT}, "cut")
    answers.to_save = tmp_path
    trying.each("open_demo", *LAST)
    bench.edit_rules({NAME: CUT}, "cut")
    bench.compare_with("pruned")
    trying.settle()
    trying.each(*LAST)  # with another model over it, too
    rest = [name for name in IDS if name not in trying.triggered and name not in LAST]
    for name in sorted(rest, key="locate_model".__eq__):  # it leaves no model open
        trying.one(name)
    assert trying.wrong == []
    assert sorted(set(IDS) - trying.triggered - set(LAST)) == []
    answers.agree = lambda: True
    bench.project.discard()
    window.actions_by_id["quit"].trigger()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_that_each_impossible_action_says_why(window):
    for spec in ACTIONS:
        action = window.actions_by_id[spec.id]
        if not action.isEnabled() and spec.id not in {"undo", "redo"}:
            assert action.toolTip() != spec.tip, spec.id
