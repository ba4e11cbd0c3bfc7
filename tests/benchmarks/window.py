"""How fast the window is: ``python -m tests.benchmarks.window``, each number beside its goal.

- ``start``: from the start of the process to the first paint of the window, over the time that
  ``python -c "import torch, timm"`` takes; both in alternation, medians of ``--repeats`` runs.
- ``imports``: the longest stall of the window while torch, timm and the rooms are loaded.
- ``drag``: from a move of the mouse that drags the threshold to the repaint, 1024 x 4096 matrix.
- ``switch``: from the choice of another matrix of that size to its spectrum on show.
- ``stall``: the longest time that the window stood still while it analysed, pruned, evaluated: the
  demo, or DeiT-Tiny with ``--checkpoint`` and photographs with ``--data``.
- ``table``: one frame of scrolling, one sorting, one change of the filter with 1,000 matrices.
- ``memory``: what 1,000 switches of the layer leave behind, after garbage collection.

Behind each time stands what is left of it without what other programs took from the window's thread
(Linux counts that); of the starts, processor time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_START = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QMainWindow
from rmt_studio.gui.app import make_application

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            QTimer.singleShot(0, self.tell)
        return False

    def tell(self):
        print(time.monotonic(), time.process_time(), flush=True)
        os._exit(0)

application = make_application([])
watch = Watch()
application.installEventFilter(watch)
from rmt_studio.cli import run
run([])
"""
_IMPORTS = "import time, torch, timm; print(time.monotonic(), time.process_time())"


class Taken(NamedTuple):
    """Seconds by the clock, and what of them is the program's own doing."""

    wall: float
    own: float


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "RMT_STUDIO_CACHE": f"{folder}/cache",
            "RMT_STUDIO_STATE": f"{folder}/state",
            "XDG_CONFIG_HOME": folder,
        }
        print(f"{'what':<34}{'clock':>10}{'own':>12}{'goal':>12}")
        if not options.no_start:
            starts(options.repeats)
        from tests.benchmarks.window_at_work import at_work

        at_work(Path(folder), options, say)


def starts(repeats: int) -> None:
    """Print how long the window takes to show itself, in processes of their own."""
    told: dict[str, list[Taken]] = {_IMPORTS: [], _START: []}
    for _ in range(repeats):
        for code, times in told.items():
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            )
            ended, processor = map(float, done.stdout.split()[-2:])
            times.append(Taken(ended - began, processor))
    imports, start = (_medians(times) for times in told.values())
    say("import torch, timm", imports)
    say("window painted", start, f"{0.35 * imports.wall * 1000:.0f} ms")
    ratio = Taken(start.wall / imports.wall, start.own / imports.own)
    print(f"{'start, share of the imports':<34}{ratio[0]:>10.2f}{ratio[1]:>12.2f}{'0.35':>12}")


def say(what: str, taken: Taken, goal: str = "") -> None:
    """Print one row."""
    wall, own = (f"{1000 * seconds:.1f} ms" for seconds in taken)
    print(f"{what:<34}{wall:>10}{own:>12}{goal:>12}", flush=True)


def _medians(times: list[Taken]) -> Taken:
    return Taken(*(statistics.median(column) for column in zip(*times, strict=True)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5, help="of the starts")
    parser.add_argument("--checkpoint", type=Path, help="weights of deit_tiny_patch16_224")
    parser.add_argument("--data", type=Path, help="image folder to evaluate on")
    parser.add_argument("--calibration", type=Path, help="images to fine-tune with")
    parser.add_argument("--switches", type=int, default=1000)
    parser.add_argument("--no-start", action="store_true", help="leave the starts out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
