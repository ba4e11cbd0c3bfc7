"""What the program imports before it shows itself, each time in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QApplication

from rmt_studio.gui.main_window import MainWindow

HEAVY = ("torch", "timm", "scipy", "transformers", "torchvision", "matplotlib", "sklearn")
FIRST_PAINT = """
import json, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QMainWindow, QPushButton
from rmt_studio.gui.app import make_application

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            QTimer.singleShot(0, self.tell)
            application.removeEventFilter(self)
        return False

    def tell(self):
        window = next(w for w in application.topLevelWidgets() if isinstance(w, QMainWindow))
        shown = window.grab().toImage()
        colors = {shown.pixel(x, y) for x in range(0, shown.width(), 7)
                  for y in range(0, shown.height(), 7)}
        menus = [a.text() for a in window.menuBar().actions()]
        buttons = [b.text() for b in window.findChildren(QPushButton) if b.isVisible()]
        print(json.dumps([sorted(sys.modules), len(colors), menus, buttons]))
        window.close()

application = make_application([])
watch = Watch()
application.installEventFilter(watch)
from rmt_studio.cli import run
sys.exit(run(%r))
"""


def in_a_process(code: str, tmp_path) -> str:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def heavy(names) -> list[str]:
    return [name for name in HEAVY if name in names]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "arguments", [[], ["demo"], ["gui", "deit_tiny_patch16_224"]], ids=["none", "demo", "gui"]
)
def test_that_the_window_is_painted_before_anything_heavy_is_imported(arguments, tmp_path):
    told = in_a_process(FIRST_PAINT % arguments, tmp_path)
    modules, colors, menus, buttons = json.loads(told.splitlines()[-1])
    assert heavy(modules) == []
    assert colors > 10
    assert len(menus) >= 6
    assert any("demo" in text for text in buttons)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_that_help_and_version_import_nothing_heavy(option, tmp_path):
    code = f"""
import json, sys
from rmt_studio.cli import run
assert run([{option!r}]) == 0
print(json.dumps(sorted(sys.modules)))
"""
    modules = json.loads(in_a_process(code, tmp_path).splitlines()[-1])
    assert [*heavy(modules), *(name for name in modules if name == "PySide6")] == []


def test_that_the_package_itself_is_light(tmp_path):
    code = "import json, sys, rmt_studio; dir(rmt_studio); print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(in_a_process(code, tmp_path))
    assert heavy(modules) == []
    assert "numpy" not in modules


@pytest.fixture
def early(qtbot):
    window = MainWindow(early=True)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    if window.ready:
        window.deleteLater()
        QApplication.processEvents()


def test_that_what_is_asked_for_early_is_done_once_when_the_rooms_are_there(early, qtbot):
    early.welcome.demo_button.click()
    early.welcome.demo_button.click()
    assert early.statusBar().currentMessage()
    with qtbot.waitSignal(early.furnished, timeout=60_000):
        early.furnish()
    bench = early.workbench
    qtbot.waitUntil(lambda: bench.document.model is not None, timeout=60_000)
    assert bench.recent[0][0] == "demo"
    qtbot.waitUntil(lambda: not bench.running_jobs, timeout=120_000)
    assert early.centralWidget().currentWidget() is early.spectrum


def test_that_only_what_needs_no_model_is_possible_early(early, qtbot):
    possible = {name for name, action in early.actions_by_id.items() if action.isEnabled()}
    assert {"open_model", "open_demo", "quit", "theme_dark"} <= possible
    assert not possible & {"export", "prune", "evaluate", "undo", "redo"}
    with qtbot.waitSignal(early.furnished, timeout=60_000):
        early.furnish()
    later = {name for name, action in early.actions_by_id.items() if action.isEnabled()}
    assert possible <= later
    assert not later & {"export", "prune", "evaluate", "undo", "redo"}


def test_that_the_theme_changes_and_the_window_closes_before_the_rooms_are_there(early):
    from rmt_studio.gui.theme import theme

    early.actions_by_id["theme_dark"].trigger()
    assert theme().dark
    early.actions_by_id["theme_light"].trigger()
    assert not theme().dark
    early.actions_by_id["quit"].trigger()
    assert not early.isVisible()


def test_that_no_room_is_taller_than_what_stood_in_for_it(early, qtbot):
    """Nothing jumps: panels and first page stay where they were when the rooms come."""
    early.resize(1440, 900)
    QApplication.processEvents()
    before = {name: dock.geometry() for name, dock in early.panels.docks.items()}
    with qtbot.waitSignal(early.furnished, timeout=60_000):
        early.furnish()
    QApplication.processEvents()
    for name, place in before.items():
        now = early.panels.docks[name].geometry()
        moved = max(abs(now.x() - place.x()), abs(now.y() - place.y()))
        assert moved <= 12, f"{name} moved from {place} to {now}"
