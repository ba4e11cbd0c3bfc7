"""The measurements of `tests.benchmarks.window` that need the whole window."""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView
from safetensors.torch import save_file

from rmt_studio.gui.app import make_application
from rmt_studio.gui.imports import Importing
from rmt_studio.gui.main_window import MainWindow
from rmt_studio.gui.opening import Opening
from rmt_studio.gui.training.asked import Asked, Validation
from rmt_studio.pruning import calibration_images
from rmt_studio.training import FineTuning
from tests.benchmarks.window import Taken
from tests.gui.conftest import Load, starved

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_LIMIT = 1200  # seconds for one job
_LARGE, _LARGE_COUNT = (1024, 4096), 4
_SMALL, _SMALL_COUNT = (48, 32), 1000
LEFT = Qt.MouseButton.LeftButton


def at_work(folder: Path, options: argparse.Namespace, say: Callable[..., None]) -> None:
    """Measure one thing after the other in one window and say each."""
    application = make_application([])
    window = MainWindow(early=True)
    window.resize(1440, 900)
    beat = Beat()
    opening = Opening(window, Importing(window))
    window.show()
    wait(lambda: window.ready)
    assert opening is not None
    say("longest stall, imports and rooms", beat.worst(), "100 ms")
    large_layers(window, folder, say)
    stalls(window, beat, options, say)
    memory(window, options.switches)
    many_layers(window, folder, say)
    window.workbench.close()
    window.close()
    application.processEvents()


class Beat(QObject):
    """A timer of the window's thread that keeps its greatest delay."""

    def __init__(self) -> None:
        super().__init__()
        self._last, self._worst = now(), Taken(0, 0)
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def worst(self) -> Taken:
        """Return the longest stall since the last call."""
        worst, self._worst = self._worst, Taken(0, 0)
        return worst

    def _tick(self) -> None:
        gap = since(self._last)
        self._worst = max(self._worst, gap, key=_own)
        self._last = now()


class Painted(QObject):
    """Tells when a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__()
        self.seen = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def large_layers(window: MainWindow, folder: Path, say: Callable[..., None]) -> None:
    """Drag the threshold and switch layers on matrices of a ViT-L."""
    torch.manual_seed(0)
    names = [f"blocks.{i}.mlp.fc1.weight" for i in range(_LARGE_COUNT)]
    open_bare(window, folder / "large.safetensors", dict.fromkeys(names, _LARGE))
    layers = [name.removesuffix(".weight") for name in names]
    bench = window.workbench
    wait(lambda: bench.document.analyzed and not bench.running_jobs)
    bench.select((layers[0],), layers[0])
    wait(lambda: not bench.running_jobs)
    say("drag to repaint, p95", p95(drags(window)), "16 ms")
    switches = []
    for number in range(60):
        name = layers[number % _LARGE_COUNT]
        painted, began = Painted(window.spectrum.plot.viewport()), now()
        bench.select((name,), name)
        wait(lambda painted=painted: painted.seen, pause=0)
        switches.append(since(began))
        wait(lambda: not bench.running_jobs)
    say("switch of the layer, p95", p95(switches), "50 ms")


def drags(window: MainWindow) -> list[Taken]:
    plot, times = window.spectrum.plot, []
    surface, line = plot.viewport(), plot._lines[0]
    box = line.getViewBox()
    low, high = box.viewRange()[1]
    place = box.mapViewToScene(QPointF(line.value(), low + 0.22 * (high - low)))
    start = plot.mapFromScene(place)
    QTest.mouseMove(surface, start)
    QTest.mousePress(surface, LEFT, pos=start)
    before = line.value()
    for number in range(1, 121):
        settle(0.015)  # pyqtgraph looks at 100 moves a second
        painted, began = Painted(surface), now()
        QTest.mouseMove(surface, start + QPoint(20 + 3 * (number % 30), 0))
        wait(lambda painted=painted: painted.seen, pause=0, limit=1)
        if painted.seen:
            times.append(since(began))
    assert line.value() != before, "the threshold did not move"
    QTest.mouseRelease(surface, LEFT, pos=start + QPoint(20, 0))
    return times


def stalls(
    window: MainWindow, beat: Beat, options: argparse.Namespace, say: Callable[..., None]
) -> None:
    """Analyse, prune, evaluate and fine-tune, and say the longest stall of each."""
    bench = window.workbench
    beat.worst()
    if options.checkpoint:
        bench.open_model("deit_tiny_patch16_224", options.checkpoint, images=options.data)
        name = "deit_tiny_patch16_224"
    else:
        bench.open_demo()
        name = "demo"
    wait(lambda: bench.document.model is not None and bench.document.model.title.startswith(name))
    say("longest stall, opening", beat.worst(), "100 ms")
    wait(lambda: bench.document.analyzed and not bench.running_jobs)
    say("longest stall, analysis", beat.worst(), "100 ms")
    bench.fill_target("magnitude", 0.3, "blocks")
    wait(lambda: bench.document.recipe.rules and not bench.running_jobs)
    bench.prune()
    wait(lambda: bench.document.pruned is not None and not bench.running_jobs)
    say("longest stall, pruning", beat.worst(), "100 ms")
    bench.evaluate()
    wait(lambda: len(bench.document.runs) >= 2 and not bench.running_jobs)
    say("longest stall, evaluation", beat.worst(), "100 ms")
    if options.calibration:
        bench.document.open_calibration(calibration_images(options.calibration))
    if bench.document.calibration is not None:
        few = FineTuning(epochs=2, steps=4, batch=8, distillation=1.0)
        window.actions_by_id["fine_tune"].trigger()
        bench.fine_tuner.start(Asked(few, labelled=False, validation=Validation.NOTHING), anew=True)
        wait(lambda: bench.fine_tuner.course.best is not None and not bench.running_jobs)
        say("longest stall, fine-tuning", beat.worst(), "100 ms")


def memory(window: MainWindow, switches: int) -> None:
    """Say what the process has grown by over so many switches of the layer."""
    bench = window.workbench
    names = [layer.name for layer in bench.document.model.layers]

    def switch(times: int) -> None:
        for number in range(times):
            name = names[number % len(names)]
            bench.select((name,), name)
            settle(0.002)
        wait(lambda: not bench.running_jobs)
        gc.collect()

    switch(2 * len(names))  # what is kept of each layer once
    before = resident()
    switch(switches)
    grown = (resident() - before) / 1e6
    print(f"{f'memory after {switches} switches':<34}{grown:>+7.1f} MB{'':>12}{'flat':>12}")


def many_layers(window: MainWindow, folder: Path, say: Callable[..., None]) -> None:
    """Scroll, sort and filter a table of 1,000 matrices."""
    names = [f"blocks.{i // 2}.mlp.fc{i % 2 + 1}.weight" for i in range(_SMALL_COUNT)]
    open_bare(window, folder / "small.safetensors", dict.fromkeys(names, _SMALL))
    bench = window.workbench
    wait(lambda: bench.document.analyzed and not bench.running_jobs)
    table = window.findChild(QTableView, "layer_table")
    assert table.model().rowCount() >= _SMALL_COUNT
    bar = table.verticalScrollBar()
    positions = range(bar.minimum(), bar.maximum(), max(1, bar.maximum() // 100))
    frames = [_frame(table, lambda value=value: bar.setValue(value)) for value in positions]
    say("1,000 rows: scrolling, p95", p95(frames), "16 ms")
    columns = [c for c in range(table.model().columnCount()) if not table.isColumnHidden(c)]
    order = Qt.SortOrder
    sorts = [
        _frame(table, lambda c=c, o=o: table.sortByColumn(c, o))
        for c in columns
        for o in (order.DescendingOrder, order.AscendingOrder)
    ]
    say("1,000 rows: sorting, worst", max(sorts, key=_own), "100 ms")
    field = window.layers.filter_bar.findChild(QLineEdit) or window.findChild(QLineEdit)
    texts = ("f", "fc", "fc1", "fc1 blocks.1", "spikes>1", "")
    filters = [_frame(table, lambda text=text: field.setText(text)) for text in texts]
    say("1,000 rows: filtering, worst", max(filters, key=_own), "100 ms")


def _frame(table: QTableView, change: Callable[[], None]) -> Taken:
    began = now()
    change()
    QApplication.processEvents()
    table.viewport().repaint()
    return since(began)


def open_bare(window: MainWindow, path: Path, shapes: dict[str, tuple[int, int]]) -> None:
    """Open random matrices in the window, as those of an unknown network."""
    save_file({name: 0.02 * torch.randn(shape) for name, shape in shapes.items()}, path)
    bench = window.workbench
    before = bench.document.model
    bench.open_model("bare", path)
    wait(lambda: bench.document.model is not before)


def wait(condition: Callable[[], object], pause: float = 0.002, limit: float = _LIMIT) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            if limit < _LIMIT:
                return
            raise TimeoutError
        QApplication.processEvents()
        if pause:
            time.sleep(pause)


def settle(seconds: float) -> None:
    """Let the window work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.001)


def _own(taken: Taken) -> float:
    return taken.own


def p95(times: list[Taken]) -> Taken:
    """Return the 95th percentile of each kind of time."""
    return Taken(*(sorted(c)[int(0.95 * (len(c) - 1))] for c in zip(*times, strict=True)))


def now() -> Load:
    return Load.now()


def since(began: Load) -> Taken:
    ended = Load.now()
    wall = ended.at - began.at
    return Taken(wall, max(0.0, wall - starved(began, ended, threading.get_native_id())))


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
