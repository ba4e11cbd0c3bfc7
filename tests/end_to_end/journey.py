"""The main job in the real program, driven from inside: ``python -m tests.end_to_end.journey OUT``.

Starts ``rmt-studio`` on its first page, opens the demo, clicks a layer, drags the threshold,
prunes, evaluates, exports to OUT and closes the window, all by mouse and keyboard events; then
leaves with the program's exit code. Any exception on the way is printed and ends it with 1.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QTableView

from rmt_studio.cli import run
from rmt_studio.gui.app import make_application
from rmt_studio.gui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "blocks.1.mlp.fc1"
LEFT = Qt.MouseButton.LeftButton
_STEP = 30  # ms between looks at what is waited for
_LIMIT = float(os.environ.get("RMT_STUDIO_PATIENCE", "600"))  # seconds for one wait


class Journey(QObject):
    """Goes on to the next step when what the last one waits for has happened."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self._steps = self._course(target)
        self._until: Callable[[], object] = bool
        self._since = time.monotonic()
        self._timer = QTimer(self, interval=_STEP)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._until = self._shown

    def _look(self) -> None:
        try:
            if self._until():
                if self._steps.gi_frame is not None:  # told where a test fails
                    print("done by line", self._steps.gi_frame.f_lineno, flush=True)
                self._until = next(self._steps, None) or self._stop()
                self._since = time.monotonic()
            elif time.monotonic() - self._since > _LIMIT:
                raise TimeoutError(self._steps.gi_frame.f_lineno)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def _stop(self) -> Callable[[], object]:
        self._timer.stop()
        return bool

    def _shown(self) -> bool:
        return any(isinstance(w, MainWindow) and w.isVisible() for w in _windows())

    def _course(self, target: str) -> Iterator[Callable[[], object]]:
        window = next(w for w in _windows() if isinstance(w, MainWindow))
        yield lambda: window.windowHandle() and window.windowHandle().isExposed()
        QTest.mouseClick(window.welcome.demo_button, LEFT)
        yield lambda: window.ready
        bench = window.workbench
        yield lambda: bench.document.analyzed and not bench.running_jobs
        _click_layer(window)
        yield lambda: bench.current == NAME and bench.profile(NAME) is not None
        yield _dragged(window)
        assert NAME in bench.document.recipe.rules
        QTest.mouseClick(window.findChild(QPushButton, "button_prune"), LEFT)
        yield lambda: bench.document.pruned is not None and not bench.running_jobs
        QTest.mouseClick(window.findChild(QPushButton, "button_evaluate"), LEFT)
        yield lambda: len(bench.document.runs) >= 2 and not bench.running_jobs
        QTest.mouseClick(window.findChild(QPushButton, "button_export"), LEFT)
        yield lambda: window.findChild(QLineEdit, "export_path") is not None
        path = window.findChild(QLineEdit, "export_path")
        path.selectAll()
        QTest.keyClicks(path, target)
        reports: list[object] = []
        bench.exported.connect(reports.append)
        QTest.mouseClick(path.window().findChild(QPushButton, "export_button"), LEFT)
        yield lambda: reports and not bench.running_jobs
        assert reports[0].verified
        path.window().close()
        window.close()
        if window.isVisible():  # it asks what becomes of the work first
            yield lambda: window.findChild(QDialog, "unsaved_box")
            box = window.findChild(QDialog, "unsaved_box")
            QTest.mouseClick(box.discard_button, LEFT)


def _click_layer(window: MainWindow) -> None:
    table = window.findChild(QTableView, "layer_table")
    model = table.model()
    row = next(r for r in range(model.rowCount()) if model.index(r, 0).data() == NAME)
    table.scrollTo(model.index(row, 0))
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(model.index(row, 0)).center())


def _dragged(window: MainWindow) -> Callable[[], bool]:
    """Press the threshold; return what moves it until it has moved, then lets it go."""
    plot = window.spectrum.plot
    line = plot._lines[0]
    box = line.getViewBox()
    low, high = box.viewRange()[1]
    place = box.mapViewToScene(QPointF(line.value(), low + 0.22 * (high - low)))
    start, before = plot.mapFromScene(place), line.value()
    end = start + QPoint(40, 0)
    QTest.mouseMove(plot.viewport(), start)
    QTest.mousePress(plot.viewport(), LEFT, pos=start)

    def moved() -> bool:
        QTest.mouseMove(plot.viewport(), (start + end) / 2)
        QTest.mouseMove(plot.viewport(), end)
        if line.value() == before:
            return False
        QTest.mouseRelease(plot.viewport(), LEFT, pos=end)
        return True

    return moved


def _windows():
    return QApplication.topLevelWidgets()


if __name__ == "__main__":
    application = make_application(sys.argv[:1])
    journey = Journey(sys.argv[1])
    sys.exit(run([]))
