"""Every item model of the window is run under Qt's model tester in its fatal mode."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QTabBar, QTableView
from shiboken6 import isValid

import rmt_studio.gui
from rmt_studio.pruning import LayerRule, SingularValueCut

TESTS = Path(__file__).resolve().parents[1] / "gui"
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
NAME = "blocks.1.mlp.fc1"
PATIENCE = 240_000


def item_models() -> set[type]:
    """Return every class of the window that is an item model."""
    for module in pkgutil.walk_packages(rmt_studio.gui.__path__, "rmt_studio.gui."):
        import_module(module.name)
    found, look = set(), [QAbstractItemModel]
    while look:
        kind = look.pop()
        look += kind.__subclasses__()
        if kind.__module__.startswith("rmt_studio.") and not kind.__subclasses__():
            found.add(kind)
    return found


def has_a_test_in_its_room(kind: type) -> bool:
    """Tell whether the tests of the model's own room put it under the fatal tester."""
    room = kind.__module__.split(".")[2]
    texts = [path.read_text("utf-8") for path in (TESTS / room).glob("**/*.py")]
    text = "\n".join(texts)
    return all(word in text for word in ("QAbstractItemModelTester", "Fatal", kind.__name__))


class Watched:
    """Puts each model that there is under the fatal tester, which ends the process on a fault."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[QAbstractItemModel, QAbstractItemModelTester]] = {}

    def watch(self) -> None:
        for thing in gc.get_objects():
            if (
                issubclass(type(thing), QAbstractItemModel)  # no question to the object itself
                and type(thing).__module__.startswith("rmt_studio.")
                and isValid(thing)
                and id(thing) not in self.seen
            ):
                self.seen[id(thing)] = thing, QAbstractItemModelTester(thing, FATAL)

    @property
    def kinds(self) -> set[type]:
        return {type(model) for model, _ in self.seen.values()}


@pytest.mark.timeout(1800)
def test_that_every_item_model_holds_under_the_fatal_tester(window, qtbot):
    testers, bench = Watched(), window.workbench
    testers.watch()
    idle = lambda: not bench.running_jobs  # noqa: E731
    window.actions_by_id["open_demo"].trigger()
    qtbot.waitUntil(lambda: bench.document.analyzed and idle(), timeout=PATIENCE)
    bench.select((NAME,), NAME)
    for tabs in window.findChildren(QTabBar):  # some rooms are built when they are first shown
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            QApplication.processEvents()
    qtbot.waitUntil(idle, timeout=PATIENCE)
    testers.watch()
    rule = LayerRule(steps=(SingularValueCut(edge_multiple=1.3),))
    bench.edit_rules({NAME: rule}, "cut")
    bench.evaluate()
    qtbot.waitUntil(lambda: len(bench.document.runs) == 2 and idle(), timeout=PATIENCE)
    for name in ("undo", "redo", "keep_all"):
        window.actions_by_id[name].trigger()
    for view in window.findChildren(QTableView):
        for column in range(view.model().columnCount()):
            view.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    field = window.layers.filter_bar.findChild(QLineEdit)
    for text in ("fc1", "spikes>10", "nothing has this name", ""):
        field.setText(text)
        QApplication.processEvents()
    window.actions_by_id["palette"].trigger()
    testers.watch()
    palette = window.findChild(QDialog, "command_palette")
    for text in ("theme", "blocks", "nothing has this name", ""):
        palette.findChild(QLineEdit).setText(text)
        QApplication.processEvents()
    palette.close()
    qtbot.waitUntil(idle, timeout=PATIENCE)
    window.actions_by_id["open_demo"].trigger()
    qtbot.waitUntil(idle, timeout=PATIENCE)
    untested = {kind for kind in item_models() - testers.kinds if not has_a_test_in_its_room(kind)}
    assert testers.kinds
    assert sorted(f"{kind.__module__}.{kind.__name__}" for kind in untested) == []
