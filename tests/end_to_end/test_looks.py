"""The window's main states in both themes and two sizes: nothing cut off, blank or unreadable.

Where ``RMT_STUDIO_SHOTS`` names a folder, the pictures are saved there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QTabBar

from rmt_studio.gui.theme import theme
from rmt_studio.pruning import LayerRule, SingularValueCut
from tests.end_to_end.answers import close_all_but
from tests.end_to_end.looks import complaints, contrast, luminance

if TYPE_CHECKING:
    from rmt_studio.gui.main_window import MainWindow

NAME = "blocks.1.mlp.fc1"
PATIENCE = 240_000
SHOTS = os.environ.get("RMT_STUDIO_SHOTS")
DIALOGS = ("open_model", "export", "about", "preferences", "palette", "shortcuts")
SIZES = {"large": (1440, 900), "small": (1024, 700)}


class Looks:
    """Takes pictures and keeps the complaints."""

    def __init__(self, window: MainWindow, name: str) -> None:
        self.window, self.name, self.found = window, name, []

    def look(self, state: str, shown=None) -> None:
        shown = shown or self.window
        QApplication.processEvents()
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            shown.grab().save(str(Path(SHOTS) / f"{self.name}-{state}.png"))
        self.found += [f"{state}: {text}" for text in complaints(shown, theme().colors)]


@pytest.fixture(params=["light", "dark"])
def colors(request, window):
    theme().choose(request.param)
    yield request.param
    theme().choose("system")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("size", SIZES)
def test_that_every_main_state_is_whole_and_readable(window, qtbot, answers, colors, size):
    window.resize(*SIZES[size])
    looks, bench = Looks(window, f"{colors}-{size}"), window.workbench
    looks.look("first")
    window.actions_by_id["open_demo"].trigger()
    idle = lambda: not bench.running_jobs  # noqa: E731
    qtbot.waitUntil(lambda: bench.document.analyzed and idle(), timeout=PATIENCE)
    bench.select((NAME,), NAME)
    qtbot.waitUntil(idle, timeout=PATIENCE)
    looks.look("opened")
    bench.edit_rules({NAME: LayerRule(steps=(SingularValueCut(edge_multiple=1.3),))}, "cut")
    qtbot.waitUntil(idle, timeout=PATIENCE)
    looks.look("threshold")
    window.actions_by_id["evaluate"].trigger()
    qtbot.waitUntil(lambda: len(bench.document.runs) == 2 and idle(), timeout=PATIENCE)
    looks.look("evaluated")
    bench.compare_with("pruned")
    qtbot.waitUntil(idle, timeout=PATIENCE)
    looks.look("comparison")
    for tabs in window.findChildren(QTabBar):
        if not tabs.isVisible():
            continue
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            qtbot.waitUntil(idle, timeout=PATIENCE)
            looks.look(f"{tabs.objectName() or 'tabs'}-{index}")
        tabs.setCurrentIndex(0)
    for name in DIALOGS:
        window.actions_by_id[name].trigger()
        QApplication.processEvents()
        shown = [d for d in window.findChildren(QDialog) if d.isVisible()]
        assert shown, name
        looks.look(f"dialog-{name}", shown[0])
        close_all_but(window)
    assert looks.found == []


def test_that_the_colours_of_both_themes_can_be_read():
    from PySide6.QtGui import QColor

    from rmt_studio.gui.theme import DARK, LIGHT

    for colors in (LIGHT, DARK):
        for text, ground in (
            ("text", "panel"), ("text", "background"), ("text", "selection"),
            ("muted", "panel"), ("muted", "background"), ("accent_text", "accent"),
        ):  # fmt: skip
            pair = (luminance(QColor(getattr(colors, name))) for name in (text, ground))
            assert contrast(*pair) >= 4.4, (text, ground, colors)


def test_that_the_checks_find_what_is_wrong(qtbot):
    """The checks of this file can fail: each is shown a window with its fault."""
    from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

    from tests.end_to_end.looks import blank_plots, cut_off, overlapping, unreadable

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    row = QHBoxLayout(window)
    label, button = QLabel("a text that is much too long for this"), QPushButton("another")
    pale = QLabel("pale on white")
    pale.setStyleSheet("color: #dddddd; background: white")
    row.addWidget(label)
    row.addWidget(button)
    row.addWidget(pale)
    import pyqtgraph as pg

    plot = pg.GraphicsView(background=theme().colors.panel)
    row.addWidget(plot)
    plot.setMinimumSize(60, 60)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.show()
    QApplication.processEvents()
    label.setGeometry(0, 0, 40, 20)
    button.setGeometry(20, 0, 30, 20)
    assert any("too long" in text for text in cut_off(window))
    assert any("another" in text for text in cut_off(window))
    assert list(overlapping(window))
    assert list(blank_plots(window, theme().colors))
    assert any("pale" in text for text in unreadable(window))
    window.hide()
